"""Snapshots of one Iceberg table: pinning one for readers, and committing the next. Used by `catalog` only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pyiceberg.catalog.sql import SqlCatalog
from pyiceberg.manifest import DataFile
from pyiceberg.schema import Schema
from pyiceberg.table import Table, TableProperties, Transaction
from pyiceberg.table.snapshots import Operation, Snapshot
from pyiceberg.table.update import AddSchemaUpdate, SetCurrentSchemaUpdate

from resources.iceberg import local_io
from resources.iceberg.data_files import data_file
from resources.iceberg.schema import columns_of, duckdb_type
from voyant_core import errors
from voyant_core.keys import TableAddress
from voyant_core.model.table import TableSnapshot

if TYPE_CHECKING:
    from pyiceberg.table.metadata import TableMetadata

LANDING = "voyant.landing-sha256"


def pinned(address: TableAddress, table: Table, snapshot_id: str | None) -> TableSnapshot | None:
    """The table at a snapshot. UNSUPPORTED_TABLE for delete files and for data files without field ids."""
    metadata = table.metadata
    found = metadata.current_snapshot() if snapshot_id is None else metadata.snapshot_by_id(int(snapshot_id))
    return None if found is None else _described(address, metadata, found, _data_files(table, found))


def made_from(address: TableAddress, table: Table, noted: Mapping[str, str]) -> TableSnapshot | None:
    """The current snapshot if it carries exactly these notes."""
    current = table.metadata.current_snapshot()
    if current is None:
        return None
    content = _content_snapshot(table.metadata, current)
    if any(_summary(content).get(key) != value for key, value in noted.items()):
        return None
    return _described(address, table.metadata, current, _data_files(table, current))


def committed(
    catalog: SqlCatalog,
    address: TableAddress,
    table: Table | None,
    schema: Schema,
    files: Sequence[Path],
    noted: Mapping[str, str],
    properties: Mapping[str, str],
    location: str,
) -> TableSnapshot:
    """Replace all rows of the table by those of `files`, in one commit; the table is created when it is None."""
    added = [data_file(path, schema) for path in files]
    if table is None:
        catalog.create_namespace_if_not_exists(address.namespace)
        transaction: Transaction = catalog.create_table_transaction(
            (address.namespace, address.table), schema, location=location, properties=dict(properties)
        )
        with transaction.update_snapshot(snapshot_properties=dict(noted)).fast_append() as append:
            for entry in added:
                append.append_data_file(entry)
    else:
        transaction = table.transaction()
        _evolve(transaction, table.metadata, schema)
        with transaction.update_snapshot(snapshot_properties=dict(noted)).overwrite() as overwrite:
            current = table.metadata.current_snapshot()
            for entry in _data_files(table, current) if current is not None else []:
                overwrite.delete_data_file(entry)
            for entry in added:
                overwrite.append_data_file(entry)
    metadata = transaction.commit_transaction().metadata
    snapshot = metadata.current_snapshot()
    if snapshot is None:
        raise errors.VoyantError(errors.INTERNAL, f"The table {address.table} has no snapshot after its commit.")
    return _described(address, metadata, snapshot, added)


def named_files(table: Table) -> set[Path]:
    """The data files of all snapshots."""
    found: set[Path] = set()
    for snapshot in table.metadata.snapshots:
        for manifest in snapshot.manifests(table.io):
            found.update(local_io.path_of(entry.data_file.file_path) for entry in manifest.fetch_manifest_entry(table.io))
    return found


def named_metadata(table: Table) -> set[Path]:
    """The table's metadata file with those before it that it names, and the manifest lists and manifests of all snapshots."""
    found = {local_io.path_of(table.metadata_location), *(local_io.path_of(entry.metadata_file) for entry in table.metadata.metadata_log)}
    for snapshot in table.metadata.snapshots:
        found.add(local_io.path_of(snapshot.manifest_list))
        found.update(local_io.path_of(manifest.manifest_path) for manifest in snapshot.manifests(table.io))
    return found


def _evolve(transaction: Transaction, metadata: TableMetadata, schema: Schema) -> None:
    if schema.fields == metadata.schema().fields:
        return
    # UpdateSchema cannot drop a column and add another of its name in one go, which a change of type is
    updates = (AddSchemaUpdate.model_validate({"schema": schema}), SetCurrentSchemaUpdate.model_validate({"schema-id": -1}))
    transaction._apply(updates)  # pyright: ignore[reportPrivateUsage]


def _data_files(table: Table, snapshot: Snapshot) -> list[DataFile]:
    """The snapshot's data files by path, after checking that a plain read of them gives the table's rows."""
    try:
        tasks = list(table.scan(snapshot_id=snapshot.snapshot_id).plan_files())
    except ValueError as error:  # equality deletes
        raise errors.VoyantError(errors.UNSUPPORTED_TABLE, f"The table cannot be read by the embedded engine: {error}.") from error
    if any(task.delete_files for task in tasks):
        raise errors.VoyantError(
            errors.UNSUPPORTED_TABLE,
            "The table has delete files, which the embedded engine does not apply.",
            hint="Compact the table with the system that wrote it.",
        )
    files = sorted((task.file for task in tasks), key=lambda file: file.file_path)
    if TableProperties.DEFAULT_NAME_MAPPING in table.metadata.properties:
        # only such a table may hold files without ids, which a read by id would turn into nulls without an error
        for file in files:
            _require_field_ids(local_io.path_of(file.file_path))
    return files


def _require_field_ids(path: Path) -> None:
    from pyarrow import parquet

    fields: list[Any] = list(parquet.read_schema(path))  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if any(b"PARQUET:field_id" not in (field.metadata or {}) for field in fields):
        raise errors.VoyantError(
            errors.UNSUPPORTED_TABLE, "The table has files without field ids.", hint="Rewrite the table with the system that added them."
        )


def _content_snapshot(metadata: TableMetadata, snapshot: Snapshot) -> Snapshot:
    """The last snapshot that changed content: compaction (`replace`) changes none."""
    found = snapshot
    while found.summary is not None and found.summary.operation == Operation.REPLACE and found.parent_snapshot_id is not None:
        parent = metadata.snapshot_by_id(found.parent_snapshot_id)
        if parent is None:
            break
        found = parent
    return found


def _summary(snapshot: Snapshot) -> Mapping[str, str]:
    return snapshot.summary.additional_properties if snapshot.summary is not None else {}


def _described(address: TableAddress, metadata: TableMetadata, snapshot: Snapshot, files: Sequence[DataFile]) -> TableSnapshot:
    schema = next((schema for schema in metadata.schemas if schema.schema_id == snapshot.schema_id), metadata.schema())
    content = _content_snapshot(metadata, snapshot)
    paths = tuple(str(local_io.path_of(file.file_path)) for file in files)
    return TableSnapshot(
        address=address,
        snapshot_id=str(snapshot.snapshot_id),
        content_version=str(content.snapshot_id),
        rows=sum(file.record_count for file in files),
        size_bytes=sum(file.file_size_in_bytes for file in files),
        columns=columns_of(schema),
        files=paths,
        relation=_relation(schema, paths),
        landing_sha256=_summary(content).get(LANDING, ""),
    )


def _relation(schema: Schema, paths: Sequence[str]) -> str:
    """Reads by field id, so that renamed, promoted and re-added columns come out right; without hive columns from the path."""
    if not paths:
        nulls = ", ".join(f"CAST(NULL AS {duckdb_type(field.field_type)}) AS {_name(field.name)}" for field in schema.fields)
        return f"(SELECT {nulls} WHERE false)"
    if any(field.initial_default is not None for field in schema.fields):
        raise errors.VoyantError(
            errors.UNSUPPORTED_TABLE, "The table has columns with default values, which the embedded engine does not apply."
        )
    fields = ", ".join(
        f"{field.field_id}: {{name: {_text(field.name)}, type: {_text(str(duckdb_type(field.field_type)))}, default_value: NULL}}"
        for field in schema.fields
    )
    return f"read_parquet([{', '.join(_text(path) for path in paths)}], schema = MAP {{{fields}}}, hive_partitioning = false)"


def _name(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"

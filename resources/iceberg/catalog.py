"""The lake: Iceberg tables in a local warehouse under a SQLite catalog that several processes share.

Each version of a table is one full refresh in one snapshot: the old files out, the new ones in, the schema evolved, all in one commit.
Data files go to `<table>/data/<ULID>/`; one that no snapshot names is what a crash left behind (`unregistered`); its ULID tells its age.
It neither reads nor writes rows: `publish` is given a writer, and readers get the SQL of `TableSnapshot.relation`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voyant_core import errors, ids
from voyant_core.keys import TableAddress
from voyant_core.model.source import Column
from voyant_core.model.table import TableSnapshot

if TYPE_CHECKING:
    from pyiceberg.catalog.sql import SqlCatalog
    from pyiceberg.table import Table

BUSY_TIMEOUT_S = 30
MARK = "voyant."
LANDING = f"{MARK}landing-sha256"
TABLE_PROPERTIES = {"write.metadata.delete-after-commit.enabled": "true", "write.metadata.previous-versions-max": "20"}

Write = Callable[[Mapping[str, int], Path], list[Path]]


class IcebergLake:
    """Opened on first use, and anew after a fork. Writers of one table exclude each other by the ingest lease, not here."""

    def __init__(self, catalog_db: Path, warehouse: Path) -> None:
        self._catalog_db = catalog_db
        self._warehouse = warehouse
        self._catalog: SqlCatalog | None = None
        self._pid: int | None = None

    def warm(self) -> None:
        """Import what a first table needs (over a second) and open the catalog. After a fork only."""
        from pyarrow import parquet  # noqa: F401  # pyright: ignore[reportUnusedImport]

        from resources.iceberg import snapshots  # noqa: F401  # pyright: ignore[reportUnusedImport]

        with _translated("Opening the table catalog"):
            self._open()

    def snapshot(self, address: TableAddress, snapshot_id: str | None = None) -> TableSnapshot | None:
        """The table at this snapshot, by default its current one. None when either does not exist."""
        from resources.iceberg import snapshots

        with _translated(f"Reading the table {address.table}"):
            table = self._table(address)
            return None if table is None else snapshots.pinned(address, table, snapshot_id)

    def marks(self, address: TableAddress, snapshot_id: str) -> dict[str, str]:
        """What the writer of this snapshot noted in `publish`."""
        with _translated(f"Reading the table {address.table}"):
            table = self._table(address)
            snapshot = table.metadata.snapshot_by_id(int(snapshot_id)) if table is not None else None
            return _marks_of(snapshot)

    def snapshot_times(self, address: TableAddress) -> list[tuple[str, float]]:
        """(id, when made in seconds since 1970) of every snapshot of the table that can still be read, the current one last."""
        with _translated(f"Reading the table {address.table}"):
            table = self._table(address)
            current = table.metadata.current_snapshot_id if table is not None else None
            found = table.metadata.snapshots if table is not None else []
            ordered = sorted(found, key=lambda snapshot: (snapshot.snapshot_id == current, snapshot.timestamp_ms))
            return [(str(snapshot.snapshot_id), snapshot.timestamp_ms / 1000) for snapshot in ordered]

    def publish(
        self,
        address: TableAddress,
        columns: Sequence[Column],
        landing_sha256: str,
        write: Write,
        *,
        marks: Mapping[str, str] | None = None,
        same_marks: Sequence[str] | None = None,
    ) -> TableSnapshot:
        """Make the files that `write` produces the whole content of the table.

        `write` gets every field's id by path (`type_names.PATH_JOINT`) and an empty folder. It is not called when the current snapshot
        came from the same landing with the same marks (those named in `same_marks`, else all); then that one is the answer. What
        `write` raises leaves the table as it was.
        """
        from resources.iceberg import schema, snapshots

        given = marks or {}
        noted = {LANDING: landing_sha256, **{MARK + key: value for key, value in given.items()}}
        same_notes = {LANDING: landing_sha256, **{MARK + key: given[key] for key in (given if same_marks is None else same_marks)}}
        with _translated(f"Publishing the table {address.table}"):
            table = self._table(address)
            if table is not None and (same := snapshots.made_from(address, table, same_notes)) is not None:
                return same
            planned = schema.next_schema(columns, table.metadata if table is not None else None)
            folder = self._table_folder(address) / "data" / ids.ulid().lower()
            folder.mkdir(parents=True)
            try:
                files = write(schema.field_ids(planned), folder)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
            # an interrupt may now come after the commit: the files stay, and are collected later unless a snapshot names them
            return snapshots.committed(self._open(), address, table, planned, files, noted, TABLE_PROPERTIES, self._location(address))

    def drop(self, address: TableAddress) -> None:
        """Remove the table with its files. Nothing happens when there is none."""
        from pyiceberg.exceptions import NoSuchTableError

        with _translated(f"Dropping the table {address.table}"):
            with contextlib.suppress(NoSuchTableError):  # an earlier drop may have come no further than this
                self._open().drop_table((address.namespace, address.table))
            shutil.rmtree(self._table_folder(address), ignore_errors=True)

    def tables(self) -> list[TableAddress]:
        """Every table, those of removed sources included, and folders of tables whose making or dropping did not come to its end."""
        with _translated("Listing the tables"):
            catalog = self._open()
            found = {f"{space}.{name}" for (space,) in catalog.list_namespaces() for _, name in catalog.list_tables((space,))}
        found |= {f"{folder.parent.name}.{folder.name}" for folder in self._warehouse.glob("*/*") if folder.is_dir()}
        return [address for text in sorted(found) if (address := _address(text)) is not None]

    def expire(self, address: TableAddress, snapshot_ids: Sequence[str]) -> None:
        """Forget old snapshots; `leftovers` then names what only they used. The caller holds the table's ingest lease."""
        with _translated(f"Removing old versions of {address.table}"):
            table = self._table(address)
            if table is not None and snapshot_ids:
                table.maintenance.expire_snapshots().by_ids([int(snapshot) for snapshot in snapshot_ids]).commit()

    def leftovers(self, address: TableAddress) -> list[Path]:
        """Data folders, manifests and metadata files that no version names. Some may be in the making: ask the ingest lease."""
        from resources.iceberg import snapshots

        with _translated(f"Reading the table {address.table}"):
            table = self._table(address)
            named = snapshots.named_metadata(table) if table is not None else set[Path]()
            metadata = self._table_folder(address) / "metadata"
            written = sorted([*metadata.glob("*.avro"), *metadata.glob("*.metadata.json")])
            return [*self.unregistered(address), *(path for path in written if path not in named)]

    def folder(self, address: TableAddress) -> Path:
        """Where the table's files lie."""
        return self._table_folder(address)

    def unregistered(self, address: TableAddress) -> list[Path]:
        """Data folders of the table that no snapshot names, oldest first. Some may be in the making: ask the ingest lease."""
        from resources.iceberg import snapshots

        with _translated(f"Reading the table {address.table}"):
            table = self._table(address)
            named = snapshots.named_files(table) if table is not None else set[Path]()
            data = self._table_folder(address) / "data"
            folders = sorted(data.iterdir()) if data.is_dir() else []
            used = {path.parent for path in named}
            return [folder for folder in folders if folder not in used]

    def _table_folder(self, address: TableAddress) -> Path:
        return self._warehouse / address.namespace / address.table

    def _location(self, address: TableAddress) -> str:
        from resources.iceberg import local_io

        return local_io.location_of(self._table_folder(address))

    def _table(self, address: TableAddress) -> Table | None:
        from pyiceberg.exceptions import NoSuchTableError

        try:
            return self._open().load_table((address.namespace, address.table))
        except NoSuchTableError:
            return None

    def _open(self) -> SqlCatalog:
        """The catalog of this process. A connection must not cross a fork."""
        if self._catalog is None or self._pid != os.getpid():
            self._catalog, self._pid = _opened(self._catalog_db, self._warehouse), os.getpid()
        return self._catalog


def _opened(catalog_db: Path, warehouse: Path) -> SqlCatalog:
    import fcntl

    from pyiceberg.catalog.sql import SqlCatalog
    from sqlalchemy import event

    from resources.iceberg import local_io

    catalog_db.parent.mkdir(parents=True, exist_ok=True)
    warehouse.mkdir(parents=True, exist_ok=True)
    # creating the tables is check-then-act in pyiceberg, so processes take turns
    with catalog_db.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        catalog = SqlCatalog(
            "voyant",
            uri=f"sqlite:///{catalog_db}?timeout={BUSY_TIMEOUT_S}",
            warehouse=local_io.location_of(warehouse),
            **{"py-io-impl": f"{local_io.__name__}.{local_io.LocalFileIO.__name__}"},
        )
        event.listen(catalog.engine, "connect", _configure)
        catalog.engine.dispose()
    return catalog


def _configure(connection: Any, _: Any) -> None:
    """WAL lets readers work beside the one writer. NORMAL may lose the last commits with the machine, never consistency."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.close()


def _address(text: str) -> TableAddress | None:
    try:
        return TableAddress.parse(text)
    except ValueError:  # not one of ours
        return None


def _marks_of(snapshot: Any) -> dict[str, str]:
    summary: Mapping[str, str] = snapshot.summary.additional_properties if snapshot is not None and snapshot.summary else {}
    return {key.removeprefix(MARK): value for key, value in summary.items() if key.startswith(MARK) and key != LANDING}


@contextmanager
def _translated(doing: str) -> Generator[None]:
    from pyiceberg.exceptions import CommitFailedException, RESTError, ValidationException
    from sqlalchemy.exc import SQLAlchemyError

    try:
        with errors.of_disk(doing):
            yield
    except (CommitFailedException, ValidationException) as error:
        raise errors.VoyantError(errors.LEASE_HELD, f"{doing}: another run changed it meanwhile.") from error
    except SQLAlchemyError as error:
        raise errors.VoyantError(errors.DATABASE, f"{doing}: the table catalog does not answer.") from error
    except RESTError as error:
        raise errors.VoyantError(errors.INTERNAL, f"{doing}: the catalog refused.") from error

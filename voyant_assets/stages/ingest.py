"""The table itself: landed bytes become a pinned Iceberg snapshot. Not a `Stage`: every stage reads what this leaves behind.

The caller holds the table's ingest lease. Systems are imported inside, since definitions import this module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voyant_core import canonical, errors
from voyant_core.keys import TableAddress
from voyant_core.model.source import FoundTable, Landing
from voyant_core.model.table import TableSnapshot

if TYPE_CHECKING:
    from resources.duckdb.engine import DuckDBEngine
    from resources.iceberg.catalog import IcebergLake

CODE_VERSION = "3"  # raise it whenever the same bytes may become other rows: it keys reuse


@dataclass(frozen=True, slots=True)
class Ingested:
    """The pinned table. `found` is how the whole file was read, which may differ from the probe's first look and then says so."""

    snapshot: TableSnapshot
    found: FoundTable
    reused: bool


def ingest(
    address: TableAddress, found: FoundTable, landing: Landing, landing_path: Path, lake: IcebergLake, engine: DuckDBEngine
) -> Ingested:
    """Replace the table's rows by the landing's; identical bytes read in the same way make no new snapshot.

    UNREADABLE_FILE, EMPTY_FILE, STORAGE_FULL, LEASE_HELD.
    """
    from resources.duckdb.convert import write_parquet
    from resources.duckdb.misreading import Reread

    reading = canonical.digest(
        [
            CODE_VERSION,
            found.model_dump(mode="json", exclude={"name": True, "title": True, "origin": True, "landing": True, "read": {"notes"}}),
        ]
    )
    current = found
    # each second reading settles a column, a token or an option for good
    for _ in range(len(found.columns) + 20):
        written = False

        def write(field_ids: Mapping[str, int], folder: Path, table: FoundTable = current) -> list[Path]:
            nonlocal written
            written = True
            return write_parquet(engine, landing_path, table, table.columns, field_ids, folder)

        marks = {"reading": reading} | ({"found": current.model_dump_json()} if current is not found else {})
        try:
            snapshot = lake.publish(address, current.columns, landing.sha256, write, marks=marks, same_marks=("reading",))
        except Reread as reread:
            current = reread.found
            continue
        if not written and (kept := lake.marks(address, snapshot.content_version).get("found")):
            current = FoundTable.model_validate_json(kept)
        return Ingested(snapshot, current, reused=not written)
    raise errors.VoyantError(
        errors.UNREADABLE_FILE, f"{found.title} reads differently on every attempt.", hint="Save it anew as UTF-8 CSV."
    )

"""A file on its whole way to Parquet, without the catalogue: what the probe finds, what a second reading changes, and the rows."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest

from resources.duckdb.convert import write_parquet
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.misreading import Reread
from resources.duckdb.probe import probe_tables
from resources.iceberg.schema import field_ids, next_schema
from voyant_core import errors, settings
from voyant_core.model.source import FoundTable


class Taken:
    """What came of a file."""

    def __init__(self, found: FoundTable, rows: list[tuple[Any, ...]]) -> None:
        self.found, self.rows = found, rows
        self.types = {column.name: column.type for column in found.columns}
        self.notes = " ".join(found.read.notes)

    @property
    def names(self) -> list[str]:
        return list(self.types)

    def column(self, at: int = 0) -> list[Any]:
        return [row[at] for row in self.rows]


class Bed:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = DuckDBEngine(settings.Engine(threads=1), folder / "spill")

    def __call__(self, content: str | bytes, name: str = "x.csv", **limits: int) -> Taken:
        path = self.folder / "landing"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (found,) = probe_tables(path, name, settings.Files.model_validate(limits), self.engine)
        for _ in range(len(found.columns) + 20):
            out = Path(tempfile.mkdtemp(dir=self.folder))
            try:
                files = write_parquet(self.engine, path, found, found.columns, field_ids(next_schema(found.columns, None)), out)
            except Reread as reread:
                found = reread.found
                continue
            listed = ", ".join(f"'{file}'" for file in files)
            return Taken(found, self.engine.rows(f"SELECT * FROM read_parquet([{listed}])"))
        raise AssertionError("reads differently on every attempt")

    def refused(self, content: str | bytes, name: str = "x.csv", **limits: int) -> errors.VoyantError:
        with pytest.raises(errors.VoyantError) as caught:
            self(content, name, **limits)
        return caught.value

"""Sources, what a probe finds in them, and their landed bytes."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.model.kpi import KpiRequest


class SourceType(StrEnum):
    FILE = "file"
    URL = "url"
    UPLOAD = "upload"


class FileFormat(StrEnum):
    CSV = "csv"
    PARQUET = "parquet"
    NDJSON = "ndjson"


class Column(BaseModel):
    """One column as stored. `type` is the DuckDB type name, e.g. `BIGINT`, `TIMESTAMP WITH TIME ZONE`."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str


class TextForm(BaseModel):
    """How one text column writes its numbers or times, where that is not the plain way (`1234.5`, ISO 8601)."""

    model_config = ConfigDict(frozen=True)

    decimal: str = "."
    thousands: str = Field(default="", description="Every character that stands between groups of three digits.")
    parentheses: bool = Field(default=False, description="`(5)` is -5.")
    times: list[str] = Field(default=[], description="strptime formats, tried in this order.")
    cut: bool = Field(default=False, description="Digits below a microsecond are cut.")
    utc: bool = Field(default=False, description="Times without an offset are taken as UTC.")


class ReadOptions(BaseModel):
    """How the bytes become a table: found by the probe and reported, never guessed silently.

    The CSV fields are None for other formats. `renamed` maps stored names to original ones where they had to differ.
    """

    model_config = ConfigDict(frozen=True)

    format: FileFormat
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header: bool | None = None
    skip: int | None = None
    null_tokens: list[str] = []
    forms: dict[str, TextForm] = Field(default={}, description="By stored name, the columns whose text is not the plain way of its type.")
    comment: str | None = Field(default=None, description="Lines that start with this are left out.")
    rewritten: bool = Field(
        default=False, description="The text is first written anew as plain CSV, because the engine cannot read it as it is."
    )
    short_rows: bool = Field(default=False, description="Rows with fewer values than columns are filled with nulls.")
    inner: str | None = Field(default=None, description="JSON: the key of the array that is the table, in a file of one object.")
    source_types: dict[str, str] = Field(default={}, description="JSON: the types by original name under which a file is read.")
    renamed: dict[str, str] = {}
    notes: list[str] = Field(default=[], description="What a person should know about the reading, one sentence each.")


class Landing(BaseModel):
    """Bytes stored under their hash: the fetched bytes of a source, or those of one table that were taken out of them."""

    model_config = ConfigDict(frozen=True)

    sha256: str
    size_bytes: int
    file_name: str


class Container(StrEnum):
    """What holds a table that is not a readable file by itself."""

    GZIP = "gzip"
    ZSTD = "zstd"
    ZIP = "zip"
    EXCEL = "excel"
    SQLITE = "sqlite"
    DUCKDB = "duckdb"
    FOLDER = "folder"


class Origin(BaseModel):
    """Where in a container a table was found: the path inside an archive or folder, the sheet, the table's own name."""

    model_config = ConfigDict(frozen=True)

    container: Container
    member: str


class FoundTable(BaseModel):
    """A table that a probe found in a source."""

    name: str = Field(description="Slug.")
    title: str = Field(description="The name as the source spells it.")
    columns: list[Column]
    read: ReadOptions
    origin: Origin | None = Field(default=None, description="Where in the source the table lies; None: the source is the table's file.")
    landing: Landing | None = Field(default=None, description="The table's own bytes, taken out of the container; None: the source's.")


class ProbeResult(BaseModel):
    landing: Landing
    tables: list[FoundTable]


class SourceRecord(BaseModel):
    """A source as callers see it. `uri` never carries a secret."""

    id: str
    tenant: str
    slug: str
    type: SourceType
    uri: str
    title: str
    tables: list[FoundTable]
    landing: Landing
    pinned: bool = False
    kpis: list[KpiRequest] = Field(default=[], description="KPIs that were asked for; a run that Dagit starts computes them too.")
    table_groups: list[list[str]] = Field(default=[], description="Tables that were analyzed together, by name.")
    created_at: str
    updated_at: str
    format: Literal["voyant.source/1"] = "voyant.source/1"

    def groups(self) -> list[tuple[str, ...]]:
        """The groups of tables over which something is shown: all of them together, and those that were asked for."""
        return table_groups([table.name for table in self.tables], self.table_groups)


def table_groups(tables: Sequence[str], kept: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Groups of at least two tables that are all still there, each once whatever its order; the whole first."""
    known = set(tables)
    found: dict[frozenset[str], tuple[str, ...]] = {}
    for names in (tables, *kept):
        if len(names) > 1 and known.issuperset(names):
            found.setdefault(frozenset(names), tuple(names))
    return list(found.values())

"""`kpis.json`, format `voyant.kpi/1`: key figures, given as SQL or derived from measures, dimensions and the time column."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.model.profile import Scalar


class KpiRequest(BaseModel):
    """A KPI that a caller asks for: one SELECT over the tables of the request."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=100)
    sql: str = Field(min_length=1, max_length=20_000)


class Point(BaseModel):
    """One period of a series; `at` is the period's start, ISO 8601."""

    at: str
    value: float | None
    complete: bool = Field(default=True, description="False for a first or last period that the data do not cover wholly.")


class Part(BaseModel):
    """One group of a breakdown. `rows` tells how many rows stand behind the value."""

    label: str
    value: float | None
    rows: int


class Kpi(BaseModel):
    """A figure. `value` is set when the answer is a single number; a table otherwise (`columns`, `data`)."""

    name: str = Field(description="Slug, unique in the file.")
    label: str
    sql: str
    origin: Literal["request", "derived"]
    value: Scalar = None
    unit: str | None = None
    is_share: bool = False
    columns: list[str] = []
    data: list[list[Scalar]] = []
    total: int = Field(default=0, description="Rows that the SQL gave.")
    truncated: bool = False
    period: str | None = Field(default=None, description="Granularity of `series`: hour, day, week, month, quarter, year.")
    series: list[Point] = []
    by: str | None = Field(default=None, description="The dimension of `parts`.")
    parts: list[Part] = Field(default=[], description="At most 12, by rows or value, largest first.")
    source_columns: list[str] = []


class KpiReport(BaseModel):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    format: Literal["voyant.kpi/1"] = Field(default="voyant.kpi/1", alias="schema")
    table: str
    kpis: list[Kpi]

"""A chart before it is drawn. `chart_<slug>.vl.json` is the Vega-Lite specification with the `Chart` in its `usermeta.voyant`.

So a text cites a chart's own figure as artifact `<table>/chart_<slug>.vl.json`, pointer `/usermeta/voyant/facts/<key>`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.model.profile import Scalar


class Citation(BaseModel):
    """A number in a text: what is shown, and where its value stands.

    `artifact` is the artifact's name (`flights/profile.json`), `pointer` an RFC 6901 pointer into that JSON, `value` what stands there.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    value: Scalar
    artifact: str
    pointer: str


class Code(BaseModel):
    """A name that comes from the data (column, table, value): untrusted, shown as code, escaped by every renderer."""

    model_config = ConfigDict(frozen=True)

    code: str


Segment = str | Code | Citation
Text = list[Segment]


def plain_text(text: Text) -> str:
    """The text without its markup."""
    return "".join(part if isinstance(part, str) else part.code if isinstance(part, Code) else part.text for part in text)


class DataTable(BaseModel):
    """The numbers behind a chart, already formatted for reading."""

    headers: list[str]
    rows: list[list[str]]


class KeyEntry(BaseModel):
    """One line of a colour key: a design token and what it stands for."""

    token: str
    text: str


class Chart(BaseModel):
    """`form` names the builder and `arguments` are what it takes beside the width, so the same chart can be drawn for page and phone."""

    model_config = ConfigDict(extra="forbid")

    slug: str
    kind: str = Field(
        description="What it shows: `skew`, `trend`, `group_gap`, `calendar`, `composition`, `correlation`, `missing`, `distribution`."
    )
    salience: float = Field(default=0.0, ge=0, le=1, description="How much the finding in the title is worth telling.")
    form: Literal["histogram", "bars", "line", "heat_map", "missingness", "dumbbell"]
    size: Literal["full", "half"] = "half"
    title: Text = Field(description="The finding that the chart shows, one sentence.")
    subtitle: str = Field(description="What is plotted, unit, period.")
    consequence: Text = Field(default=[], description="What follows from the finding, one sentence.")
    note: str = ""
    facts: dict[str, Scalar] = Field(default={}, description="Figures that this chart's queries found and a text may cite.")
    columns: list[str]
    arguments: dict[str, Any]
    table: DataTable
    key: list[KeyEntry] = []


class ChartSet(BaseModel):
    """What the charts stage hands on in memory: charts, best first."""

    table: str
    charts: list[Chart]

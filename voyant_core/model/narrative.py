"""`narrative.json`, format `voyant.narrative/1`: ranked findings, each number with a pointer to its evidence."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.model.chart import Citation, Text
from voyant_core.model.quality import Severity


class Finding(BaseModel):
    """One sentence with its numbers, one with the consequence. `salience` (0..1) ranks; severity says how much it matters."""

    id: str
    kind: str = Field(description="E.g. `skew`, `missing_together`, `trend`, `group_gap`, `correlation`, `quality`.")
    severity: Severity
    salience: float
    text: Text
    consequence: Text = []
    columns: list[str] = []
    chart: str | None = Field(default=None, description="Slug of the chart that shows it.")
    section: Literal["charts", "kpis", "quality", "columns", "relationships", "missing"] = "columns"

    def citations(self) -> list[Citation]:
        return [part for part in [*self.text, *self.consequence] if isinstance(part, Citation)]


class Narrative(BaseModel):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    format: Literal["voyant.narrative/1"] = Field(default="voyant.narrative/1", alias="schema")
    table: str
    title: str
    summary: Text = Field(description="One or two sentences on what the table is.")
    findings: list[Finding]

"""`quality.json`, format `voyant.quality/1`: rules, and how many rows break each."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.model.profile import Scalar


class Dimension(StrEnum):
    """Quality dimensions; each is one asset check on the table."""

    SCHEMA = "schema"
    COMPLETENESS = "completeness"
    UNIQUENESS = "uniqueness"
    VALIDITY = "validity"
    RANGE = "range"
    PATTERN = "pattern"


Severity = Literal["high", "medium", "low"]


class Rule(BaseModel):
    """One rule. `type` names the test, `arguments` its parameters.

    Types: `row_count` {min,max} · `columns` {names} · `not_null` · `unique` {columns} · `no_duplicate_rows` · `in_set` {values} ·
    `between` {min,max} · `not_negative` · `not_in_future` {as_of} · `whole` · `clock_time` · `length` {min,max} · `matches` {regex} ·
    `not_blank`.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(description="Stable: type and columns, e.g. `not_null:dep_time`.")
    type: str
    dimension: Dimension
    columns: list[str] = []
    arguments: dict[str, Any] = {}
    at_least: float = Field(default=1.0, ge=0, le=1, description="Share of the checked rows that must pass.")
    severity: Severity = "medium"
    origin: Literal["suggested", "request"] = "suggested"
    description: str = Field(description="What must hold, for a person: `arr_delay is filled`.")
    why: str = Field(default="", description="Why the rule was suggested, or what its failure usually means.")


class RuleResult(Rule):
    """`checked` rows were tested (nulls are not, except by `not_null`), `failing` of them broke the rule."""

    checked: int
    failing: int
    share: float = Field(description="Passing share of the checked rows; 1 when none was checked.")
    passed: bool
    examples: list[dict[str, Scalar]] = Field(default=[], description="At most 3 failing rows, the rule's columns only.")


class DimensionScore(BaseModel):
    """`score` 0..100: the mean passing share of its rules, weighted by severity (high 3, medium 2, low 1)."""

    score: float
    rules: int
    failed: int


class QualityReport(BaseModel):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    format: Literal["voyant.quality/1"] = Field(default="voyant.quality/1", alias="schema")
    table: str
    rows: int
    score: float = Field(description="0..100, as for a dimension, over all rules.")
    dimensions: dict[Dimension, DimensionScore]
    rules: list[RuleResult] = Field(description="Failing first, then by severity, then by id.")

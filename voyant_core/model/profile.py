"""`profile.json`, format `voyant.profile/1`: what every column and the table as a whole look like.

Statistics are exact unless a field beside them says otherwise (`distinct_exact`, `quantiles_error`, `sampled_rows`, `top_bound`).
Shares lie in 0..1.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Scalar = bool | int | float | str | None
Role = Literal["identifier", "time", "dimension", "measure", "location", "text", "constant"]
Aggregation = Literal["sum", "mean", "median", "max", "min", "last", "count_distinct", "none"]
ColumnKind = Literal["number", "string", "boolean", "temporal", "other"]


class TopValue(BaseModel):
    """A frequent value. `share` is of the filled rows."""

    value: Scalar
    count: int
    share: float


class Bin(BaseModel):
    """One histogram bar: low <= x < high, the last bar closed. Temporal columns: seconds since 1970 (UTC), or since midnight for TIME."""

    low: float
    high: float
    count: int


class Quantiles(BaseModel):
    """Linear interpolation between order statistics (Hyndman & Fan type 7). ISO 8601 strings for temporal columns (no interpolation)."""

    p01: Scalar
    p05: Scalar
    p25: Scalar
    p50: Scalar
    p75: Scalar
    p95: Scalar
    p99: Scalar


class Lengths(BaseModel):
    """String lengths in characters."""

    min: int
    max: int
    mean: float


class Pattern(BaseModel):
    """A shape of the values: `A` for a run's upper-case letter, `a` lower-case, `9` digit, others as they are; e.g. `A99999`."""

    pattern: str
    count: int
    share: float


class ColumnStatistics(BaseModel):
    """What was counted. Numeric fields are None where they make no sense for the kind, or nothing is filled."""

    model_config = ConfigDict(extra="forbid")

    name: str
    position: int = Field(description="0-based place in the table.")
    type: str = Field(description="DuckDB type name.")
    kind: ColumnKind
    count: int = Field(description="Filled rows, NaN and infinities among them.")
    nulls: int
    null_share: float
    distinct: int
    distinct_exact: bool = True
    distinct_error: float | None = Field(default=None, description="Relative standard error where `distinct` is a sketch.")
    unique: int | None = Field(default=None, description="Values that occur once.")
    min: Scalar = None
    max: Scalar = None
    sum: float | None = None
    mean: float | None = None
    std: float | None = Field(default=None, description="Sample standard deviation (n-1).")
    skewness: float | None = Field(default=None, description="m3 / m2^1.5 from central moments (population).")
    kurtosis: float | None = Field(default=None, description="Excess kurtosis, m4 / m2^2 - 3 (population).")
    mad: float | None = Field(default=None, description="Median absolute deviation from the median, not scaled.")
    zeros: int | None = None
    negatives: int | None = None
    non_finite: int | None = Field(default=None, description="NaN and infinities; in `count`, in no other figure.")
    integers: bool | None = Field(default=None, description="Numbers: every value is whole.")
    quantiles: Quantiles | None = None
    quantiles_error: float | None = Field(default=None, description="Largest error in the column's unit, where a sample was used.")
    sampled_rows: int | None = Field(
        default=None,
        description="Filled rows of the sample behind `quantiles`, whose error then holds with 99 % confidence; None: all rows.",
    )
    histogram: list[Bin] = []
    top: list[TopValue] = Field(default=[], description="At most 10, most frequent first, ties by value.")
    top_bound: int | None = Field(
        default=None, description="What is not listed occurs at most so often; set where `top` is not a full count."
    )
    entropy: float | None = Field(default=None, description="Shannon entropy in nats; only from a full count.")
    lengths: Lengths | None = None
    empty: int | None = Field(default=None, description="Empty strings.")
    padded: int | None = Field(default=None, description="Strings with blanks at an end.")
    patterns: list[Pattern] = Field(default=[], description="At most 5 shapes of a string column.")


class ColumnMeaning(BaseModel):
    """What the column is. The words are those of the data dictionary in docs/semantics.md."""

    model_config = ConfigDict(frozen=True)

    role: Role
    semantic_type: str
    default_aggregation: Aggregation
    unit: str | None = None
    reason: str = Field(default="", description="Why, in a few words.")


class ColumnProfile(ColumnStatistics):
    role: Role
    semantic_type: str
    default_aggregation: Aggregation
    unit: str | None = None
    reason: str = ""


class Correlation(BaseModel):
    """Pearson's r over the `n` rows where both are filled."""

    a: str
    b: str
    r: float
    n: int


class NullPattern(BaseModel):
    """Rows in which exactly these columns are null."""

    columns: list[str]
    rows: int


class Missingness(BaseModel):
    complete_rows: int
    patterns: list[NullPattern] = Field(default=[], description="At most 10, most frequent first, complete rows left out.")


class DuplicateRows(BaseModel):
    """Rows beyond the first of each group of equal rows; None where it was not counted, with the reason in `method`."""

    count: int | None
    method: Literal["key column", "hash of the row", "not counted: too many rows"]


class Sampling(BaseModel):
    """How the sample was drawn on which some figures rest: each row by the hash of its position and the salt."""

    rows: int
    of_rows: int
    salt: int
    confidence: float
    rank_error: float = Field(
        description="With this confidence no share of rows up to a value is off by more (Dvoretzky, Kiefer, Wolfowitz; Massart)."
    )
    columns: list[str] = Field(description="Columns whose quantiles come from the sample. All else is from all rows.")


class TimeAxis(BaseModel):
    """The column that orders the table in time. `frequency` is the usual distance: second … year, or irregular."""

    column: str
    frequency: Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year", "irregular"]
    first: str
    last: str


class TableProfile(BaseModel):
    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)

    format: Literal["voyant.profile/1"] = Field(default="voyant.profile/1", alias="schema")
    table: str
    rows: int
    columns: dict[str, ColumnProfile] = Field(description="By column name; `position` gives the order.")
    duplicate_rows: DuplicateRows
    correlations: list[Correlation] = Field(default=[], description="Measures only, strongest first, at most 200 pairs.")
    missingness: Missingness
    time: TimeAxis | None = None
    sampling: Sampling | None = Field(default=None, description="None: every figure rests on all rows.")
    entity: str | None = Field(default=None, description="The column that names the thing measured.")
    notes: list[str] = []

    def ordered(self) -> list[ColumnProfile]:
        return sorted(self.columns.values(), key=lambda column: column.position)

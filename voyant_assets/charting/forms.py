"""What each form of chart takes beside its width: the `arguments` of a `Chart`, by `form`.

Text that comes from data is only ever a value here (`label`), never a field name, an expression or a format.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Bin(Form):
    """`open`: an outer bar that stands for everything on its side, up to a far extreme."""

    low: float
    high: float
    count: int
    open: bool = False


class Marker(Form):
    value: float
    text: str


class Histogram(Form):
    """Bars of equal width side by side, open ones in the context colour; markers are labelled rules (median, 95th percentile)."""

    bins: list[Bin] = Field(min_length=1)
    markers: list[Marker] = []


class Bar(Form):
    """`strong` marks those the title speaks of."""

    label: str
    value: float
    text: str
    strong: bool = True


class Bars(Form):
    """Horizontal bars in display order, values at their ends; `reference` is a thin labelled rule, e.g. the mean of all."""

    rows: list[Bar] = Field(min_length=1)
    reference: Marker | None = None


class Note(Form):
    """A labelled dot on the point with this index; its text stands above, or below."""

    index: int
    text: str
    below: bool = False


class Line(Form):
    """One value over time or over ordered steps. A missing period is there with None: it breaks the line and is shaded.

    `at` holds ISO 8601 moments for a time axis, else the labels of the steps (an hour, a weekday); `values` are as many.
    """

    at: list[str] = Field(min_length=2)
    values: list[float | None]
    temporal: bool
    from_zero: bool = False
    share: bool = False
    notes: list[Note] = []


class HeatMap(Form):
    """`values[y][x]`; None leaves the cell empty. `classes` are ascending upper bounds, at most 7."""

    xs: list[str] = Field(min_length=1)
    ys: list[str] = Field(min_length=1)
    values: list[list[float | None]]
    texts: list[list[str]]
    classes: list[float] = Field(min_length=1, max_length=7)
    diverging: bool = False


class NullRow(Form):
    """One pattern: how many rows, and which of the columns (by index) are empty in them."""

    text: str
    missing: list[int]


class Missingness(Form):
    """Which columns are empty together: columns down, patterns across, most frequent first."""

    columns: list[str] = Field(min_length=1)
    patterns: list[NullRow] = Field(min_length=1)


class Pair(Form):
    label: str
    a: float
    b: float
    a_text: str
    b_text: str


class Dumbbell(Form):
    """Two groups by category: circle and diamond, the groups' names once over the first row."""

    rows: list[Pair] = Field(min_length=1)
    a_name: str
    b_name: str

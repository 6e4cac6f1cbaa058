"""Findings on the values of one column: skew, far outliers, zeros, placeholders, several spellings of one thing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from voyant_assets.analysis.narrative.material import Material, finding, in_unit
from voyant_assets.analysis.narrative.phrases import counted, say
from voyant_assets.analysis.wording import numbers
from voyant_core.model.chart import Code
from voyant_core.model.narrative import Finding
from voyant_core.model.profile import ColumnProfile, Scalar

ENOUGH = 50
SKEWED = 2.0
FAR = 10.0
"""An extreme this many times as far from the median as the 99th (1st) percentile is no tail any more."""
MOSTLY_ZERO = 0.6
STAND_INS = frozenset({-999999, -99999, -9999, -999, -99, -9, -1, 99, 999, 9999, 99999, 999999, 99999999, 999999999})
UNKNOWN = re.compile(
    r"(?i)[*?#.\-–—_/]+|n\.?/?a\.?|nan|nil|null|none|unknown|unbekannt|missing|undefined|not (?:available|known|given)|tbd|xxx+"
)


def value_findings(material: Material) -> Iterator[Finding]:
    for column in material.columns:
        if column.count < ENOUGH:
            continue
        if column.role == "measure" and column.kind == "number":
            yield from _stand_in(material, column)
            yield from _outlier(material, column)
            yield from _zeros(material, column) if _is_mostly_zero(column) else _skew(material, column)
        elif column.kind == "string" and column.role in {"dimension", "location"}:
            yield from _unknown(material, column)
            yield from _spellings(material, column)


def _skew(material: Material, column: ColumnProfile) -> Iterator[Finding]:
    quantiles = column.quantiles
    if column.skewness is None or abs(column.skewness) < SKEWED or quantiles is None or column.mean is None:
        return
    middle, low, high = (_number(value) for value in (quantiles.p50, quantiles.p05, quantiles.p95))
    if high <= low:
        return
    gap = abs(column.mean - middle) / (high - low)
    right = column.skewness > 0
    show = in_unit(column)
    side, tail = ("right", "95th") if right else ("left", "5th")
    text = say(
        f"{{}} is strongly skewed to the {side}: median {{}}, mean {{}}, {tail} percentile {{}}.{{}}",
        Code(code=column.name),
        material.column_figure(show, column.name, "quantiles", "p50"),
        material.column_figure(show, column.name, "mean"),
        material.column_figure(show, column.name, "quantiles", "p95" if right else "p05"),
        material.basis(column),
    )
    consequence = say("Report the median and a tail share: the mean describes no typical row.")
    yield finding("skew", "medium" if gap >= 0.1 else "low", 0.3 + gap, text, consequence, columns=[column.name])


def _outlier(material: Material, column: ColumnProfile) -> Iterator[Finding]:
    quantiles = column.quantiles
    if quantiles is None:
        return
    middle = _number(quantiles.p50)
    for end, percentile, edge, word in (
        ("max", "99th", quantiles.p99, "largest"),
        ("min", "1st", quantiles.p01, "smallest"),
    ):
        reach, extreme = abs(_number(edge) - middle), _number(getattr(column, end))
        far = abs(extreme - middle) / reach if reach else 0.0
        if far >= FAR:
            show = in_unit(column)
            text = say(
                f"The {word} {{}}, {{}}, lies far from the rest: the {percentile} percentile is {{}}, the median {{}}.{{}}",
                Code(code=column.name),
                material.column_figure(show, column.name, end),
                material.column_figure(show, column.name, "quantiles", "p99" if end == "max" else "p01"),
                material.column_figure(show, column.name, "quantiles", "p50"),
                material.basis(column),
            )
            consequence = say("Check it first: one such value moves the mean, the sum and the scale of every chart.")
            severity = "high" if far >= 3 * FAR else "medium"
            yield finding("outlier", severity, 0.2 + far / 100, text, consequence, columns=[column.name], key=f"{end} {column.name}")


def _is_mostly_zero(column: ColumnProfile) -> bool:
    top = column.top[0] if column.top else None
    return top is not None and top.value == 0 and top.share >= MOSTLY_ZERO and column.distinct >= 5


def _zeros(material: Material, column: ColumnProfile) -> Iterator[Finding]:
    text = say(
        "{} is 0 in {} of its filled rows ({}).",
        Code(code=column.name),
        material.column_figure(numbers.pct, column.name, "top", 0, "share"),
        material.column_figure(numbers.integer, column.name, "top", 0, "count"),
    )
    consequence = say("Its mean mixes two questions: how often it is not zero, and how large it is then. Report them apart.")
    yield finding("zeros", "low", column.top[0].share, text, consequence, columns=[column.name])


def _stand_in(material: Material, column: ColumnProfile) -> Iterator[Finding]:
    """A number such as 999 that is far more frequent than any other, or than any negative number should be."""
    top = column.top[:2]
    if len(top) < 2 or top[0].value not in STAND_INS or column.distinct < 20 or top[0].count < 10 * top[1].count:
        return
    text = say(
        "{} holds {} in {} ({} of the filled ones); the next value, {}, stands in {}.",
        Code(code=column.name),
        material.column_figure(numbers.scalar, column.name, "top", 0, "value"),
        counted(material.column_figure(numbers.integer, column.name, "top", 0, "count"), "row", "rows"),
        material.column_figure(numbers.pct, column.name, "top", 0, "share"),
        material.column_figure(numbers.scalar, column.name, "top", 1, "value"),
        material.column_figure(numbers.integer, column.name, "top", 1, "count"),
    )
    consequence = say("If it stands for “unknown”, every mean and sum of this column is wrong until it is read as empty.")
    yield finding("placeholder", "high", 0.5 + top[0].share, text, consequence, columns=[column.name])


def _unknown(material: Material, column: ColumnProfile) -> Iterator[Finding]:
    for place, value in enumerate(column.top):
        if isinstance(value.value, str) and UNKNOWN.fullmatch(value.value.strip()):
            text = say(
                "{} says {} in {} ({} of the filled ones), which reads like an empty cell.",
                Code(code=column.name),
                Code(code=value.value),
                counted(material.column_figure(numbers.integer, column.name, "top", place, "count"), "row", "rows"),
                material.column_figure(numbers.pct, column.name, "top", place, "share"),
            )
            consequence = say("Read it as empty, or it counts as a group of its own.")
            yield finding("placeholder", "medium", value.share, text, consequence, columns=[column.name])
            return


def _spellings(material: Material, column: ColumnProfile) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for place, top in enumerate(column.top):
        plain = re.sub(r"[\W_]+", "", str(top.value)).casefold()
        if not plain:
            continue
        if plain in seen:
            first = seen[plain]
            text = say(
                "{} writes one thing in two ways: {} in {} and {} in {}.",
                Code(code=column.name),
                Code(code=str(column.top[first].value)),
                counted(material.column_figure(numbers.integer, column.name, "top", first, "count"), "row", "rows"),
                Code(code=str(top.value)),
                counted(material.column_figure(numbers.integer, column.name, "top", place, "count"), "row", "rows"),
            )
            consequence = say("Groups by this column split what belongs together: unite the spellings before counting.")
            yield finding("spelling", "high", 0.3 + top.share, text, consequence, columns=[column.name])
            return
        seen[plain] = place


def _number(value: Scalar) -> float:
    return float(value) if isinstance(value, int | float) else 0.0

"""Columns: one line each; a wide table folds into families after the columns that are worth a look."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from voyant_assets.analysis.wording import numbers
from voyant_assets.report.graphics import bars
from voyant_assets.report.inputs import ReportInputs
from voyant_assets.report.markup import clipped
from voyant_assets.report.values import bare
from voyant_core.model.profile import ColumnProfile, Scalar

MANY = 60
FAMILY = 8
FLAGGED = 12
MOSTLY_EMPTY = 0.5
MAX_BARS = 32
REST_BARS = 6
LONGEST_VALUE = 40


@dataclass(frozen=True, slots=True)
class ColumnView:
    position: int
    name: str
    type: str
    role: str
    semantic: str
    null_share: float
    null_text: str
    distinct: int
    distinct_text: str
    graphic: Markup
    typical: str
    flag: str


@dataclass(frozen=True, slots=True)
class ColumnGroup:
    name: str
    summary: str
    open: bool
    columns: list[ColumnView]


def columns_view(inputs: ReportInputs) -> list[ColumnGroup]:
    broken = _broken_rules(inputs)
    views = [_column(column, broken.get(column.name, [])) for column in inputs.profile.ordered()]
    return _families(views) if len(views) > MANY else [ColumnGroup("", "", True, views)]


def _column(column: ColumnProfile, broken: list[str]) -> ColumnView:
    return ColumnView(
        position=column.position,
        name=column.name,
        type=column.type.lower().replace(" with time zone", "tz"),
        role=column.role,
        semantic=column.semantic_type.replace("_", " "),
        null_share=column.null_share,
        null_text=numbers.pct(column.null_share) if column.nulls else "0",
        distinct=column.distinct,
        distinct_text=("" if column.distinct_exact else "≈ ") + numbers.integer(column.distinct),
        graphic=_graphic(column),
        typical=_typical(column),
        flag=_flag(column, broken),
    )


def _broken_rules(inputs: ReportInputs) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for rule in inputs.quality.rules if inputs.quality is not None else []:
        for name in rule.columns if not rule.passed else []:
            found.setdefault(name, []).append(rule.description)
    return found


def _flag(column: ColumnProfile, broken: list[str]) -> str:
    if column.count == 0:
        return "no value at all"
    parts = ["constant: it compares nothing"] if column.distinct == 1 and column.count > 1 else []
    parts += ["more than half empty"] if column.null_share > MOSTLY_EMPTY else []
    parts += [f"breaks “{clipped(broken[0], 80)}”" + (f" and {len(broken) - 1} more" if len(broken) > 1 else "")] if broken else []
    return "; ".join(parts)


def _graphic(column: ColumnProfile) -> Markup:
    """Bins for numbers and times, bars of the most frequent values for the rest."""
    if column.distinct < 2:
        return Markup("")
    if column.histogram and column.role != "identifier":
        return bars(_coarser([float(bin_.count) for bin_ in column.histogram]))
    shown = [float(top.count) for top in column.top]
    rest = min(REST_BARS, column.distinct - len(shown)) if shown else 0
    return bars([*shown, *[min(shown[-1], float(column.top_bound or shown[-1]))] * rest], rest) if shown else Markup("")


def _coarser(counts: list[float]) -> list[float]:
    step = -(-len(counts) // MAX_BARS)
    return [sum(counts[start : start + step]) for start in range(0, len(counts), step)]


def _typical(column: ColumnProfile) -> str:
    """Range and median for quantities, first to last for times, leading values for the rest."""
    if column.count == 0:
        return ""
    if column.distinct == 1 and column.top:
        return f"always {_value(column.top[0].value)}"
    if column.kind == "temporal":
        return _span(column)
    if column.role == "measure" and column.kind == "number" and column.quantiles is not None:
        about = "" if column.quantiles_error is None else "≈ "
        return f"{_number(column.min)} … {about}{_number(column.quantiles.p50)} … {_in_unit(column.max, column.unit)}"
    if column.kind == "number" and column.role == "time" and column.distinct > FAMILY:
        return f"{bare(column.min)} – {bare(column.max)}"
    if column.role == "text" and column.lengths is not None:
        lengths = column.lengths
        return f"{numbers.integer(lengths.min)}–{numbers.integer(lengths.max)} characters, {numbers.sig(lengths.mean)} on average"
    return _identifier(column) if column.role == "identifier" else _leading(column)


def _span(column: ColumnProfile) -> str:
    first, last = str(column.min), str(column.max)
    if first[:10] == last[:10] and "T" in first and "T" in last:
        return f"{numbers.date(first)}, {first[11:16]} – {last[11:16]}"
    return numbers.date_range(first, last)


def _identifier(column: ColumnProfile) -> str:
    shown = ", ".join(_value(top.value) for top in column.top[:3])
    per_value = column.count / column.distinct if column.distinct else 1.0
    return f"{shown} … {numbers.sig(per_value)} rows per value" if per_value > 1.005 else f"{shown} …"


def _leading(column: ColumnProfile) -> str:
    parts = [f"{_value(top.value)}\u00a0{numbers.pct(top.share, 0)}" for top in column.top[:3]]
    more = column.distinct - len(parts)
    return " · ".join(parts) + (f" · {numbers.integer(more)} more" if more > 0 and parts else "")


def _value(value: Scalar) -> str:
    return clipped(bare(value), LONGEST_VALUE)


def _number(value: Scalar) -> str:
    return numbers.sig(value) if isinstance(value, int | float) else numbers.scalar(value)


def _in_unit(value: Scalar, unit: str | None) -> str:
    return numbers.with_unit(value, unit) if isinstance(value, int | float) else numbers.scalar(value)


def _families(views: list[ColumnView]) -> list[ColumnGroup]:
    by_kind: dict[tuple[str, str, str], list[ColumnView]] = {}
    for view in views:
        prefix = view.name.partition("_")[0] + "_" if "_" in view.name else ""
        by_kind.setdefault((prefix, view.role, view.semantic), []).append(view)
    single: list[ColumnView] = []
    groups: list[ColumnGroup] = []
    for (prefix, role, semantic), members in by_kind.items():
        if len(members) < FAMILY:
            single += members
        else:
            name = f"{clipped(prefix, 30)}*" if prefix else f"other {role} columns"
            groups.append(ColumnGroup(name, _summary(members, role, semantic), False, members))
    flagged = [view for group in groups for view in group.columns if view.flag]
    flagged = sorted(flagged, key=lambda view: (-view.null_share, view.position))[:FLAGGED]
    if not single and not flagged:
        return groups
    counts = f"{len(single)} outside any family, {len(flagged)} of the flagged ones with the most empty values"
    return [ColumnGroup("Worth a look", counts, True, sorted(single, key=lambda view: view.position) + flagged), *groups]


def _summary(members: list[ColumnView], role: str, semantic: str) -> str:
    least, most = min(view.null_share for view in members), max(view.null_share for view in members)
    empty = "no empty values" if most == 0 else f"{numbers.pct(least, 0)}–{numbers.pct(most, 0)} empty"
    flagged = sum(bool(view.flag) for view in members)
    return f"{len(members)} columns · {role}, {semantic} · {empty}" + (f" · {flagged} flagged" if flagged else "")

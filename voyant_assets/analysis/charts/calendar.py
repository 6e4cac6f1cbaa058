"""A measure (or the rows) by a part of the calendar: hour, weekday, month, quarter, as a line over its steps in their order."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from voyant_assets.analysis.charts.evidence import Evidence, in_unit, quantity, slug_of
from voyant_assets.analysis.charts.groups import Group, adjusted, explained
from voyant_assets.analysis.charts.periods import PARTS, SECONDS, moment
from voyant_assets.analysis.charts.recurrence import is_certain
from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.forms import Line, Note
from voyant_core.model.chart import Chart, Code, DataTable
from voyant_core.model.profile import ColumnProfile, TimeAxis

FEWEST_ROWS = 20
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_CYCLE: Mapping[str, str] = {"hour": "day", "weekday": "week", "month": "year"}
CYCLES = 2


def parts_of(time: TimeAxis, length: int, covered: frozenset[str]) -> list[str]:
    """Parts of the calendar that stretches of `length` seconds can tell: two cycles are seen, and no column holds them."""
    span = (moment(time.last) - moment(time.first)).total_seconds()
    step = max(float(length), SECONDS.get(time.frequency, float(length)))
    longest = {"hour": SECONDS["hour"], "weekday": SECONDS["day"], "month": SECONDS["month"]}
    return [part for part in PARTS if part not in covered and step <= 1.1 * longest[part] and span >= 0.98 * CYCLES * SECONDS[_CYCLE[part]]]


def by_step(
    table: str, part: str, column: str, measure: ColumnProfile, place: int, groups: Sequence[Group], *, derived: bool
) -> Chart | None:
    """The profile of `measure` over the steps of `part`; `column` holds them, or (derived) the moments they come from.

    None where few rows or chance would speak. Steps of moments are only asked for when they recur.
    """
    steps = sorted((step, group) for group in groups if (step := _step(group)) is not None)
    solid = [(step, group) for step, group in steps if group.filled[place] >= min(FEWEST_ROWS, max(3, measure.count // (4 * len(steps))))]
    if len(solid) < 3:
        return None
    evidence = Evidence(table, slug_of(measure.name, "by", part if derived else column))
    means = [group.mean(place) or 0.0 for _, group in solid]
    names = [step_name(part, step, column_starts_at_zero=steps[0][0] == 0) for step, _ in solid]
    low, high = min(range(len(means)), key=lambda i: (means[i], i)), max(range(len(means)), key=lambda i: (means[i], -i))
    filled = [group for group in groups if group.filled[place]]
    eta2 = explained(filled, place, measure)
    epsilon2 = adjusted(eta2, len(filled), measure.count)
    if epsilon2 <= 0 or low == high or not (derived or is_certain(eta2, len(filled), measure.count)):
        return None
    cited = [evidence.fact(key, means[i], quantity(measure, means[i])) for key, i in (("low", low), ("high", high))]
    evidence.facts |= {"low_step": names[low], "high_step": names[high]}
    share = evidence.fact("eta_squared", eta2, numbers.pct(eta2))
    left_out = len(steps) - len(solid)
    shown = _line(measure, part, solid, means, names)
    ends = [f" {_at(part, names[i])}" for i in (low, high)]
    return Chart(
        slug=evidence.slug,
        kind="calendar",
        salience=round(min(1.0, 0.32 + 0.68 * math.sqrt(epsilon2)), 4),
        form="line",
        title=["Mean ", Code(code=measure.name), " runs from ", cited[0], f"{ends[0]} to ", cited[1], ends[1]],
        subtitle=f"Mean {measure.name}{in_unit(measure)} by {part}" + (f" of {column} (UTC)" if derived else f" ({column})"),
        consequence=["Compare rows of the same ", part, ": it accounts for ", share, " of the variance of ", Code(code=measure.name), "."],
        note=_note(left_out, starts_above_zero=not shown.from_zero and min(means) > 0),
        facts=evidence.facts,
        columns=[measure.name, column],
        arguments=shown.model_dump(),
        table=_table(part, measure, solid, names, place),
    )


def _note(left_out: int, *, starts_above_zero: bool) -> str:
    parts = [f"Steps with very few rows, left out: {numbers.integer(left_out)}."] if left_out else []
    return " ".join([*parts, *(["The axis does not start at 0."] if starts_above_zero else [])])


def _table(part: str, measure: ColumnProfile, solid: Sequence[tuple[int, Group]], names: Sequence[str], place: int) -> DataTable:
    rows = [
        [name, numbers.integer(group.rows), quantity(measure, group.mean(place))] for name, (_, group) in zip(names, solid, strict=True)
    ]
    return DataTable(headers=[part.capitalize(), "Rows", f"Mean {measure.name}"], rows=rows)


def _step(group: Group) -> int | None:
    try:
        return int(float(group.key[0])) if group.key[0] is not None else None
    except ValueError:
        return None


def step_name(part: str, step: int, *, column_starts_at_zero: bool = False) -> str:
    """`14:00`, `Tue`, `Feb`, `Q3`; weekdays counted from 0 keep their number, since which day begins is unknown."""
    match part:
        case "hour":
            return f"{step}:00"
        case "month" if 1 <= step <= 12:
            return numbers.MONTHS[step - 1]
        case "quarter":
            return f"Q{step}"
        case "weekday" if not column_starts_at_zero and 1 <= step <= 7:
            return WEEKDAYS[step - 1]
        case _:
            return str(step)


def _at(part: str, name: str) -> str:
    return f"at {name}" if part == "hour" else f"on {name}" if part == "weekday" else f"in {name}"


def _line(measure: ColumnProfile, part: str, solid: Sequence[tuple[int, Group]], means: Sequence[float], names: Sequence[str]) -> Line:
    """Steps in order, lowest and highest labelled; those without enough rows in between are there without a value."""
    known = {step: (name, mean) for (step, _), name, mean in zip(solid, names, means, strict=True)}
    first, last = solid[0][0], solid[-1][0]
    line = [known.get(step, (step_name(part, step, column_starts_at_zero=first == 0), None)) for step in range(first, last + 1)]
    low, high = min(means), max(means)
    notes = [
        Note(index=next(i for i, (_, value) in enumerate(line) if value == extreme), text=quantity(measure, extreme), below=extreme == low)
        for extreme in (low, high)
    ]
    return Line(
        at=[name for name, _ in line],
        values=[value for _, value in line],
        temporal=False,
        from_zero=low < 0.5 * high,
        share=measure.semantic_type == "share",
        notes=notes,
    )

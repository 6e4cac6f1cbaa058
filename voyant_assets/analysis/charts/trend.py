"""Lines over time: rows per period, and measures by period (their sum where they add up, else their mean)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from voyant_assets.analysis.charts.evidence import Evidence, in_unit, quantity, slug_of
from voyant_assets.analysis.charts.periods import ROWS_APART, Period, incomplete_ends
from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.forms import Line, Note
from voyant_core.model.chart import Chart, Citation, Code, DataTable, Text
from voyant_core.model.profile import ColumnProfile, TimeAxis

STEADY = 0.5
"""From this r squared of value against time on, the title speaks of the ends, else of the extremes."""
FEWEST = 6
MOST_LISTED = 60
_MIDNIGHT = dt.time()
NOTABLE = 0.3
"""An extreme that is closer to the middle than this share of it is hardly an event."""


@dataclass(frozen=True, slots=True)
class Series:
    """What a line shows. `measure` None: rows. `place` is the measure's in the groups."""

    time: TimeAxis
    period: str
    measure: ColumnProfile | None
    place: int
    is_total: bool

    @property
    def name(self) -> str:
        return "rows" if self.measure is None else self.measure.name

    def value(self, period: Period) -> float | None:
        if self.measure is None:
            return float(period.group.rows) if period.group else 0.0
        if period.group is None or not period.group.filled[self.place]:
            return None
        return period.group.sums[self.place] if self.is_total else period.group.mean(self.place)

    def text(self, value: float) -> str:
        return numbers.integer(value) if self.measure is None else quantity(self.measure, value)


def trend(table: str, series: Series, periods: Sequence[Period]) -> Chart | None:
    """The line; incomplete first and last periods are left out. None with too few points, or no change at all."""
    periods, cut = _whole(periods, series)
    values = [series.value(period) for period in periods]
    known = [(i, value) for i, value in enumerate(values) if value is not None]
    if len(known) < FEWEST or len({value for _, value in known}) < 2:
        return None
    if series.measure is None and max(value for _, value in known) <= 1:
        return None  # one row per period: a gap shows in the measures
    evidence = Evidence(table, slug_of(series.name, "by", series.period))
    fit = _r_squared(known)
    low = min(known, key=lambda pair: (pair[1], pair[0]))
    high = max(known, key=lambda pair: (pair[1], -pair[0]))
    is_steady = fit >= STEADY
    noted = (known[0], known[-1]) if is_steady else (low, high)
    label = {i: period_name(periods[i], series.period) for i, _ in noted}
    title = _title(evidence, series, noted, label, is_steady=is_steady)
    missing = len(values) - len(known)
    if missing:
        evidence.facts["missing_periods"] = missing
    measured = "Rows" if series.measure is None else f"{'Total' if series.is_total else 'Mean'} {series.name}{in_unit(series.measure)}"
    plain_count = series.measure is None or series.is_total
    shown = Line(
        at=[_moment(period.start) for period in periods],
        values=values,
        temporal=True,
        from_zero=plain_count or 0 <= low[1] < 0.5 * high[1],
        share=series.measure is not None and series.measure.semantic_type == "share",
        notes=[Note(index=i, text=f"{label[i]}: {series.text(value)}", below=value <= low[1]) for i, value in sorted(set(noted))],
    )
    listed = known if len(known) <= MOST_LISTED else sorted(sorted(known, key=lambda pair: (-pair[1], pair[0]))[:MOST_LISTED])
    return Chart(
        slug=evidence.slug,
        kind="trend",
        salience=_salience(fit, [value for _, value in known]),
        form="line",
        size="full",
        title=title,
        subtitle=f"{measured} per {series.period}, {_span(periods, series.period)}",
        consequence=_consequence(evidence, series, sorted(value for _, value in known), is_steady=is_steady),
        note=_note(series, shown, missing, cut, len(known) > len(listed)),
        facts=evidence.facts,
        columns=[series.time.column] if series.measure is None else [series.name, series.time.column],
        arguments=shown.model_dump(),
        table=DataTable(
            headers=[series.period.capitalize(), measured],
            rows=[[period_name(periods[i], series.period), series.text(value)] for i, value in listed],
        ),
    )


def period_name(period: Period, length: str) -> str:
    """`9 Feb 2013`, `Feb 2013`, `Q1 2013`, `2013`."""
    start = period.start
    month = numbers.MONTHS[start.month - 1]
    match length:
        case "hour":
            return f"{numbers.date(start)} {start.hour:02}:00"
        case "week":
            return f"week of {numbers.date(start)}"
        case "month":
            return f"{month}{numbers.NBSP}{start.year}"
        case "quarter":
            return f"Q{(start.month + 2) // 3}{numbers.NBSP}{start.year}"
        case "year":
            return str(start.year)
        case _:
            return numbers.date(start)


def _span(periods: Sequence[Period], length: str) -> str:
    if length in {"hour", "day", "week"}:
        return numbers.date_range(periods[0].start, periods[-1].start)
    return " – ".join(period_name(period, length) for period in (periods[0], periods[-1]))


def _moment(start: dt.datetime) -> str:
    """ISO 8601 in UTC; midnight is the date alone."""
    return f"{start:%Y-%m-%d}" if start.time() == _MIDNIGHT else f"{start.isoformat()}Z"


def _whole(periods: Sequence[Period], series: Series) -> tuple[Sequence[Period], int]:
    """Without incomplete ends: they would make counts and totals fall, and means of few rows jump. One row per period is always whole."""
    if sum(period.group.rows for period in periods if period.group) <= ROWS_APART * len(periods):
        return periods, 0
    first, last = incomplete_ends(periods, series.period, series.time)
    return periods[int(first) : len(periods) - int(last)], int(first) + int(last)


def _r_squared(known: Sequence[tuple[int, float]]) -> float:
    n = len(known)
    mx, my = sum(x for x, _ in known) / n, sum(y for _, y in known) / n
    sxx, syy = sum((x - mx) ** 2 for x, _ in known), sum((y - my) ** 2 for _, y in known)
    sxy = sum((x - mx) * (y - my) for x, y in known)
    return sxy * sxy / (sxx * syy) if sxx and syy else 0.0


def _salience(fit: float, values: Sequence[float]) -> float:
    """Grows with the steadiness of the trend, or with how far the extremes stand out from the middle."""
    ordered = sorted(values)
    middle = ordered[len(ordered) // 2]
    spread = ordered[(3 * len(ordered)) // 4] - ordered[len(ordered) // 4]
    reach = max(ordered[-1] - middle, middle - ordered[0])
    outstanding = min(1.0, reach / (6 * spread)) if spread else 0.5
    if middle > 0:
        outstanding *= min(1.0, reach / (NOTABLE * middle))
    return round(0.42 + 0.33 * max(fit if fit >= STEADY else 0.0, 0.8 * outstanding), 4)


def _title(
    evidence: Evidence, series: Series, noted: tuple[tuple[int, float], tuple[int, float]], label: Mapping[int, str], *, is_steady: bool
) -> Text:
    names = ("first", "last") if is_steady else ("low", "high")
    cited: list[Citation] = [evidence.fact(key, value, series.text(value)) for key, (_, value) in zip(names, noted, strict=True)]
    when = [label[i] for i, _ in noted]
    evidence.facts |= {f"{key}_period": label for key, label in zip(names, when, strict=True)}
    what: Text = ["Rows"] if series.measure is None else ["Total " if series.is_total else "Mean ", Code(code=series.name)]
    what = [*what, f" per {series.period} "]
    if is_steady:
        verb = "rises" if noted[1][1] > noted[0][1] else "falls"
        verb = verb.removesuffix("s") if series.measure is None else verb
        return [*what, f"{verb} from ", cited[0], f" ({when[0]}) to ", cited[1], f" ({when[1]})"]
    verb = "run" if series.measure is None else "runs"
    return [*what, f"{verb} between ", cited[0], f" ({when[0]}) and ", cited[1], f" ({when[1]})"]


def _consequence(evidence: Evidence, series: Series, ordered: Sequence[float], *, is_steady: bool) -> Text:
    if is_steady:
        return ["Compare a period with its neighbours or its season, not with the mean of the whole span."]
    if series.measure is None:
        return ["Totals of these periods differ because the rows do: look at rates or means beside them."]
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    cited = evidence.fact("middle", middle, series.text(middle))
    return [f"The median {series.period} stands at ", cited, ": one figure for the whole span hides both ends."]


def _note(series: Series, shown: Line, missing: int, cut: int, is_partial: bool) -> str:
    parts: list[str] = []
    if missing:
        parts.append(f"{numbers.integer(missing)} {series.period}s without a value break the line.")
    if cut:
        parts.append("An incomplete first or last period is left out.")
    if not shown.from_zero and min(value for value in shown.values if value is not None) > 0:
        parts.append("The axis does not start at 0.")
    if is_partial:
        parts.append(f"The table lists the {MOST_LISTED} highest.")
    return " ".join(parts)

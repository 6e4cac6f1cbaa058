"""Where ticks stand and what they say, for numbers and for time; the same for the stored specification and for the page."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from voyant_assets.analysis.wording.numbers import MINUS, MONTHS
from voyant_assets.charting.typeface import width

TICK_GAP = 8
_NARROWEST = 16
"""No text of a time axis takes less."""
_PREFIXES = ((1e24, "Y"), (1e21, "Z"), (1e18, "E"), (1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear map of `low`..`high` onto pixels `start`..`end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        return self.start if span == 0 else self.start + (value - self.low) / span * (self.end - self.start)


def nice_step(span: float, count: int) -> float:
    """The round step (1, 2, 2.5 or 5 times a power of ten) that cuts `span` into about `count` parts."""
    if span <= 0 or not math.isfinite(span):
        return 1.0
    raw = span / max(1, count)
    power = 10.0 ** math.floor(math.log10(raw))
    return next((factor * power for factor in (1, 2, 2.5, 5) if raw <= factor * power * 1.0001), 10 * power)


def ticks(low: float, high: float, count: int) -> list[float]:
    """Round values within `low`..`high`."""
    step = nice_step(high - low, count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [float(f"{i * step:.10g}") for i in range(first, last + 1)]


def axis(values: Sequence[float], *, share: bool) -> dict[str, Any]:
    """The Vega-Lite axis whose labels are those of `tick_texts`."""
    if share:
        return {"values": list(values), "format": f".{_places([100 * v for v in values])}%"}
    if _is_large(values):
        return {"values": list(values), "labelExpr": "format(datum.value, '~s')"}
    return {"values": list(values), "format": f",.{_places(values)}f"}


def tick_texts(values: Sequence[float], *, share: bool) -> list[str]:
    """All with the same number of decimals; from 100,000 on with SI prefixes (k, M, G)."""
    if share:
        places = _places([100 * v for v in values])
        return [_signed(f"{100 * v:.{places}f}%") for v in values]
    if _is_large(values):
        return [_with_prefix(v) for v in values]
    return [_signed(f"{v:,.{_places(values)}f}") for v in values]


@dataclass(frozen=True, slots=True)
class TimeTicks:
    """Moments as seconds since 1970 (UTC), their texts, and the d3 format that gives the same texts."""

    at: list[float]
    texts: list[str]
    format: str


def seconds(moment: str) -> float:
    """ISO 8601 as seconds since 1970; without an offset it counts as UTC."""
    found = dt.datetime.fromisoformat(moment)
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp()


def time_ticks(low: float, high: float, room: float) -> TimeTicks:
    """Round moments within `low`..`high`, as many as fit into `room` pixels without touching."""
    for step in _STEPS:
        if (0.9 * (high - low) / _seconds_of(step) - 1) * (2 * TICK_GAP + _NARROWEST) > room:
            continue  # too many for sure; listing them takes longer than all else
        moments = _moments(low, high, step)
        texts, pattern = _time_texts(moments, step)
        if sum(width(text) + 2 * TICK_GAP for text in texts) <= room:
            return TimeTicks([moment.timestamp() for moment in moments], texts, pattern)
    return TimeTicks([], [], "%Y")


_STEPS = (
    *(("minute", n) for n in (1, 5, 15, 30)), *(("hour", n) for n in (1, 3, 6, 12)), *(("day", n) for n in (1, 2, 5, 10)),
    *(("month", n) for n in (1, 2, 3, 6)), *(("year", n) for n in (1, 2, 5, 10, 20, 50, 100, 200, 500)),
)  # fmt: skip
_UNITS = {"minute": _MINUTE, "hour": _HOUR, "day": _DAY, "month": 30 * _DAY, "year": 365 * _DAY}


def _seconds_of(step: tuple[str, int]) -> float:
    return _UNITS[step[0]] * step[1]


def _moments(low: float, high: float, step: tuple[str, int]) -> list[dt.datetime]:
    start, end = dt.datetime.fromtimestamp(low, dt.UTC), dt.datetime.fromtimestamp(high, dt.UTC)
    unit, n = step
    if unit in {"minute", "hour"}:
        size = _seconds_of(step)
        return [dt.datetime.fromtimestamp(i * size, dt.UTC) for i in range(math.ceil(low / size), math.floor(high / size) + 1)]
    if unit == "day":
        days = (dt.datetime(start.year, start.month, start.day, tzinfo=dt.UTC) + dt.timedelta(i) for i in range((end - start).days + 2))
        found = [day for day in days if (day.day - 1) % n == 0 and (n == 1 or day.day <= 28)]
    else:
        months = n if unit == "month" else 12 * n
        first = (start.year * 12 + start.month - 1) // months
        last = (end.year * 12 + end.month - 1) // months
        numbers = (i * months for i in range(first, last + 1))
        found = [dt.datetime(number // 12, number % 12 + 1, 1, tzinfo=dt.UTC) for number in numbers if 12 <= number < 12 * 9999]
    return [moment for moment in found if start <= moment <= end]


def _time_texts(moments: Sequence[dt.datetime], step: tuple[str, int]) -> tuple[list[str], str]:
    unit = step[0]
    if unit in {"minute", "hour"} and len({moment.date() for moment in moments}) <= 1:
        return [f"{m.hour:02}:{m.minute:02}" for m in moments], "%H:%M"
    if unit in {"minute", "hour"}:
        return [f"{m.day} {MONTHS[m.month - 1]} {m.hour:02}:{m.minute:02}" for m in moments], "%-d %b %H:%M"
    if unit == "day":
        return [f"{m.day} {MONTHS[m.month - 1]}" for m in moments], "%-d %b"
    if unit == "month" and len({moment.year for moment in moments}) <= 1:
        return [MONTHS[m.month - 1] for m in moments], "%b"
    if unit == "month":
        return [f"{MONTHS[m.month - 1]} {m.year}" for m in moments], "%b %Y"
    return [str(m.year) for m in moments], "%Y"


def _is_large(values: Sequence[float]) -> bool:
    return max((abs(value) for value in values), default=0) >= 1e5


def _places(values: Sequence[float]) -> int:
    """Decimals that tell all `values` apart and show each wholly."""
    return max((len(text.partition(".")[2]) for text in (f"{value:.9f}".rstrip("0") for value in values)), default=0)


def _with_prefix(value: float) -> str:
    size, prefix = next(((size, prefix) for size, prefix in _PREFIXES if abs(value) >= size), (1, ""))
    return _signed(f"{value / size:.12g}{prefix}")


def _signed(text: str) -> str:
    return text.replace("-", MINUS)

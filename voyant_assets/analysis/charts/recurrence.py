"""Whether a measure's differences between hours, weekdays or months come back, or are those of a few days that happened to be rich in rows.

Rows of one day are alike, so they are no independent witnesses: a sample taken on forty days has forty for its weekdays, however many rows.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from voyant_assets.analysis.charts.periods import Stretches, numbers_of, steps_of

Floats = NDArray[np.float64]
UNITS: Mapping[str, str] = {"hour": "hour", "weekday": "day", "month": "month"}
"""By part of the calendar, the periods that bear witness."""
PER_STEP = 3
CERTAIN = 3.0
"""Standard deviations of the normal: about one in 700 parts of the calendar passes by chance."""


def recurs(data: Stretches, part: str, place: int) -> bool:
    """Whether the means of measure `place` by period, freed of their straight trend, differ more between the steps of `part` than within.

    One-way analysis of variance; the F ratio's probability by the approximation of Paulson (1942).
    """
    filled, sums = data.filled[place], data.sums[place]
    known = filled > 0
    periods, places = np.unique(numbers_of(data.seconds[known], UNITS[part]), return_inverse=True)
    if not len(periods):
        return False
    starts = np.zeros(len(periods), dtype=np.int64)
    starts[places] = data.seconds[known]
    means: Floats = np.bincount(places, sums[known]) / np.bincount(places, filled[known])
    steps, members = np.unique(steps_of(starts, part), return_inverse=True)
    if len(periods) < PER_STEP * len(steps):
        return False
    rest = _without_trend((periods - periods[0]).astype(np.float64), means)
    counts = np.bincount(members)
    centres: Floats = np.bincount(members, rest) / counts
    explained, whole = float((counts * (centres - rest.mean()) ** 2).sum()), float(((rest - rest.mean()) ** 2).sum())
    return whole > 0 and is_certain(explained / whole, len(steps), len(periods))


def _without_trend(x: Floats, y: Floats) -> Floats:
    """What is left of `y` after its straight line over `x`."""
    apart = x - x.mean()
    return y - y.mean() - apart * (float((apart * y).sum()) / float((apart * apart).sum()))


def is_certain(eta2: float, groups: int, witnesses: int) -> bool:
    """Whether so many groups explain this share of the variance of so many independent values by more than chance."""
    between, within = groups - 1, witnesses - groups
    if between < 1 or within < 1 or eta2 <= 0:
        return False
    return eta2 >= 1 - 1e-12 or _deviations(eta2 / between / ((1 - eta2) / within), between, within) >= CERTAIN


def _deviations(ratio: float, between: int, within: int) -> float:
    """The standard normal deviate that is as rare as an F ratio with so many degrees of freedom."""
    a, b, root = 2 / (9 * between), 2 / (9 * within), ratio ** (1 / 3)
    return ((1 - b) * root - (1 - a)) / math.sqrt(b * root * root + a)

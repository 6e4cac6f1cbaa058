"""How much of a figure's variation a grouping explains."""

from __future__ import annotations

from collections.abc import Sequence

from voyant_assets.analysis.kpi.choose import Figure


def strength(groups: Sequence[tuple[int, float]], figure: Figure) -> float:
    """Epsilon squared of the grouping: 0 nothing beyond chance, 1 everything. `groups` are (count, sum) per group.

    Unlike eta squared it does not reward many groups (Kelley, 1935: (SSB - (k-1) MSW) / SST).
    """
    filled = [(count, total) for count, total in groups if count]
    rows = sum(count for count, _ in filled)
    if len(filled) < 2 or rows <= len(filled):
        return 0.0
    mean = sum(total for _, total in filled) / rows
    between = sum(count * (total / count - mean) ** 2 for count, total in filled)
    all_squares = _all_squares(figure, mean, rows)
    if all_squares <= 0:
        return 0.0
    within = max(0.0, all_squares - between) / (rows - len(filled))
    return max(0.0, (between - (len(filled) - 1) * within) / all_squares)


def _all_squares(figure: Figure, mean: float, rows: int) -> float:
    if figure.aggregation == "share":
        return mean * (1 - mean) * rows
    spread = figure.column.std if figure.column is not None else None
    return (spread or 0.0) ** 2 * (rows - 1)

"""The key figures that a request asked for, as small tables of 80 columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voyant_api.cli.terminal import WIDTH, bold, clean, count

MOST_ROWS = 12
WIDEST = 28
Document = Mapping[str, Any]


def figure_lines(figures: Sequence[Document], rich: bool) -> list[str]:
    """A line for a single value, a table for an answer of several; what does not fit is counted."""
    if not figures:
        return []
    lines = ["", bold("Figures", rich)]
    for figure in figures:
        if figure["columns"]:
            lines += [f"  {clean(figure['name'])}", *_table(figure)]
        else:
            lines.append(f"  {clean(figure['name'])[:50]:<50} {_cell(figure['value']):>21}".rstrip())
    return lines


def _table(figure: Document) -> list[str]:
    rows: Sequence[Sequence[Any]] = figure["rows"][:MOST_ROWS]
    texts = [[clean(name)[:WIDEST] for name in figure["columns"]], *([_cell(value) for value in row] for row in rows)]
    numeric = [all(_is_number(row[at]) for row in rows) for at in range(len(figure["columns"]))]
    widths = [max(len(line[at]) for line in texts) for at in range(len(numeric))]
    fitting = _fitting(widths)
    lines = [
        "    " + "  ".join(f"{line[at]:>{widths[at]}}" if numeric[at] else f"{line[at]:<{widths[at]}}" for at in range(fitting)).rstrip()
        for line in texts
    ]
    left = [f"{count(figure['total'] - len(rows))} more rows"] if figure["total"] > len(rows) else []
    left += [f"{len(widths) - fitting} more columns"] if fitting < len(widths) else []
    return [*lines, f"    and {' and '.join(left)} in {figure['artifact']}"] if left else lines


def _fitting(widths: Sequence[int]) -> int:
    """How many columns stand side by side; one at least."""
    used, fitting = 4, 0
    for width in widths:
        used += width + 2
        if used - 2 > WIDTH:
            break
        fitting += 1
    return max(1, fitting)


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1e6 else f"{value:,.0f}" if abs(value) < 1e15 else f"{value:g}"
    return clean(str(value))[:WIDEST]

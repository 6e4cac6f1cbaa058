"""Refuses expressions that build one gigantic value. Part of the SQL guard (`sql_safety`).

The engine sees an interrupt only between vectors, and a single value is not bound by its memory limit: `range(1000000000)` in a SELECT
takes 8 GB and 27 s whatever the limits say. In FROM the same function streams and may be of any size.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

LONGEST_TEXT = 10_000
LONGEST_LIST = 100_000
MOST_GROWTH = 10_000


def growing(tree: Any) -> Iterator[tuple[Any, str]]:
    """(node, what to do instead) for every expression that may grow without bound."""
    from sqlglot import exp

    growth = 1
    for node in tree.find_all(exp.GenerateSeries, exp.Pad, exp.Repeat, exp.Space, exp.Replace, exp.RegexpReplace):
        match node:
            case exp.GenerateSeries() if not isinstance(node.parent, exp.Table):
                bounds = [node.args.get(name) for name in ("start", "end", "step")]
                if not all(bound is None or _number(bound, LONGEST_LIST) for bound in bounds):
                    yield node, "Write the series in FROM, as in FROM generate_series(1, 10) AS t(n)."
            case exp.Pad() if not _number(node.expression, LONGEST_TEXT):
                yield node, f"Pad to a number of at most {LONGEST_TEXT:,} characters."
            case exp.Repeat():
                yield node, "Write the text itself."
            case exp.Replace() | exp.RegexpReplace():
                growth *= _length(node.args.get("replacement"))
                if growth > MOST_GROWTH:
                    yield node, "Replace by shorter texts, or less often."
            case _:
                pass


def _number(node: Any, most: int) -> bool:
    from sqlglot import exp

    if isinstance(node, exp.Neg):
        node = node.this
    if not isinstance(node, exp.Literal) or node.is_string:
        return False
    try:
        return abs(float(node.name)) <= most
    except ValueError:
        return False


def _length(replacement: Any) -> int:
    from sqlglot import exp

    if replacement is None:
        return 1
    return max(1, len(replacement.name)) if isinstance(replacement, exp.Literal) else 100

"""Which tables and columns a parsed statement names, and what a misspelt one was meant to be. Part of the SQL guard (`sql_safety`).

Tables are resolved strictly: a name is a CTE in reach or a given table, nothing else. Columns are resolved leniently: only a name that
no source in reach can hold is refused, since the engine binds them again; a source whose columns are not known makes its query open.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from typing import Any

from resources._kit.sql_scope import Resolver, visible_cte
from voyant_core import errors
from voyant_core.model.source import Column

MOST_NAMED = 5
QUALIFIED = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")
"""A given table's name of this form is a schema and a table, written unquoted or quoted part by part."""


def place(node: Any, sql: str) -> str:
    """` (line 1, column 8)` where the node starts, or nothing when the parser did not keep it."""
    starts = [item.meta["start"] for item in node.walk() if item.meta.get("start") is not None]
    if not starts:
        return ""
    before = sql[: min(starts)]
    return f" (line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))})"


def nearest(name: str, candidates: Sequence[str]) -> str | None:
    """The candidate that `name` was probably meant to be; case does not count."""
    by_lower = {candidate.lower(): candidate for candidate in reversed(candidates)}
    found = difflib.get_close_matches(name.lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


def resolve_tables(tree: Any, tables: Mapping[str, Sequence[Column]], sql: str, subject: str) -> dict[int, str]:
    """Given tables by the id of the table node that names them."""
    from sqlglot import exp

    given = {name.lower(): name for name in tables}
    used: dict[int, str] = {}
    for node in tree.find_all(exp.Table):
        if isinstance(node.this, exp.Func):
            _refuse_table_function(node, sql, subject)
            continue
        name = ".".join(part.name for part in node.parts)
        if len(node.parts) == 1 and visible_cte(node) is not None:
            continue
        if name.lower() not in given or (len(node.parts) > 1) != (QUALIFIED.fullmatch(given[name.lower()]) is not None):
            raise _unknown_table(name, list(tables), place(node, sql), subject)
        used[id(node)] = given[name.lower()]
    return used


def _refuse_table_function(node: Any, sql: str, subject: str) -> None:
    from sqlglot import exp

    if isinstance(node.this, (exp.GenerateSeries, exp.Explode, exp.Unnest)):
        return
    raise errors.VoyantError(
        errors.INVALID_SQL,
        f"{subject}: the table function `{str(node.this.name or node.this.sql_name()).lower()[:60]}` is not allowed{place(node, sql)}.",
        hint="Read the tables of the request by name.",
    )


def _unknown_table(name: str, known: Sequence[str], at: str, subject: str) -> errors.VoyantError:
    meant = nearest(name, known) or (known[0] if len(known) == 1 else None)
    hint = f"Did you mean `{meant}`?" if meant else f"The tables of the request are {', '.join(known[:10])}." if known else None
    return errors.VoyantError(errors.INVALID_SQL, f"{subject}: no table `{name[:100]}`{at}.", hint=hint)


def resolve_columns(
    tree: Any, tables: Mapping[str, Sequence[Column]], used: Mapping[int, str], sql: str, subject: str
) -> tuple[tuple[str, str], ...]:
    """The (table, column) pairs that the statement names, sorted; VYNT-1002 for names that nothing in reach can hold."""
    from sqlglot import exp

    resolver = Resolver(tables, used)
    found: set[tuple[str, str]] = set()
    unknown: dict[str, str] = {}
    for column in tree.find_all(exp.Column):
        if isinstance(column.this, exp.Star):
            continue
        known, origin, candidates = _look_up(column, resolver)
        if origin is not None:
            found.add(origin)
        if not known:
            unknown.setdefault(_spelling(column), _unknown_column(column, candidates, resolver, sql))
    if unknown:
        more = [f"{len(unknown) - MOST_NAMED} more names are unknown."] if len(unknown) > MOST_NAMED else []
        detail = " ".join([*list(unknown.values())[:MOST_NAMED], *more])
        raise errors.VoyantError(errors.UNKNOWN_COLUMN, f"{subject}: {detail}", hint=_columns_hint(tables, used))
    return tuple(sorted(found))


def _spelling(column: Any) -> str:
    return ".".join(part.name for part in column.parts)


def _look_up(column: Any, resolver: Resolver) -> tuple[bool, tuple[str, str] | None, list[str]]:
    """Whether something in reach may hold the column, the given column behind it, and the names that were in reach."""
    from sqlglot import exp

    first, *more = [part.name.lower() for part in column.parts]
    candidates: list[str] = []
    node = column.parent
    open_source = False
    while node is not None:
        if isinstance(node, exp.Lambda) and first in {item.name.lower() for item in node.expressions}:
            return True, None, []
        if isinstance(node, exp.Comprehension) and first in {item.name.lower() for item in node.expression.walk() if item.name}:
            return True, None, []
        if isinstance(node, exp.SetOperation):
            outputs = resolver.output(node)
            if first in outputs.columns:
                return True, None, []
            open_source = open_source or outputs.open
        if isinstance(node, exp.Select):
            sources, aliases = resolver.around(node)
            if more and first in sources:
                names = sources[first]
                candidates = [origin[1] if origin else name for name, origin in names.columns.items()]
                return more[0] in names.columns or names.open, names.columns.get(more[0]), candidates
            for names in sources.values():
                if first in names.columns:
                    return True, names.columns[first], []
                open_source = open_source or names.open
                candidates += [origin[1] if origin else name for name, origin in names.columns.items()]
            if first in aliases or first in sources:
                return True, None, []
            candidates += sorted(aliases)
        node = node.parent
    return open_source, None, candidates


def _unknown_column(column: Any, candidates: Sequence[str], resolver: Resolver, sql: str) -> str:
    meant = nearest(column.name, candidates)
    what = f"no column `{_spelling(column)[:100]}`{_searched(column, resolver)}{place(column, sql)}"
    return f"{what}; did you mean `{meant}`?" if meant else f"{what}."


def _searched(column: Any, resolver: Resolver) -> str:
    """` in flights`: the source that the column names, else those of its SELECT, given tables by their own names."""
    from sqlglot import exp

    select = column.find_ancestor(exp.Select)
    if select is None:
        return ""
    sources = {alias: names for alias, names in resolver.sources(select).items() if not alias.startswith("#")}
    chosen = [column.table.lower()] if column.table.lower() in sources else list(sources)[:5]
    titles = [next((origin[0] for origin in sources[alias].columns.values() if origin), alias) for alias in chosen]
    return f" in {', '.join(titles)}" if titles else ""


def _columns_hint(tables: Mapping[str, Sequence[Column]], used: Mapping[int, str]) -> str | None:
    """The columns of the one table that is read, while they fit a line."""
    names = sorted(set(used.values()))
    if len(names) != 1:
        return None
    listed = ", ".join(column.name for column in tables[names[0]])
    return f"{names[0]} has {len(tables[names[0]])} columns" + (f": {listed}." if len(listed) <= 600 else ".")


def measured_column(tree: Any, columns: Sequence[tuple[str, str]]) -> str | None:
    """The column in whose unit the answer stands: `SELECT median(x) FROM t`, also through round, filters and one bare column."""
    from sqlglot import exp

    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1:
        return None
    item = tree.expressions[0].unalias()
    keeping = (exp.Avg, exp.Median, exp.Sum, exp.Min, exp.Max, exp.PercentileCont, exp.PercentileDisc, exp.Quantile, exp.Stddev, exp.Mode)
    while isinstance(item, (exp.Filter, exp.Round, exp.Paren, *keeping)):
        item = item.this
    if not isinstance(item, exp.Column):
        return None
    matching = [name for _, name in columns if name.lower() == item.name.lower()]
    return matching[0] if len(matching) == 1 else None

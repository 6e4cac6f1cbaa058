"""Which columns the sources of a parsed query give: CTEs, subqueries, joins, aliases. Part of the SQL guard (`sql_safety`).

Where the columns of a source cannot be told (table functions, unnamed expressions, recursion) it is open: anything may be in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from voyant_core.model.source import Column


def visible_cte(node: Any) -> Any:
    """The CTE that a table's name refers to: of the enclosing WITH clauses, only those written before it (or itself, if recursive)."""
    from sqlglot import exp

    name, child, parent = node.name.lower(), node, node.parent
    while parent is not None:
        if isinstance(parent, exp.With):
            for cte in parent.expressions:
                if cte is child and not parent.args.get("recursive"):
                    break
                if cte.alias.lower() == name:
                    return cte
                if cte is child:
                    break
        elif (clause := parent.args.get("with_")) is not None and clause is not child:
            for cte in clause.expressions:
                if cte.alias.lower() == name:
                    return cte
        child, parent = parent, parent.parent
    return None


@dataclass(slots=True)
class Names:
    """Columns that a source or a query gives, lower-case, with the given table where one stands behind; `open`: there may be more."""

    columns: dict[str, tuple[str, str] | None] = field(default_factory=dict[str, "tuple[str, str] | None"])
    open: bool = False

    def add(self, other: Names) -> None:
        for name, origin in other.columns.items():
            self.columns.setdefault(name, origin)
        self.open = self.open or other.open


class Resolver:
    """Finds what each column may refer to. One per statement; outputs of subqueries are kept."""

    def __init__(self, tables: Mapping[str, Sequence[Column]], used: Mapping[int, str]) -> None:
        self.tables = tables
        self.used = used
        self.outputs: dict[int, Names] = {}
        self.reach: dict[int, tuple[dict[str, Names], set[str]]] = {}

    def output(self, query: Any) -> Names:
        """What a query gives. A query being resolved (recursion) is open."""
        from sqlglot import exp

        if id(query) in self.outputs:
            return self.outputs[id(query)]
        self.outputs[id(query)] = Names(open=True)
        if isinstance(query, (exp.Subquery, exp.CTE, exp.Paren)):
            names = self.output(query.this)
        elif isinstance(query, exp.SetOperation):
            names = Names()
            names.add(self.output(query.left))
            if query.args.get("by_name"):
                names.add(self.output(query.right))
        elif isinstance(query, exp.Select):
            names = self._projected(query)
        else:
            names = Names(open=True)
        self.outputs[id(query)] = names
        return names

    def _projected(self, select: Any) -> Names:
        from sqlglot import exp

        names = Names()
        for item in select.expressions:
            if isinstance(item, exp.Star) or (isinstance(item, exp.Column) and isinstance(item.this, exp.Star)):
                for source, given in self.sources(select).items():
                    if isinstance(item, exp.Star) or source == item.table.lower():
                        names.add(given)
                names.open = names.open or bool(isinstance(item, exp.Star) and (item.args.get("replace") or item.args.get("rename")))
            elif isinstance(item, (exp.Alias, exp.Column)):
                names.columns.setdefault(item.alias_or_name.lower(), None)
            else:
                names.open = True
        return names

    def sources(self, select: Any) -> dict[str, Names]:
        """The sources of a SELECT by lower-case alias."""
        return self.around(select)[0]

    def around(self, select: Any) -> tuple[dict[str, Names], set[str]]:
        """The sources of a SELECT, and the aliases that its own projections add."""
        if id(select) in self.reach:
            return self.reach[id(select)]
        found: dict[str, Names] = {}
        clause = select.args.get("from_")
        items = [clause.this] if clause is not None else []
        items += [join.this for join in _parts(select, "joins")] + _parts(select, "laterals")
        for item in _unnested_joins(items):
            found[(item.alias_or_name or f"#{len(found)}").lower()] = self.source(item)
        aliases = {item.alias.lower() for item in select.expressions if item.alias}
        self.reach[id(select)] = found, aliases
        return self.reach[id(select)]

    def source(self, item: Any) -> Names:
        from sqlglot import exp

        if id(item) in self.used:
            table = self.used[id(item)]
            columns = self.tables[table]
            names = Names({column.name.lower(): (table, column.name) for column in columns}, open=not columns)
        elif isinstance(item, exp.Table) and not isinstance(item.this, exp.Func) and (cte := visible_cte(item)) is not None:
            names = _renamed(self.output(cte.this), cte)
        elif isinstance(item, exp.Subquery):
            names = self.output(item.this)
        else:
            names = Names(open=True)
        return _renamed(names, item)


def _parts(node: Any, argument: str) -> list[Any]:
    return list(node.args.get(argument) or [])


def _unnested_joins(items: list[Any]) -> list[Any]:
    """The sources themselves and those joined behind them: `(a JOIN b) JOIN c` keeps b under a."""
    found: list[Any] = []
    for item in items:
        found.append(item)
        found += _unnested_joins([join.this for join in _parts(item, "joins")])
    return found


def _renamed(names: Names, item: Any) -> Names:
    """`names` under the column aliases of `AS t(a, b)`."""
    from sqlglot import exp

    alias: Any = item.args.get("alias")
    given = [str(column.name).lower() for column in _parts(alias, "columns")] if isinstance(alias, exp.TableAlias) else []
    if not given:
        return names
    rest = list(names.columns.items())[len(given) :]
    return Names({**dict.fromkeys(given), **dict(rest)}, names.open and len(given) == 0)

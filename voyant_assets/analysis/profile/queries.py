"""The SQL of the profile. Pure text; `collect` runs it. Every answer has a total order, so that it is the same in every run."""

from __future__ import annotations

import math
from collections.abc import Sequence

from voyant_assets.analysis import sums
from voyant_assets.analysis.profile.kinds import Family, TypedColumn, quote

SAMPLE = 300
"""(value, count) pairs per column that the reading of its meaning gets."""
GRID = 61
"""Bits of a BIGINT that a value of an exact sum takes."""


def ranges(view: str, columns: Sequence[TypedColumn]) -> str:
    """Minimum and maximum of every integer and date (in seconds): Parquet's own statistics answer this without a scan."""
    extremes = [f"{function}({column.sql})" for column in columns for function in ("min", "max")]
    wanted = [
        f"epoch({e})" if c.family is Family.DATE else e for c, e in zip((c for c in columns for _ in range(2)), extremes, strict=True)
    ]
    return f"SELECT {', '.join(wanted)} FROM {view}"


def distinct_estimates(view: str, columns: Sequence[TypedColumn]) -> str:
    return f"SELECT {', '.join(f'approx_count_distinct({column.sql})' for column in columns)} FROM {view}"


def distinct_among_first(view: str, columns: Sequence[TypedColumn], rows: int) -> str:
    counts = ", ".join(f"count(DISTINCT {column.sql})" for column in columns)
    return f"SELECT {counts} FROM (SELECT {', '.join(column.sql for column in columns)} FROM {view} LIMIT {rows})"


def frequencies(view: str, columns: Sequence[TypedColumn], materialize: bool) -> str:
    """The frequency tables of several columns below one another: (i, v, k) for numbers, (i, v, n, p, k) for the rest; null has a row.

    `materialize` reads the rows once into memory. A wide table takes 50 ms to bind, and without it every column binds it again.
    """
    head, source = "", view
    names = [column.sql for column in columns]
    if materialize:
        picked = ", ".join(f"{column.sql} AS c{place}" for place, column in enumerate(columns))
        head, source, names = (
            f"WITH picked AS MATERIALIZED (SELECT {picked} FROM {view}) ",
            "picked",
            [f"c{i}" for i in range(len(columns))],
        )
    # The null group stays in: WHERE v IS NOT NULL costs half as much again as the counting.
    parts = [
        f"SELECT {place} AS i, {_shape(column)}, k FROM (SELECT {name} AS v, count(*) AS k FROM {source} GROUP BY 1)"
        for place, (column, name) in enumerate(zip(columns, names, strict=True))
    ]
    return f"{head}{' UNION ALL '.join(parts)} ORDER BY {_frequency_order(columns[0])}"


def frequencies_of_few_rows(view: str, columns: Sequence[TypedColumn]) -> str:
    """The same by one GROUP BY over (column, value), for columns of one `like`.

    A GROUP BY of its own costs a column 2 ms whatever the rows, this 60 ns a cell: a quarter for 100 columns of 1,000 rows, three times
    as much for 14 columns of 336,776.
    """
    cast = {"BIGINT": "CAST({} AS BIGINT)", "VARCHAR": "CAST({} AS VARCHAR)"}.get(like(columns[0]), "{}")
    values = ", ".join(cast.format(column.sql) for column in columns)
    places = ", ".join(str(place) for place in range(len(columns)))
    return (
        f"SELECT i, {_shape(columns[0])}, k FROM (SELECT i, v, count(*) AS k FROM"
        f" (SELECT unnest([{places}]) AS i, unnest([{values}]) AS v FROM {view}) GROUP BY 1, 2) ORDER BY {_frequency_order(columns[0])}"
    )


def like(column: TypedColumn) -> str:
    """The type as which columns can be counted in one list without merging two values."""
    if column.family in (Family.INTEGER, Family.BOOLEAN):
        return "BIGINT"
    return "VARCHAR" if column.family is Family.TEXT else column.type


def _frequency_order(column: TypedColumn) -> str:
    return "1, 2" if is_numeric(column) else "1, 2, 3, 4, 5"


def is_numeric(column: TypedColumn) -> bool:
    """Whether a frequency table holds the column's values as numbers rather than as text."""
    return column.family in (Family.INTEGER, Family.BOOLEAN, Family.FLOAT)


def _shape(column: TypedColumn) -> str:
    if column.family is Family.FLOAT:
        return "CAST(v AS DOUBLE) AS v"
    if is_numeric(column):
        return "CAST(v AS BIGINT) AS v"
    return f"{column.text('v')} AS v, {column.number('v')} AS n, {column.padded('v')} AS p"


# ---- columns with too many values for a frequency table


def extremes(view: str, columns: Sequence[TypedColumn]) -> str:
    """Per column: filled, usable, minimum, maximum (as published), minimum and maximum of `number`, then three more.

    The three are null, the sum of absolutes and null for numbers and times; the sum, rows that are empty and that are padded for strings.
    """
    wanted: list[str] = []
    for column in columns:
        x = column.usable(column.sql)
        y = f"epoch({x})" if column.kind == "temporal" else column.number(x)
        wanted += [f"count({column.sql})", f"count({x})"]
        if column.family is Family.OTHER:
            wanted += ["NULL"] * 7
            continue
        wanted += [_published(column, f"{function}({x})") for function in ("min", "max")]
        is_string = column.kind == "string"
        wanted += [f"min({y})", f"max({y})", f"sum({y})" if is_string else "NULL"]
        wanted += [f"count_if({x} = '')", f"count_if({column.padded(x)})"] if is_string else [f"sum(abs({y}))", "NULL"]
    return f"SELECT {', '.join(wanted)} FROM {view}"


EXTREMES = 9


def _published(column: TypedColumn, expression: str) -> str:
    if column.family is Family.FLOAT:
        return f"CAST({expression} AS DOUBLE)"
    return expression if is_numeric(column) else column.text(expression)


def totals(view: str, columns: Sequence[tuple[TypedColumn, float]]) -> str:
    """The sum of each column with its largest absolute value: whole numbers of a small unit, the same in whatever order they are added."""
    return f"SELECT {', '.join(_added(column.number(column.usable(column.sql)), largest) for column, largest in columns)} FROM {view}"


def _added(expression: str, largest: float) -> str:
    """Sum of an expression of at most `largest`. A BIGINT holds each value to `largest` / 2^61, of which a mean of many has 10 digits."""
    if not math.isfinite(largest):
        return f"sum({expression})"
    return sums.added(expression, GRID - math.frexp(largest)[1], "BIGINT")


def powers(view: str, columns: Sequence[tuple[TypedColumn, float, float]]) -> str:
    """Per (column, centre, scale): sums of the 2nd, 3rd, 4th power of (x - centre) / scale, zeros, negatives, whether all are whole."""
    wanted: list[str] = []
    for column, centre, scale in columns:
        x = column.number(column.usable(column.sql))
        z = f"(({x} - ({centre!r})) / {scale!r})"
        largest = 1.0 if math.isfinite(centre) and math.isfinite(scale) else math.inf
        wanted += [_added(" * ".join([z] * power), largest) for power in (2, 3, 4)]
        wanted += [f"count_if({x} = 0)", f"count_if({x} < 0)", f"bool_and({x} = floor({x}))"]
    return f"SELECT {', '.join(wanted)} FROM {view}"


POWERS = 6


def eight_bytes(view: str, column: TypedColumn) -> str:
    """An integer or fractional column in one type: BIGINT or DOUBLE."""
    return f"SELECT CAST({column.sql} AS {'BIGINT' if column.family is Family.INTEGER else 'DOUBLE'}) AS x FROM {view}"


def hashes(view: str, column: TypedColumn, piece: int, pieces: int) -> str:
    """64-bit hashes of the usable values, each in one of `pieces`. They differ between versions of DuckDB: never keep them."""
    h = column.hashed(column.usable(column.sql))
    only = f" AND {h} % {pieces} = {piece}" if pieces > 1 else ""
    return f"SELECT {h} AS h FROM {view} WHERE {column.usable(column.sql)} IS NOT NULL{only}"


def values_of_hashes(view: str, column: TypedColumn, wanted: Sequence[int]) -> str:
    """(value as text, count, hash) of the values with these hashes, most frequent first, ties by value."""
    x = column.usable(column.sql)
    return (
        f"SELECT {_as_text(_published(column, 'v'))}, k, {column.hashed('v')} FROM (SELECT {x} AS v, count(*) AS k FROM {view}"
        f" WHERE {x} IS NOT NULL AND {column.hashed(x)} IN ({', '.join(map(str, wanted))}) GROUP BY 1) ORDER BY k DESC, {_order(column)}"
    )


def first_values(view: str, column: TypedColumn, without: Sequence[int], occurring: int, rows: int, limit: int) -> str:
    """(value as text, count) of the first values that occur so often, among the first `rows` rows in the values' order.

    A value whose rows are cut off at the end is counted short, hence left out.
    """
    x = column.usable(column.sql)
    others = f" AND {column.hashed(x)} NOT IN ({', '.join(map(str, without))})" if without else ""
    first = f"SELECT v FROM (SELECT {x} AS v FROM {view} WHERE {x} IS NOT NULL{others}) ORDER BY {_order(column)} LIMIT {rows}"
    return (
        f"SELECT {_as_text(_published(column, 'v'))}, k FROM (SELECT v, count(*) AS k FROM ({first}) GROUP BY 1)"
        f" WHERE k = {occurring} ORDER BY {_order(column)} LIMIT {limit}"
    )


def _as_text(value: str) -> str:
    return f"CAST({value} AS VARCHAR)"


def _order(column: TypedColumn) -> str:
    return column.text("v") if column.family is Family.OTHER else "v"


def fullest_buckets(view: str, column: TypedColumn, buckets: int, keep: int) -> str:
    x = column.usable(column.sql)
    return (
        f"SELECT hash({x}) % {buckets} AS b, count(*) AS k FROM {view} WHERE {x} IS NOT NULL GROUP BY 1 ORDER BY k DESC, b LIMIT {keep + 1}"
    )


def values_in_buckets(view: str, column: TypedColumn, buckets: int, chosen: Sequence[int]) -> str:
    x = column.usable(column.sql)
    return (
        f"SELECT {_as_text(_published(column, 'v'))}, k FROM (SELECT {x} AS v, count(*) AS k FROM {view}"
        f" WHERE {x} IS NOT NULL AND hash({x}) % {buckets} IN ({', '.join(map(str, chosen))}) GROUP BY 1)"
        f" ORDER BY k DESC, {_order(column)} LIMIT {SAMPLE}"
    )


def cells(view: str, number: str, low: float, high: float, cells: int) -> str:
    """(rows, smallest, largest) of each cell of low..high that is not empty, ascending. Halves, since high - low may not be a double."""
    width = high / cells - low / cells
    place = f"least(floor(x / {width!r} - ({low / width!r})), {cells - 1})" if width else f"CASE WHEN x > ({low!r}) THEN 1 ELSE 0 END"
    return (
        f"SELECT count(*), min(x), max(x) FROM (SELECT {number} AS x FROM {view})"
        f" WHERE x BETWEEN {low!r} AND {high!r} GROUP BY {place} ORDER BY 2"
    )


def numbers_within(view: str, number: str, spans: Sequence[tuple[float, float]]) -> str:
    within = " OR ".join(f"x BETWEEN {low!r} AND {high!r}" for low, high in spans)
    return f"SELECT x FROM (SELECT {number} AS x FROM {view}) WHERE {within}"


def observed_quantiles(view: str, column: TypedColumn, probabilities: Sequence[float]) -> str:
    """Values that occur: as text, and in seconds."""
    picked = f"(SELECT unnest(quantile_disc({column.usable(column.sql)}, {list(probabilities)})) AS v FROM {view})"
    return f"SELECT {column.text('v')}, epoch(v) FROM {picked}"


def bars(view: str, column: TypedColumn, edges: Sequence[float]) -> str:
    """(bar, rows) for ascending bounds, low <= x < high. A tree of comparisons is exact at the bounds, which floor(x / step) is not."""
    return _tally(view, column, _branch(edges[1:-1], 0))


def _branch(bounds: Sequence[float], offset: int) -> str:
    if not bounds:
        return str(offset)
    middle = len(bounds) // 2
    below, above = _branch(bounds[:middle], offset), _branch(bounds[middle + 1 :], offset + middle + 1)
    return f"CASE WHEN x < ({bounds[middle]!r}) THEN {below} ELSE {above} END"


def _tally(view: str, column: TypedColumn, place: str) -> str:
    x = column.number(column.usable(column.sql))
    return f"SELECT CAST({place} AS INTEGER) AS b, count(*) AS k FROM (SELECT {x} AS x FROM {view}) WHERE isfinite(x) GROUP BY 1 ORDER BY 1"


def texts_below(view: str, column: TypedColumn, hash_below: int, longest: int) -> str:
    """(text, rows) of the values whose hash lies below the bound; of longer texts one character more than `longest`."""
    x = column.usable(column.sql)
    return (
        f"SELECT left(v, {longest + 1}), k FROM (SELECT {x} AS v, count(*) AS k FROM {view}"
        f" WHERE {x} IS NOT NULL AND hash({x}) < {hash_below} GROUP BY 1) ORDER BY v"
    )


def matches(view: str, column: TypedColumn, expressions: Sequence[tuple[str, int | None]]) -> str:
    """Rows whose value matches each regular expression in full; a length, where all matches have one, spares the others the look."""
    wanted = [
        f"count_if({f'n = {length} AND ' if length is not None else ''}regexp_full_match(v, {_literal(expression)}, 's'))"
        for expression, length in expressions
    ]
    lengths = sorted({length for _, length in expressions if length is not None})
    among = f" WHERE n IN ({', '.join(map(str, lengths))})" if all(length is not None for _, length in expressions) else ""
    x = column.usable(column.sql)
    return f"SELECT {', '.join(wanted)} FROM (SELECT v, n FROM (SELECT {x} AS v, length({x}) AS n FROM {view}){among})"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def row_hashes(view: str, columns: Sequence[TypedColumn], piece: int, pieces: int) -> str:
    """64-bit hashes of the rows, of which each stands in one of `pieces`."""
    hashed = f"SELECT hash({', '.join(c.sql for c in columns)}) AS h FROM {view}"
    return f"SELECT h FROM ({hashed}) WHERE h % {pieces} = {piece}" if pieces > 1 else hashed


MASK_BITS = 60


def null_patterns(view: str, columns: Sequence[TypedColumn], listed: int) -> str:
    """(rows, masks ...) of the most frequent combinations of nulls, 60 columns to a mask, after the one row without nulls."""
    masks = [
        " + ".join(
            f"CASE WHEN {column.sql} IS NULL THEN {1 << bit} ELSE 0 END" for bit, column in enumerate(columns[start : start + MASK_BITS])
        )
        for start in range(0, len(columns), MASK_BITS)
    ]
    names = [f"m{place}" for place in range(len(masks))]
    picked = ", ".join(f"CAST({mask} AS BIGINT) AS {name}" for mask, name in zip(masks, names, strict=True))
    return (
        f"SELECT count(*) AS k, {', '.join(names)} FROM (SELECT {picked} FROM {view}) GROUP BY {', '.join(names)}"
        f" ORDER BY ({' | '.join(names)}) <> 0, k DESC, {', '.join(names)} LIMIT {listed + 1}"
    )


def as_doubles(view: str, columns: Sequence[TypedColumn]) -> str:
    picked = ", ".join(f"{column.number(column.usable(column.sql))} AS c{place}" for place, column in enumerate(columns))
    return f"SELECT {picked} FROM {view}"


def drawn(view: str, columns: Sequence[TypedColumn], hash_below: int, salt: int) -> str:
    """The rows whose position, hashed with the salt, lies below the bound.

    A window without an order counts rows as they are stored. Hashed twice, since salts alone only move the values about.
    """
    names = ", ".join(column.sql for column in columns)
    place = quote("".join(["row", *("_" for _ in columns)]))  # longer than any column's name that is made of these
    numbered = f"SELECT {names}, row_number() OVER () AS {place} FROM {view}"
    return f"SELECT {names} FROM ({numbered}) WHERE hash(hash({place}, {salt})) < {hash_below}"


def gaps(view: str, column: TypedColumn, listed: int) -> str:
    """(distance in seconds, how often) between neighbouring distinct times, most frequent first."""
    x = f"epoch({column.usable(column.sql)})"
    return (
        f"SELECT d, count(*) AS k FROM (SELECT x - lag(x) OVER (ORDER BY x) AS d FROM"
        f" (SELECT DISTINCT {x} AS x FROM {view}) WHERE x IS NOT NULL) WHERE d IS NOT NULL GROUP BY 1 ORDER BY k DESC, d LIMIT {listed}"
    )


def distinct_pairs(view: str, a: TypedColumn, b: TypedColumn) -> str:
    return f"SELECT count(*) FROM (SELECT DISTINCT {a.sql}, {b.sql} FROM {view})"

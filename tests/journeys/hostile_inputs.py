"""The table of bad input: what comes in, and either the code that refuses it or the honest answer that is given all the same.

An accepted row states how many rows come out (counted by whoever made the file, so that a lost row is seen) and words that the notes on
the reading must hold. Every row is sent over REST; `SPREAD` over the command line and MCP too.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hostile_files as made

REFUSED, EMPTY, TOO_LARGE, NOT_ALLOWED = "VYNT-7004", "VYNT-7005", "VYNT-1011", "VYNT-1006"
NO_SQL, NO_READ, NO_COLUMN = "VYNT-1005", "VYNT-1008", "VYNT-1002"
STAGES = ("ingest", "profile")


@dataclass(frozen=True)
class Bad:
    """`data` are the file's bytes, or what makes them in a folder. None: `name` is another row's file, or none."""

    name: str
    data: bytes | Callable[[Path], bytes] | None = None
    code: str | None = None
    rows: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict[str, Any])

    def __str__(self) -> str:
        """Names the row in the report of the tests."""
        return "-".join([self.name, *(str(kpi["sql"])[:30] for kpi in self.more.get("kpis", []))])


def kpi(sql: str) -> dict[str, Any]:
    return {"kpis": [{"name": "n", "sql": sql}]}


SHAPES = [
    Bad("one_column.csv", made.csv("n", "1", "2", "3"), rows=(3,)),
    Bad("one_value.csv", made.csv("n", "1"), rows=(1,)),
    Bad("short_rows.csv", made.csv("a,b,c", "1,2,3", "4,5", "6,7,8"), rows=(3,), notes=("differ in length",)),
    Bad("long_rows.csv", made.csv("a,b", "1,2", "3,4,5", "6,7"), rows=(3,), notes=("differ in length",)),
    Bad("repeated.csv", made.csv("a,a,A,a_1", "1,2,3,4", "5,6,7,8"), rows=(2,), notes=("repeated",)),
    Bad("blank.csv", made.csv("a,,  ,b", "1,2,3,4", "5,6,7,8"), rows=(2,), notes=("blank",)),
    Bad("reserved.csv", made.csv("select,from,order,rowid", "1,2,3,4", "6,7,8,9"), rows=(2,), columns=("select", "from", "order", "rowid")),
    Bad("quoted.csv", made.csv('"a""b","c,d","e;f"', "1,2,3", "5,6,7"), rows=(2,), columns=('a"b', "c,d", "e;f")),
    Bad("long_name.csv", made.csv("x" * 300 + ",y", "1,2", "3,4"), rows=(2,), columns=("x" * 300, "y")),
    Bad("wide.csv", made.wide(2000, 3), rows=(3,), more={"stages": ["ingest"]}),
    Bad("too_wide.csv", made.wide(5000, 2), TOO_LARGE),
    Bad("all_null.csv", made.csv("a,b", "1,", "2,", "3,"), rows=(3,)),
    Bad("only_null.csv", made.csv("a,b", ",", ",", ","), rows=(3,)),
    Bad("one_long_line.csv", b"a,b\n1," + b"x" * 3_000_000 + b"\n2,y\n", rows=(2,)),
]
VALUES = [
    Bad("mixed.csv", made.csv("a,b", *["1,x"] * 30_000, "two,y", "3,z"), rows=(30_002,)),
    Bad("infinite.csv", made.csv("a,b", "1.5,x", "NaN,y", "Infinity,z", "-inf,w", "1e999,v", "2.5,u"), rows=(6,)),
    Bad("late_dates.csv", made.csv("d,n", "2020-01-01,1", "9999-12-31,2", "2020-02-30,4", "20200-01-01,5", "-4000-01-01,6"), rows=(5,)),
    Bad("long_decimals.csv", made.csv("a", "1" * 45, "2" * 40, "3"), rows=(3,)),
    Bad("nul.csv", b"a,b\n1,x\x00y\n2,z\n3,\x00\n", rows=(3,)),
    Bad("unclosed.csv", made.csv("a,b", *["1,x"] * 1000, '2,"y', *["3,z"] * 1000), REFUSED),
    Bad("utf16.csv", "a,b\n1,é\n2,ü\n".encode("utf-16"), rows=(2,), notes=("UTF-16",)),
    Bad("latin.csv", "a,b\n1,é\n2,ü\n".encode("latin-1"), rows=(2,), notes=("Latin-1",)),
    Bad("no_text.csv", b"a,b\n1,\xc3\x28\n2,\xff\xfe\n", rows=(2,), notes=("Latin-1",)),
    Bad("empty.csv", b"", EMPTY),
    Bad("blanks.csv", b"\xef\xbb\xbf\n\n\n", EMPTY),
    Bad("header_only.csv", b"a,b,c\n", EMPTY),
    *(Bad(f"rubbish.{kind}", made.RUBBISH, REFUSED) for kind in ("csv", "parquet", "zip", "json", "xlsx", "gz", "sqlite", "duckdb")),
    Bad("page.csv", b"<!doctype html><html><body><h1>404</h1></body></html>\n", REFUSED),
    Bad("paper.csv", b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", REFUSED),
    Bad("infinite.parquet", lambda folder: made.parquet(folder, "SELECT unnest([TIMESTAMP 'infinity', '-infinity', '294247-01-10']) AS t"),
        rows=(3,)),
    Bad("odd.parquet", lambda folder: made.parquet(folder, "SELECT NULL AS a, {'b': [1]} AS s, map {'k': 1} AS m, interval 3 day AS i,"
                                                           " 'x'::BLOB AS x, 2::HUGEINT AS h FROM range(5)"), rows=(5,)),
]  # fmt: skip
JSON = [
    Bad("deep.json", made.deep_json(5000), REFUSED),
    Bad("deep.ndjson", made.deep_json(200) * 2, REFUSED),
    Bad("invalid.json", b'[{"a": 1}, {"a": 2},, {"a":]', REFUSED),
    Bad("invalid.ndjson", b'{"a":1}\n{"a":2}\n{"a":\n{"a":4}\n', REFUSED),
    Bad("empty_list.json", b"[]", EMPTY),
    Bad("kinds.ndjson", made.ndjson({"a": 1}, {"a": "x"}, {"a": [1]}, {"b": None}), rows=(4,)),
    Bad("repeated_key.ndjson", b'{"a":1,"a":2}\n{"a":3}\n', REFUSED),
    Bad("nan.ndjson", b'{"a":NaN}\n{"a":1}\n', rows=(2,)),
]
CONTAINERS = [
    Bad("cut.csv.gz", made.gzipped(made.numbers(20_000))[:-9000], REFUSED),
    Bad("cut_end.csv.gz", made.gzipped(made.numbers(20_000))[:-4], REFUSED),
    Bad("cut.csv.zst", made.zstandard_of(made.numbers(20_000))[:-3000], REFUSED),
    Bad("cut.zip", made.zipped(("a.csv", made.numbers(20_000)))[:-30], REFUSED),
    Bad("cut.parquet", lambda folder: made.parquet(folder)[:-100], REFUSED),
    Bad("torn.parquet", lambda folder: (data := made.parquet(folder))[:1000] + bytes(2000) + data[3000:], REFUSED),
    Bad("no_rows.parquet", lambda folder: made.parquet(folder, "SELECT 1 AS a WHERE false"), EMPTY),
    Bad("cut.xlsx", made.workbook()[:3000], REFUSED),
    Bad("cut.sqlite", lambda folder: made.sqlite(folder)[:6000], REFUSED),
    Bad("bomb.zip", lambda _: made.zip_bomb(), TOO_LARGE),
    Bad("bomb.csv.gz", lambda _: made.gzip_bomb(), TOO_LARGE),
    Bad("lying.zip", made.lying_zip(), REFUSED),
    Bad("secret.zip", made.encrypted_zip(), REFUSED),
    Bad("secret.xlsx", lambda _: made.protected_workbook(), REFUSED),
    Bad("nested.zip", made.zipped(("in.zip", made.zipped(("a.csv", made.numbers(3))))), REFUSED),
    Bad("climbing.zip", made.zipped(("../../../voyant.db", made.numbers(3))), rows=(3,)),
    Bad("nothing.zip", made.zipped(), EMPTY),
    Bad("half.zip", made.zipped(("a.csv", made.numbers(4)), ("bad.csv", made.RUBBISH)), rows=(4,), notes=("bad.csv",)),
]
PLACES = [
    Bad("missing.csv", None, "VYNT-2008"),
    Bad("link.csv", None, NOT_ALLOWED),
    Bad("../voyant.db", None, NOT_ALLOWED),
    Bad("/etc/passwd", None, NOT_ALLOWED),
]
REQUESTS = [
    *(Bad("orders.csv", None, code, more=kpi(sql)) for sql, code in {
        "SELECT sum(prise) FROM orders": NO_COLUMN,
        "DROP TABLE orders": NO_READ,
        "SELECT 1; SELECT 2": NO_READ,
        "INSERT INTO orders VALUES (1)": NO_READ,
        "COPY orders TO 'stolen.csv'": NO_READ,
        "ATTACH 'voyant.db' AS v": NO_READ,
        "SELECT * FROM read_text('/etc/passwd')": NO_SQL,
        "SELECT count(*) FROM 'orders.csv'": NO_SQL,
        "SELECT getenv('HOME')": NO_SQL,
        "SELECT 'a'{:1}": NO_SQL,
    }.items()),
    Bad("orders.csv", None, "VYNT-1012", more={"stages": ["nonsense"]}),
    Bad("orders.csv", None, "VYNT-2006", more={"tables": ["nonsense"]}),
]  # fmt: skip
ENDLESS = {
    "between vectors": "SELECT count(*) FROM orders a, range(100000000000) b, range(1000000) c WHERE a.price + b.range % 7 = c.range % 11",
    "recursion": "WITH RECURSIVE r AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM r) SELECT count(*) FROM r, orders",
    "within one value": "WITH t AS (SELECT string_agg('abc' || range, '') AS x FROM range(20000))"
    " SELECT max(levenshtein(x, reverse(x))) FROM t, orders",
}

BAD = [*SHAPES, *VALUES, *JSON, *CONTAINERS, *PLACES, *REQUESTS]
HOSTILE = [row for row in BAD if row.code]
SPREAD = [
    row
    for row in BAD
    if row in REQUESTS[:2] + REQUESTS[-2:] or row.name in ("missing.csv", "empty.csv", "rubbish.csv", "cut.csv.gz", "short_rows.csv")
]


def lay_out(folder: Path, orders: Path, rows: list[Bad] = SPREAD) -> None:
    """The files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orders.csv").write_bytes(orders.read_bytes())
    for row in rows:
        if row.data is not None and not (folder / row.name).exists():
            (folder / row.name).write_bytes(row.data(folder) if callable(row.data) else row.data)

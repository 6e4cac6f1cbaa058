"""Well-formed files by grammar, with what they truly hold. The truth is made first and written out by Python's own writers."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import random
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WORDS = [
    "ann",
    "bob",
    "Zoë",
    "Straße",
    "日本",
    "o'hara",
    'a "quoted" word',
    "semi;colon",
    "with, comma",
    "tab\there",
    "line\nbreak",
    "C#",
    "x",
    "-5 degrees",
    "N/A?",
    "O=1",
]
DELIMITERS = [",", ";", "\t", "|", "^", "~", "\x1f"]
CONFINED_SHARE = 0.02  # of kinds that are opened in a process of their own, which takes a second
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]


@dataclass(frozen=True, slots=True)
class Sample:
    """A file. `rows` are those it holds, None where nothing is promised; `values` by column in reading order, where they are known."""

    name: str
    data: bytes
    rows: int | None = None
    values: list[list[Any]] = field(default_factory=list[list[Any]])


def make(random_: random.Random) -> Sample:
    """A file of a random kind."""
    if random_.random() < CONFINED_SHARE:
        return random_.choice([sqlite, workbook])(random_)
    kinds: list[Callable[[random.Random], Sample]] = [delimited] * 6 + [json_lines] * 2 + [json_array, parquet, parquet, zipped]
    return random_.choice(kinds)(random_)


def columns(random_: random.Random, rows: int) -> dict[str, list[Any]]:
    """Typed columns under distinct names; the first is a counter, so that header and rows are told apart."""
    makers: list[Callable[[], Any]] = [
        lambda: random_.randint(-(10**9), 10**9),
        lambda: random_.randint(-(2**63), 2**63 - 1),
        lambda: round(random_.uniform(-1e6, 1e6), random_.randint(1, 6)),
        lambda: random_.choice(WORDS),
        lambda: f"{random_.randint(0, 99999):05d}x",
        lambda: dt.date(2000, 1, 1) + dt.timedelta(days=random_.randint(0, 9000)),
        lambda: dt.datetime(2020, 1, 1) + dt.timedelta(seconds=random_.randint(0, 10**8)),  # noqa: DTZ001 - a naive column
        lambda: random_.choice([True, False]),
    ]
    table: dict[str, list[Any]] = {"id": list(range(1, rows + 1))}
    for at in range(random_.randint(1, 7)):
        make_value, holes = random_.choice(makers), random_.random() < 0.3
        table[random_.choice(["n", "Größe", "a b", "select", "x.y", "UPPER"]) + str(at)] = [
            None if holes and random_.random() < 0.2 else make_value() for _ in range(rows)
        ]
    return table


def delimited(random_: random.Random) -> Sample:
    """CSV in any dialect of Python's writer and any encoding that holds its characters."""
    count = random_.choice([3, 10, 100, 1000])
    table = columns(random_, count)
    delimiter, ends = random_.choice(DELIMITERS), random_.choice(["\n", "\r\n"])
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=ends, quoting=random_.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
    writer.writerow(table)
    writer.writerows([["" if value is None else value for value in row] for row in zip(*table.values(), strict=True)])
    text = out.getvalue()
    encoding = random_.choice(ENCODINGS)
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        data = text.encode()
    return Sample("table.csv", data, count, list(table.values()))


def json_lines(random_: random.Random) -> Sample:
    table = columns(random_, random_.choice([3, 10, 500]))
    lines = "".join(json.dumps(row, ensure_ascii=random_.random() < 0.5) + "\n" for row in _records(table))
    return Sample("table.ndjson", lines.encode(), len(table["id"]), list(table.values()))


def json_array(random_: random.Random) -> Sample:
    table = columns(random_, random_.choice([3, 10, 500]))
    document: Any = _records(table)
    inner = random_.random() < 0.3
    text = json.dumps({"data": document, "total": len(document)} if inner else document, indent=random_.choice([None, 1]))
    encoding = random_.choice(["utf-8", "utf-8-sig", "utf-16"])
    return Sample("table.json", text.encode(encoding), len(document), list(table.values()))


def parquet(random_: random.Random) -> Sample:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = columns(random_, random_.choice([1, 10, 2000]))
    rows = len(table["id"])
    extra = {
        "st": pa.array([{"a": at, "b": [at, None]} for at in range(rows)]),
        "m": pa.array([[("k", at)] for at in range(rows)], pa.map_(pa.string(), pa.int64())),
        "ns": pa.array(range(rows), pa.timestamp("ns")),
        "dec": pa.array([None] * rows, pa.decimal128(30, 4)),
        "dict": pa.array([str(at % 3) for at in range(rows)]).dictionary_encode(),
        "u8": pa.array([at % 200 for at in range(rows)], pa.uint8()),
    }
    chosen = {name: extra[name] for name in random_.sample(sorted(extra), random_.randint(0, 4))}
    arrays = {name: pa.array(values) for name, values in table.items()} | chosen
    out = io.BytesIO()
    pq.write_table(pa.table(arrays), out, compression=random_.choice(["none", "snappy", "zstd"]), row_group_size=random_.choice([7, 1000]))
    return Sample("table.parquet", out.getvalue(), rows, list(table.values()))


def zipped(random_: random.Random) -> Sample:
    inner = random_.choice([delimited, json_lines, parquet])(random_)
    if random_.random() < 0.5:
        return Sample(inner.name + ".gz", gzip.compress(inner.data, mtime=0), inner.rows, inner.values)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(inner.name), inner.data)
    return Sample("table.zip", out.getvalue(), inner.rows, inner.values)


def sqlite(random_: random.Random) -> Sample:
    table = columns(random_, random_.choice([3, 200]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.db"
        connection = sqlite3.connect(path)
        names = ", ".join('"' + name + '"' for name in table)
        connection.execute(f"CREATE TABLE items ({names})")
        rows = [
            [value if isinstance(value, int | float | str | None) else str(value) for value in row]
            for row in zip(*table.values(), strict=True)
        ]
        connection.executemany(f"INSERT INTO items VALUES ({', '.join('?' for _ in table)})", rows)
        connection.commit()
        connection.close()
        return Sample("table.sqlite", path.read_bytes(), len(table["id"]))


def workbook(random_: random.Random) -> Sample:
    from openpyxl import Workbook

    table = columns(random_, random_.choice([3, 50]))
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(list(table))
    for row in zip(*table.values(), strict=True):
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return Sample("table.xlsx", out.getvalue(), len(table["id"]))


def _records(table: dict[str, list[Any]]) -> list[dict[str, Any]]:
    rows = zip(*table.values(), strict=True)
    return [
        {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in zip(table, row, strict=True)} for row in rows
    ]

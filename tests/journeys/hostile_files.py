"""The bytes of bad files, made anew for each use: every way in which a file has been found to be wrong."""

from __future__ import annotations

import gzip
import io
import json
import random
import struct
import zipfile
from pathlib import Path

import duckdb
import zstandard

RUBBISH = random.Random(7).randbytes(4096)
ORDERS = "order_id,region,price\n" + "".join(f"{n},{'north' if n % 2 else 'south'},{n}.5\n" for n in range(1, 21))


def csv(*lines: str) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def numbers(count: int) -> bytes:
    return csv("n,x", *(f"{n},{n * 7 % 101}" for n in range(count)))


def wide(columns: int, rows: int) -> bytes:
    return csv(",".join(f"c{n}" for n in range(columns)), *(",".join(str(row + n) for n in range(columns)) for row in range(rows)))


def parquet(folder: Path, query: str = "SELECT range AS n, range % 7 AS x FROM range(1000)") -> bytes:
    path = folder / "made.parquet"
    duckdb.sql(query).write_parquet(str(path))
    data = path.read_bytes()
    path.unlink()
    return data


def zipped(*members: tuple[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return held.getvalue()


def zip_bomb(megabytes: int = 400) -> bytes:
    """One member of zeros: 0.1 % of what comes out of it."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive, archive.open("bomb.csv", "w") as member:
        for _ in range(megabytes):
            member.write(b"0" * 2**20)
    return held.getvalue()


def lying_zip() -> bytes:
    """The directory promises 10 bytes, the member holds many more."""
    data = bytearray(zipped(("orders.csv", ORDERS.encode())))
    place = data.rindex(b"PK\x01\x02")
    struct.pack_into("<I", data, place + 24, 10)
    return bytes(data)


def encrypted_zip() -> bytes:
    data = bytearray(zipped(("orders.csv", ORDERS.encode())))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    return bytes(data)


def gzip_bomb(megabytes: int = 400) -> bytes:
    held = io.BytesIO()
    with gzip.GzipFile(fileobj=held, mode="wb", compresslevel=9) as stream:
        for _ in range(megabytes):
            stream.write(b"0" * 2**20)
    return held.getvalue()


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def zstandard_of(data: bytes) -> bytes:
    return zstandard.compress(data)


def workbook(rows: int = 20) -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["order_id", "region", "price"])
    for n in range(rows):
        sheet.append([n, "north" if n % 2 else "south", n + 0.5])
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def protected_workbook() -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile

    held = io.BytesIO()
    OOXMLFile(io.BytesIO(workbook())).encrypt("secret", held)
    return held.getvalue()


def sqlite(folder: Path) -> bytes:
    import sqlite3

    path = folder / "made.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (order_id INTEGER, region TEXT)")
        connection.executemany("INSERT INTO orders VALUES (?, ?)", [(n, "north") for n in range(500)])
    connection.close()
    data = path.read_bytes()
    path.unlink()
    return data


def ndjson(*rows: object) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def deep_json(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth + b"\n"

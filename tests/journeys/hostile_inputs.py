"""Inputs that must be refused, each with its code."""

from __future__ import annotations

import random
from pathlib import Path

RUBBISH = random.Random(7).randbytes(4096)

# (name, bytes or None for a file that is not there, further fields of the request, code)
HOSTILE = [
    ("missing.csv", None, {}, "VYNT-2008"),
    ("empty.csv", b"", {}, "VYNT-7005"),
    ("header_only.csv", b"a,b,c\n", {}, "VYNT-7005"),
    ("rubbish.csv", RUBBISH, {}, "VYNT-7004"),
    ("orders.csv", None, {"kpis": [{"name": "n", "sql": "SELECT sum(prise) FROM orders"}]}, "VYNT-1002"),
    ("orders.csv", None, {"kpis": [{"name": "n", "sql": "DROP TABLE orders"}]}, "VYNT-1008"),
    ("orders.csv", None, {"kpis": [{"name": "n", "sql": "SELECT 1; SELECT 2"}]}, "VYNT-1008"),
    ("orders.csv", None, {"stages": ["nonsense"]}, "VYNT-1012"),
    ("orders.csv", None, {"tables": ["nonsense"]}, "VYNT-2006"),
]


def lay_out(folder: Path, orders: Path) -> None:
    """The files in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "orders.csv").write_bytes(orders.read_bytes())
    for name, data, _, _ in HOSTILE:
        if data is not None:
            (folder / name).write_bytes(data)

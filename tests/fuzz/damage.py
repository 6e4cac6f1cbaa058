"""Bytes changed at random: what a bad disk, a cut transfer, a careless editor or a hostile sender makes of a file."""

from __future__ import annotations

import random
from collections.abc import Callable

INSERTS = [
    b"\x00",
    b'"',
    b"'",
    b"\n",
    b"\r",
    b",",
    b";",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xff",
    b"{",
    b"[" * 300,
    b"}",
    b"#",
    b"0" * 500,
    b"1e999",
    b"\\",
    b"\x1a",
    b"NaN",
]


def damaged(data: bytes, random_: random.Random) -> bytes:
    """The bytes after one to five changes."""
    for _ in range(random_.randint(1, 5)):
        if data:
            data = random_.choice(_CHANGES)(data, random_)
    return data


def _flip(data: bytes, random_: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(random_.randint(1, 8)):
        changed[random_.randrange(len(changed))] = random_.randrange(256)
    return bytes(changed)


def _cut(data: bytes, random_: random.Random) -> bytes:
    return data[: random_.randrange(len(data))]


def _splice(data: bytes, random_: random.Random) -> bytes:
    start, length, to = random_.randrange(len(data)), random_.randint(1, 2000), random_.randrange(len(data))
    return data[:to] + data[start : start + length] + data[to:]


def _drop(data: bytes, random_: random.Random) -> bytes:
    start = random_.randrange(len(data))
    return data[:start] + data[start + random_.randint(1, 500) :]


def _repeat(data: bytes, random_: random.Random) -> bytes:
    start = random_.randrange(len(data))
    return data[:start] + data[start : start + random_.randint(1, 50)] * random_.randint(2, 200) + data[start:]


def _insert(data: bytes, random_: random.Random) -> bytes:
    at = random_.choice([0, random_.randrange(len(data)), len(data)])
    return data[:at] + random_.choice(INSERTS) * random_.choice([1, 1, 1, 5]) + data[at:]


_CHANGES: list[Callable[[bytes, random.Random], bytes]] = [_flip, _cut, _splice, _drop, _repeat, _insert, _insert]

"""Text for a terminal of 80 columns: wrapping, safe characters, bold where it helps. Pure text in and out, but for `safe_streams`."""

from __future__ import annotations

import io
import os
import sys
import textwrap
from collections.abc import Sequence
from typing import TextIO

WIDTH = 80


def safe_streams() -> None:
    """Characters that the terminal's encoding lacks are replaced instead of ending the program."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def clean(text: str) -> str:
    """`text` without control characters: names from data must not steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


def wrapped(text: str, indent: str = "", first: str | None = None) -> list[str]:
    """Lines of at most 80 columns; `first` is the indentation of the first one."""
    return textwrap.wrap(
        clean(text), WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent, break_on_hyphens=False
    )


def is_rich(stream: TextIO) -> bool:
    """Whether the stream is a terminal that wants more than plain text."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


_TYPOGRAPHY = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "−": "-",
        "×": "x",
        "…": "...",
        "•": "-",
        "·": "-",
        "≤": "<=",
        "≥": ">=",
        "→": "->",
    }
)


def shown(lines: Sequence[str], stream: TextIO) -> str:
    """The lines as the stream takes them: typographic characters only where somebody reads them on a terminal."""
    text = "\n".join(lines) + "\n"
    return text if is_rich(stream) else text.translate(_TYPOGRAPHY)


def bold(text: str, rich: bool) -> str:
    return f"\x1b[1m{text}\x1b[0m" if rich else text


def count(number: int) -> str:
    return f"{number:,}"


def seconds(duration: float) -> str:
    return f"{duration:.2f} s" if duration < 10 else f"{duration:.0f} s"


def size(number: int) -> str:
    """Bytes for a person, in powers of 1000."""
    value, unit = float(number), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"

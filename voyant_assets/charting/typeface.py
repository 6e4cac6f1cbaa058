"""How wide a text is in the bundled Inter, and how a long one is cut: what lets a layout be fixed before anything is drawn.

Widths are sums of advances read from the font file (OpenType 1.9, tables `cmap` format 4, `hhea`, `hmtx`); kerning is left out, which
overestimates by about 1 %. Characters that the subset lacks count by their East Asian width.
"""

from __future__ import annotations

import functools
import struct
import unicodedata
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "report" / "fonts"
ELLIPSIS = "…"
LONGEST = 300

_UNFIT = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF}


def legible(text: str) -> str:
    """`text` on one line, trimmed, as XML may hold it: controls and direction overrides become blanks, lone surrogates U+FFFD."""
    if text.isascii() and text.isprintable():
        return text[:LONGEST].strip()
    shown: list[str] = []
    for character in text[:LONGEST]:
        code = ord(character)
        if 0xD800 <= code <= 0xDFFF:
            shown.append("\ufffd")
        elif code in _UNFIT or unicodedata.category(character) in {"Cc", "Zl", "Zp"}:
            shown.append(" ")
        else:
            shown.append(character)
    return "".join(shown).strip()


def width(text: str, size: float = 12, *, semibold: bool = False) -> float:
    """Pixels that `text` takes at `size` pixels."""
    advances = _advances("SemiBold" if semibold else "Regular")
    return size * sum(advances.get(ord(character)) or _guess(character) for character in text)


def fit(text: str, room: float, size: float = 12) -> str:
    """`text` if it fits into `room` pixels, else its beginning with an ellipsis; at least one character stays."""
    text = legible(text)
    if width(text, size) <= room:
        return text
    used, kept = width(ELLIPSIS, size), 0
    for character in text:
        used += width(character, size)
        if used > room:
            break
        kept += 1
    return text[: max(1, kept)].rstrip() + ELLIPSIS


def _guess(character: str) -> float:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0.0
    return 1.0 if unicodedata.east_asian_width(character) in "WF" else 0.65


@functools.cache
def _advances(weight: str) -> dict[int, float]:
    """Advance by code point, in ems."""
    data = (FOLDER / f"Inter-{weight}.otf").read_bytes()
    (count,) = struct.unpack_from(">H", data, 4)
    tables = {tag: offset for tag, _, offset, _ in (struct.unpack_from(">4sIII", data, 12 + 16 * i) for i in range(count))}
    (units,) = struct.unpack_from(">H", data, tables[b"head"] + 18)
    (metrics,) = struct.unpack_from(">H", data, tables[b"hhea"] + 34)
    advances = [struct.unpack_from(">H", data, tables[b"hmtx"] + 4 * i)[0] / units for i in range(metrics)]
    glyphs = _glyphs(data, tables[b"cmap"])
    return {code: advances[min(glyph, metrics - 1)] for code, glyph in glyphs.items()}


def _glyphs(data: bytes, cmap: int) -> dict[int, int]:
    """Glyph by code point, from the format 4 subtable of the basic plane."""
    (subtables,) = struct.unpack_from(">H", data, cmap + 2)
    offsets = [cmap + struct.unpack_from(">HHI", data, cmap + 4 + 8 * i)[2] for i in range(subtables)]
    start = next(offset for offset in offsets if struct.unpack_from(">H", data, offset)[0] == 4)
    segments = struct.unpack_from(">H", data, start + 6)[0] // 2
    ends, firsts = start + 14, start + 16 + 2 * segments
    deltas, ranges = firsts + 2 * segments, firsts + 4 * segments
    found: dict[int, int] = {}
    for i in range(segments):
        end, first, delta, offset = (struct.unpack_from(">H", data, base + 2 * i)[0] for base in (ends, firsts, deltas, ranges))
        for code in range(first, min(end, 0xFFFE) + 1):
            glyph = code if offset == 0 else struct.unpack_from(">H", data, ranges + 2 * i + offset + 2 * (code - first))[0]
            if offset == 0 or glyph:
                found[code] = (glyph + delta) & 0xFFFF
    return found

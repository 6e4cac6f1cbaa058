"""Take a column's name apart into plain lower-case words. Says nothing about the values."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from voyant_assets.analysis.meaning.words.kinds import CALENDAR, ENTITIES, GROUPS, IDENTITY, LOCATION, OUTCOMES, PROSE
from voyant_assets.analysis.meaning.words.lists import word_set
from voyant_assets.analysis.meaning.words.quantities import QUANTITIES
from voyant_assets.analysis.meaning.words.spelling import JOINERS, SPELLINGS
from voyant_assets.analysis.meaning.words.units import LONG

_BRACKETS = re.compile(r"[(\[{]([^)\]}]*)[)\]}]")
_PIECE = re.compile(r"[A-ZÀ-Þ]+(?![a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+|\d+|[^\W\d_]+|[%$€£¥₹°#]+")
_WHOLE = re.compile(
    r"^(?:co2e?|pm2_?5|pm10|no2|so2|o3|nox|ipv[46]|sha\d+|md5|iso[23]|m[123]|km2|ft2|h2o|b12|cd[48]|alpha[23]|hba1c)$", re.IGNORECASE
)
_EXTRA = word_set(
    """real nominal number total average maximum minimum is has was count per median std gross net old new current
    previous first last start end begin unit max min percap percapita"""
)
KNOWN: frozenset[str] = frozenset(
    {*CALENDAR, *ENTITIES, *GROUPS, *IDENTITY, *LOCATION, *OUTCOMES, *PROSE, *QUANTITIES, *SPELLINGS, *JOINERS, *LONG, *_EXTRA}
)
_TAILS = (
    "name",
    "code",
    "date",
    "datetime",
    "time",
    "timestamp",
    "number",
    "num",
    "nbr",
    "pct",
    "year",
    "count",
    "price",
    "rate",
    "cost",
    "amount",
    "type",
    "status",
    "score",
    "index",
    "group",
    "flag",
    "class",
    "size",
    "grade",
    "level",
)
_HEADS = ("avg", "pct", "num", "tot", "total", "max", "min", "mean", "sum", "is", "has", "real")
_LONGEST_SPLIT = 40


@dataclass(frozen=True, slots=True)
class Name:
    """`words` in canonical spelling, in order; `bracket` is what stands in brackets (mostly a unit)."""

    raw: str
    words: tuple[str, ...]
    bracket: str = ""

    @property
    def last(self) -> str:
        return self.words[-1] if self.words else ""

    def has(self, *words: str) -> bool:
        return any(word in self.words for word in words)


def _fold(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).replace("ß", "ss")


@lru_cache(maxsize=4096)
def split_run(word: str) -> tuple[str, ...]:
    """`tailnum` -> tail, num: known words that cover the run completely, else a known tail or head."""
    if word in KNOWN or len(word) < 4 or len(word) > _LONGEST_SPLIT or not word.isalpha():
        return (word,)
    best: list[tuple[str, ...] | None] = [(), *(None for _ in word)]
    for end in range(2, len(word) + 1):
        for start in range(max(0, end - 14), end - 1):
            before, piece = best[start], word[start:end]
            if before is None or piece not in KNOWN or (len(piece) < 3 and piece not in {"id", "kg", "km", "cm", "mm", "no", "ip", "wt"}):
                continue
            candidate = (*before, piece)
            known = best[end]
            if known is None or len(candidate) < len(known):
                best[end] = candidate
    whole = best[len(word)]
    if whole is not None and len(whole) <= 3:
        return whole
    for tail in _TAILS:
        if word.endswith(tail) and len(word) > len(tail) + 1:
            return (word[: -len(tail)], tail)
    for head in _HEADS:
        if len(head) > 2 and word.startswith(head) and len(word) > len(head) + 1:
            return (head, word[len(head) :])
    return (word,)


def _canonical(words: list[str]) -> tuple[str, ...]:
    """Words in the spelling of the tables; `no` means number only once, not first, and not beside `yes`."""
    answer = "yes" in words or words.count("no") > 1 or (words[:1] == ["no"] and len(words) > 1)
    return tuple(word if answer and word == "no" else SPELLINGS.get(word, word) for word in words)


@lru_cache(maxsize=8192)
def read_name(raw: str) -> Name:
    """`tempC`, `Weight_in_lbs`, `Umsatz (€)` as words; digits are words of their own."""
    text = raw[:300]
    found = _BRACKETS.search(text)
    bracket = found.group(1).strip().lower() if found else ""
    rest = _BRACKETS.sub(" ", text) if found else text
    words: list[str] = []
    for chunk in re.split(r"[^\w%$€£¥₹°#]+|_", _fold(rest)):
        if not chunk:
            continue
        if _WHOLE.match(chunk):
            words.append(chunk.lower())
            continue
        for piece in _PIECE.findall(chunk):
            words.extend(split_run(piece.lower()))
    return Name(raw, _canonical(words), bracket)

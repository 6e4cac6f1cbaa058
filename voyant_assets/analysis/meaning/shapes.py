"""Recognise what strings are from how they are written: addresses, moments, yes/no words, scales, places. Pure pattern work on a sample."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from voyant_assets.analysis.meaning.words import places
from voyant_assets.analysis.meaning.words.kinds import ORDER_WORDS

_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?(?:\s?[ap]\.?m\.?)?(?:\s?(?:z|utc|gmt|[+-]\d{2}:?\d{2}))?"
_DAY = (
    r"(?:(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}[\s-]{_MONTH}[\s,-]+\d{{2,4}}|{_MONTH}\s\d{{1,2}},?\s\d{{4}}|(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s.{{6,22}}\d{{4}})"
)
_AMOUNT = r"\$?[\d.,]+k?"
_RANGE = (
    rf"(?:age\s*)?(?:[<>≤≥]=?\s?{_AMOUNT}|{_AMOUNT}\s?(?:-|–|to)\s?{_AMOUNT}|[\d.,]+\s?(?:\+|and over|or more|plus))"
    r"(?:\s?(?:years?|yrs?|%|y))?"
)
_PATTERNS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "email": r"[^@\s]+@[^@\s]+\.[a-z]{2,}",
        "url": r"(?:https?|ftp|s3|gs)://\S+|www\.\S+\.\S+",
        "ip": r"(?:\d{1,3}\.){3}\d{1,3}(?::\d+)?|(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}",
        "uuid": r"\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?",
        "hash": r"(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64})",
        "json": r"\s*(?:\{.*\}|\[.*\])\s*",
        "datetime": rf"{_DAY}[t\s,]\s*{_CLOCK}|\d{{4}}-\d{{2}}-\d{{2}}t\d{{2}}.*|\d{{1,2}}/{_MONTH}/\d{{4}}:\S+.*",
        "date": _DAY,
        "month": rf"\d{{4}}[-/](?:0?[1-9]|1[0-2])|{_MONTH}[\s-]\d{{4}}|\d{{4}}[\s-]?m\d{{1,2}}|{_MONTH}-\d{{2}}",
        "quarter": r"\d{4}[\s/-]?q[1-4]|q[1-4][\s/-]?\d{2,4}",
        "week": r"\d{4}-?w\d{1,2}",
        "time_of_day": _CLOCK,
        "point": r"(?:point\s*)?\(?\s*-?\d{1,3}\.\d+[,;\s]+-?\d{1,3}\.\d+\s*\)?",
        "phone": r"\+\d[\d\s().-]{6,17}\d|\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?:\s?x\d+)?",
        "quantity": r"[-+(]?\s*[$€£¥₹]?\s*[-+]?\d[\d,.\s]*(?:[%$€£¥₹]|\s?(?:kg|km|cm|mm|lbs?|usd|eur|mb|gb|k|m|bn?))?\)?",
        "range": _RANGE,
        "postal_code": r"\d{5}(?:-\d{4})?|[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}|[a-z]\d[a-z]\s?\d[a-z]\d",
        "colour": r"#[0-9a-f]{6}",
        "year": r"(?:1[0-9]|20|21)\d\d",
    }.items()
}
_ENOUGH = 0.95
_FIRST = 6
_DATES = ("datetime", "date", "month", "quarter", "week", "time_of_day")
_CONTACTS = ("email", "url", "ip", "uuid", "hash", "json", "phone")


def share_matching(texts: Sequence[str], test: Callable[[str], object]) -> float:
    """Share of the texts that pass; a sample of the first few decides whether the rest is looked at."""
    if not texts:
        return 0.0
    head = sum(1 for text in texts[:_FIRST] if test(text))
    if head < min(len(texts), _FIRST) - 2:
        return 0.0
    return sum(1 for text in texts if test(text)) / len(texts)


def matches(texts: Sequence[str], pattern: str, enough: float = _ENOUGH) -> bool:
    return share_matching(texts, _PATTERNS[pattern].fullmatch) >= enough


def contact(texts: Sequence[str]) -> str | None:
    """email, url, ip, uuid, hash, json or phone."""
    return next((name for name in _CONTACTS if matches(texts, name)), None)


def moment(texts: Sequence[str]) -> str | None:
    """datetime, date, month, quarter, week or time_of_day written as text."""
    return next((name for name in _DATES if matches(texts, name, 0.9)), None)


def _all_in(texts: Sequence[str], *sets: frozenset[str]) -> bool:
    return any(all(text in known for text in texts) for known in sets)


def calendar_words(lower: Sequence[str]) -> str | None:
    """Names of months or weekdays, `Q1`."""
    if len(lower) < 2:
        return None
    for kind, known in (("month", places.MONTHS), ("weekday", places.WEEKDAYS), ("quarter", places.QUARTERS)):
        if _all_in(lower, known):
            return kind
    return None


def yes_no(lower: Sequence[str]) -> bool:
    return len(lower) == 2 and any(pair == frozenset(lower) for pair in places.BOOLEANS)


def gender(lower: Sequence[str]) -> bool:
    wanted = {"male", "female", "m", "f", "man", "woman", "men", "women", "männlich", "weiblich", "masculino", "femenino"}
    return 2 <= len(lower) <= 8 and _all_in(lower, places.GENDERS) and len(wanted & set(lower)) >= 2


def scale(lower: Sequence[str]) -> bool:
    """All values lie on one known scale, are ranges (`10-19`, `65+`), or a number with a word in front (`Stage 2`)."""
    if len(lower) < 2:
        return False
    if len(lower) <= 12 and _all_in(lower, *ORDER_WORDS):
        return True
    ranges = sum(1 for text in lower if _PATTERNS["range"].fullmatch(text))
    if ranges >= max(2, 0.6 * len(lower)):
        return True
    numbered = [re.fullmatch(r"([a-z][a-z ]*?)[\s-]?\d{1,2}", text) for text in lower]
    stems = {found.group(1) for found in numbered if found}
    return 3 <= len(lower) <= 15 and all(numbered) and len(stems) == 1 and len(next(iter(stems))) >= 3


def place(texts: Sequence[str], lower: Sequence[str]) -> str | None:
    """country, region (state, continent, compass), currency_code or language, by the values alone."""
    if len(lower) < 2:
        return None
    upper = all(text.isupper() for text in texts)

    def share(known: frozenset[str]) -> float:
        return share_matching(lower, known.__contains__)

    if share(places.US_STATES) >= 0.9 and len(lower) >= 3:
        return "region"
    if share(places.COUNTRIES) >= 0.7 and (len(lower) >= 3 or not upper):
        return "country"
    if upper and all(len(text) == 3 for text in texts):
        if share(places.CURRENCIES) >= 0.95:
            return "currency_code"
        if share(places.ISO3) >= 0.9 and len(lower) >= 5:
            return "country"
    if upper and len(lower) >= 8 and all(len(text) == 2 for text in texts):
        if share(places.US_STATE_CODES) >= 0.95:
            return "region"
        if share(places.ISO2) >= 0.98:
            return "country"
    if share(places.LANGUAGES) >= 0.9:
        return "language"
    if len(lower) <= 20 and share(places.REGIONS) >= 0.9:
        return "region"
    return None

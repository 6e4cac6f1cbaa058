"""A table's name as a heading."""

from __future__ import annotations

import re

_FILE_ENDINGS = re.compile(r"(?i)(?:\.(?:csv|tsv|txt|parquet|ndjson|jsonl|json|xlsx?|gz|zip|zst))+$")
LONGEST = 90


def humanized(name: str) -> str:
    """`sales_by_region.csv` becomes `Sales by region`; a name with blanks or capitals of its own keeps them."""
    text = re.sub(r"\s+", " ", _FILE_ENDINGS.sub("", name)).strip() or name
    if " " not in text:
        text = re.sub(r"(?<=\w)[_-]+(?=\w)", " ", text)
    text = text[0].upper() + text[1:] if text[:1].islower() and text == text.lower() else text
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"

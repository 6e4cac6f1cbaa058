"""`narrative.md`: the half page that a manager reads, with the evidence as footnotes. Names from the data never become markup."""

from __future__ import annotations

import json
import re

from voyant_core.model.chart import Citation, Code, Segment, Text
from voyant_core.model.narrative import Finding, Narrative

LONGEST_NAME = 80
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def to_markdown(narrative: Narrative) -> str:
    """GitHub-flavoured Markdown; one footnote per finding lists artifact, pointer and value of each of its figures."""
    parts = [f"# {_plain(narrative.title)}", _text(narrative.summary)]
    if not narrative.findings:
        parts.append("Nothing stands out: no finding passed the thresholds.")
    parts += [_entry(number, found) for number, found in enumerate(narrative.findings, 1)]
    notes = [_footnote(number, found) for number, found in enumerate(narrative.findings, 1) if found.citations()]
    return "\n\n".join([*parts, *(["\n".join(notes)] if notes else [])]) + "\n"


def _entry(number: int, found: Finding) -> str:
    mark = f"[^{number}]" if found.citations() else ""
    consequence = f"\n   {_text(found.consequence)}" if found.consequence else ""
    return f"{number}. **{found.severity.capitalize()}.** {_text(found.text)}{mark}{consequence}"


def _footnote(number: int, found: Finding) -> str:
    entries = dict.fromkeys(f"{_code(f'{c.artifact}#{c.pointer}')} = {_value(c)}" for c in found.citations())
    return f"[^{number}]: " + "; ".join(entries)


def _value(citation: Citation) -> str:
    if isinstance(citation.value, str):
        return _code(citation.value)
    return json.dumps(citation.value)


def _text(text: Text) -> str:
    return "".join(_segment(part) for part in text)


def _segment(part: Segment) -> str:
    match part:
        case str():
            return _plain(part)
        case Code():
            return _code(part.code)
        case Citation():
            return _plain(part.text)


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+", " ", text))


def _code(text: str) -> str:
    """A code span that its content cannot leave: longer fence than any run of backticks inside, one line, no control characters."""
    shown = _BREAKS.sub(" ", text).strip() or " "
    shown = shown if len(shown) <= LONGEST_NAME or "#/" in shown else shown[: LONGEST_NAME - 1] + "…"
    fence = "`" * (max((len(run) for run in re.findall(r"`+", shown)), default=0) + 1)
    pad = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{pad}{shown}{pad}{fence}"

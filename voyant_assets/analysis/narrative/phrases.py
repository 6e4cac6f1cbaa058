"""Sentences out of words, names from the data and cited figures. What a sentence says is decided by the detectors."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import chain

from voyant_core.model.chart import Citation, Code, Segment, Text, plain_text

LISTED = 4
"""More names than this end in `and others`: a sentence is not an inventory."""


def say(template: str, *parts: Segment | Text) -> Text:
    """`template` with every `{}` replaced by the next part."""
    pieces = template.split("{}")
    if len(pieces) != len(parts) + 1:
        raise ValueError(f"{len(parts)} parts for {template!r}")
    rest = ([*(part if isinstance(part, list) else [part]), piece] for part, piece in zip(parts, pieces[1:], strict=True))
    return joined([pieces[0], *chain.from_iterable(rest)])


def joined(parts: Sequence[Segment]) -> Text:
    """Neighbouring strings as one, empty ones dropped."""
    out: Text = []
    for part in parts:
        if isinstance(part, str) and out and isinstance(out[-1], str):
            out[-1] += part
        elif part != "":
            out.append(part)
    return out


def names(columns: Sequence[str], at_most: int = LISTED) -> Text:
    """`a`, `b` and `c` as code; a longer list ends in `and others`."""
    shown = [Code(code=name) for name in (columns if len(columns) <= at_most else columns[: at_most - 1])]
    if len(columns) > at_most:
        return joined([*_comma_list(shown), " and others"])
    return joined([*_comma_list(shown[:-1]), " and ", shown[-1]]) if len(shown) > 1 else list(shown)


def counted(figure: Citation, one: str, many: str) -> Text:
    """The cited count and its noun: 1 row, 2 rows."""
    return [figure, "\u00a0" + (one if figure.value == 1 else many)]


def sentence(text: Text) -> Text:
    """`text` with a full stop, where it lacks one."""
    return text if plain_text(text).rstrip("”").endswith((".", "!", "?")) else joined([*text, "."])


def marked(text: str, columns: Sequence[str]) -> Text:
    """A sentence that holds column names: the names become code."""
    known = sorted({name for name in columns if name}, key=lambda name: (-len(name), name))
    if not known:
        return [text]
    pattern = re.compile(r"(?<!\w)(" + "|".join(map(re.escape, known)) + r")(?!\w)")
    return joined([Code(code=piece) if place % 2 else piece for place, piece in enumerate(pattern.split(text))])


def _comma_list(parts: Sequence[Code]) -> list[Segment]:
    return list(chain.from_iterable([part] if place == 0 else [", ", part] for place, part in enumerate(parts)))

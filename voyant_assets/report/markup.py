"""From text with names and citations to HTML. Everything that comes from the data is escaped here or by the templates, nowhere else."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from markupsafe import Markup

from voyant_assets.analysis.narrative.evidence import Evidence, Show, Step
from voyant_core.model.chart import Citation, Code, Segment, Text

LONGEST_NAME = 64
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

_CODE = Markup("<code>{}</code>")
_LONG_CODE = Markup('<code title="{}">{}</code>')
_FIGURE = Markup('<data value="{}" data-at="{}#{}">{}</data>')


def without_controls(page: str) -> str:
    """What HTML cannot hold (controls, lone surrogates) or a reader must not meet (direction overrides) becomes U+FFFD."""
    return _UNFIT.sub("\ufffd", page)


def clipped(text: str, longest: int = LONGEST_NAME) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def code(name: str) -> Markup:
    """A name from the data; a long one is cut, its beginning stands in the title."""
    if len(name) <= LONGEST_NAME:
        return _CODE.format(name)
    return _LONG_CODE.format(clipped(name, 1000), clipped(name))


def figure(citation: Citation) -> Markup:
    """A number with the place it was taken from."""
    value = citation.value if isinstance(citation.value, str) else json.dumps(citation.value)
    return _FIGURE.format(value, citation.artifact, citation.pointer, citation.text)


def cited(evidence: Evidence, show: Show, *path: Step) -> Markup:
    return figure(evidence.cite(show, *path))


def rich(text: Text) -> Markup:
    return Markup("").join(_segment(part) for part in text)


def code_list(names: Sequence[str], at_most: int = 6) -> Markup:
    """Names as code, the rest counted."""
    shown = Markup(", ").join(code(name) for name in names[:at_most])
    return shown + (f" and {len(names) - at_most} more" if len(names) > at_most else "")


def _segment(part: Segment) -> Markup:
    match part:
        case str():
            return Markup("{}").format(part)
        case Code():
            return code(part.code)
        case Citation():
            return figure(part)

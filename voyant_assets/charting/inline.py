"""A stand-alone SVG made fit for the page: colours as tokens, ids that are unique there, one accessible name.

For SVGs of the chart renderer (a plugin's chart, say); the product's own charts are drawn for the page by `build.page_svg`.
"""

from __future__ import annotations

import re
from html import escape

from voyant_assets.charting.tokens import LIGHT
from voyant_assets.charting.typeface import legible

_TOKEN_OF = {light: f"var(--{name})" for name, light in LIGHT.items()}
_TAG = re.compile(r"<[^>]+>")
_COLOUR = re.compile(r'\b(fill|stroke)="(#[0-9a-f]{6})"')
_NEEDLESS = re.compile(
    r' (?:class|role|aria-roledescription|pointer-events|version|xmlns(?::xlink)?)="[^"]*"'
    r'| aria-hidden="true"| opacity="1"| stroke-opacity="1"| (?:x2|y2)="0"'
)
_DECIMALS = re.compile(r"\d+\.\d{2,}")
_EMPTY = re.compile(r'<path d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>|<path d="[^"]*" display="none"/>|<g></g>')
_ID = re.compile(r' id="([^"]+)"')
_SIZE = re.compile(r' (width|height)="([\d.]+)"')


def inline_svg(svg: str, label: str, prefix: str) -> str:
    """`svg` for the page. `label` is its accessible name, `prefix` keeps its ids apart from others' (letters, digits, hyphens)."""
    head, _, body = svg.partition(">")
    size = dict(_SIZE.findall(head))
    body = _EMPTY.sub("", _TAG.sub(lambda match: _tidied(match[0]), body))
    for i, old in enumerate(dict.fromkeys(_ID.findall(body))):
        body = body.replace(f' id="{old}"', f' id="{prefix}-{i}"').replace(f"url(#{old})", f"url(#{prefix}-{i})")
    width, height = size["width"], size["height"]
    return f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(legible(label))}">{body}'


def _tidied(tag: str) -> str:
    """Only tags are touched: the text of a label is evidence and stays as it is."""
    tag = _COLOUR.sub(lambda match: f'{match[1]}="{_TOKEN_OF.get(match[2], match[2])}"', tag)
    return _DECIMALS.sub(lambda match: f"{float(match[0]):.1f}", _NEEDLESS.sub("", tag))

"""A small SVG writer: rectangles, lines, paths and text in the colours of tokens, 0.1 ms for a chart.

Each chart is drawn three times from one layout: for the page in two widths, where the page decides what a colour is, and as a picture that
stands alone. Why not by a library of charts: docs/decisions/0007.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Literal

from voyant_assets.charting.tokens import LIGHT
from voyant_assets.charting.typeface import legible

Anchor = Literal["start", "middle", "end"]
FONT_SIZE = 12
MARGIN = 12
"""Around a picture that stands alone, also for fonts wider than Inter."""
FONTS = "Inter, system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, Arial, sans-serif"


def short(value: float) -> str:
    """A coordinate to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


class Canvas:
    """Collects marks in drawing order. Colours are token names; coordinates are CSS pixels from the top left."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._marks: list[tuple[str, str, str]] = []
        """What stands before the mark's colour, the colour's token, what stands behind it."""

    def rect(self, x: float, y: float, width: float, height: float, fill: str, radius: float = 0) -> None:
        rounded = f' rx="{short(radius)}"' if radius else ""
        place = f'x="{short(x)}" y="{short(y)}" width="{short(max(width, 0))}" height="{short(max(height, 0))}"'
        self._marks.append((f'<rect {place}{rounded} fill="', fill, '"/>'))

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1, dash: str = "") -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.path(f"M{short(x1)} {short(y1)}L{short(x2)} {short(y2)}", stroke, width, dashed)

    def path(self, d: str, stroke: str, width: float, extra: str = "") -> None:
        self._marks.append((f'<path d="{d}" fill="none" stroke="', stroke, f'" stroke-width="{short(width)}"{extra}/>'))

    def shape(self, d: str, fill: str) -> None:
        self._marks.append((f'<path d="{d}" fill="', fill, '"/>'))

    def dot(self, x: float, y: float, radius: float, fill: str) -> None:
        self._marks.append((f'<circle cx="{short(x)}" cy="{short(y)}" r="{short(radius)}" fill="', fill, '"/>'))

    def text(
        self, x: float, y: float, text: str, fill: str, *, anchor: Anchor = "start", size: float = FONT_SIZE, semibold: bool = False
    ) -> None:
        """`y` is the baseline."""
        more = "" if anchor == "start" else f' text-anchor="{anchor}"'
        more += "" if size == FONT_SIZE else f' font-size="{short(size)}"'
        more += ' font-weight="600"' if semibold else ""
        self._marks.append((f'<text x="{short(x)}" y="{short(y)}" fill="', fill, f'"{more}>{escape(legible(text), quote=False)}</text>'))

    def svg(self, label: str) -> str:
        """For the page: one element with one accessible name, colours as `var(--token)`."""
        head = f'<svg {self._size()} role="img" aria-label="{escape(legible(label))}" font-family="Inter, sans-serif"'
        return f'{head} font-size="{FONT_SIZE}">{self._painted(lambda token: f"var(--{token})")}</svg>'

    def picture(self, label: str) -> str:
        """A document of its own, on its own ground, in the light colours; needs no font, style sheet or script."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {self._size(MARGIN)} role="img" font-family="{FONTS}" font-size="{FONT_SIZE}">'
        size = f'width="{short(self.width + 2 * MARGIN)}" height="{short(self.height + 2 * MARGIN)}"'
        ground = f'<rect x="{-MARGIN}" y="{-MARGIN}" {size} fill="{LIGHT["surface"]}"/>'
        title = f"<title>{escape(legible(label), quote=False)}</title>"
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{title}{ground}{self._painted(LIGHT.__getitem__)}</svg>\n'

    def _size(self, margin: int = 0) -> str:
        width, height = short(self.width + 2 * margin), short(self.height + 2 * margin)
        return f'viewBox="{-margin} {-margin} {width} {height}" width="{width}" height="{height}"'

    def _painted(self, colour: Callable[[str], str]) -> str:
        return "".join(f"{before}{colour(token)}{after}" for before, token, after in self._marks)

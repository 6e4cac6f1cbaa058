"""A small SVG writer for the page: rectangles, lines, paths and text in the colours of tokens, 0.1 ms for a chart.

The renderer behind `ChartRenderer` measures every text and opens the font file per glyph for it (about 0.5 ms a label), and holds the
interpreter meanwhile. The page needs each chart in two widths; so it is drawn here, from the same layout as the stored specification.
"""

from __future__ import annotations

from html import escape
from typing import Literal

from voyant_assets.charting.typeface import legible

Anchor = Literal["start", "middle", "end"]
FONT_SIZE = 12


def short(value: float) -> str:
    """A coordinate to a tenth of a pixel."""
    return f"{value:.1f}".removesuffix(".0")


class Canvas:
    """Collects marks in drawing order. Colours are token names; coordinates are CSS pixels from the top left."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self._marks: list[str] = []

    def rect(self, x: float, y: float, width: float, height: float, fill: str, radius: float = 0) -> None:
        rounded = f' rx="{short(radius)}"' if radius else ""
        place = f'x="{short(x)}" y="{short(y)}" width="{short(max(width, 0))}" height="{short(max(height, 0))}"'
        self._marks.append(f'<rect {place}{rounded} fill="var(--{fill})"/>')

    def line(self, x1: float, y1: float, x2: float, y2: float, stroke: str, width: float = 1, dash: str = "") -> None:
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self.path(f"M{short(x1)} {short(y1)}L{short(x2)} {short(y2)}", stroke, width, dashed)

    def path(self, d: str, stroke: str, width: float, extra: str = "") -> None:
        self._marks.append(f'<path d="{d}" fill="none" stroke="var(--{stroke})" stroke-width="{short(width)}"{extra}/>')

    def shape(self, d: str, fill: str) -> None:
        self._marks.append(f'<path d="{d}" fill="var(--{fill})"/>')

    def dot(self, x: float, y: float, radius: float, fill: str) -> None:
        self._marks.append(f'<circle cx="{short(x)}" cy="{short(y)}" r="{short(radius)}" fill="var(--{fill})"/>')

    def text(
        self, x: float, y: float, text: str, fill: str, *, anchor: Anchor = "start", size: float = FONT_SIZE, semibold: bool = False
    ) -> None:
        """`y` is the baseline."""
        more = "" if anchor == "start" else f' text-anchor="{anchor}"'
        more += "" if size == FONT_SIZE else f' font-size="{short(size)}"'
        more += ' font-weight="600"' if semibold else ""
        self._marks.append(f'<text x="{short(x)}" y="{short(y)}" fill="var(--{fill})"{more}>{escape(legible(text), quote=False)}</text>')

    def svg(self, label: str) -> str:
        """The whole as one element with one accessible name."""
        width, height = short(self.width), short(self.height)
        return (
            f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{escape(legible(label))}"'
            f' font-family="Inter, sans-serif" font-size="{FONT_SIZE}">{"".join(self._marks)}</svg>'
        )

"""Vega-Lite to stand-alone SVG by vl-convert, the implementation of `voyant_core.ports.ChartRenderer`.

V8 starts on the first call (0.3-0.9 s) and brings threads along, so nothing here runs before a fork. Text is measured in the folder's
fonts. A specification holds its own data: no address is ever fetched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from voyant_core import errors
from voyant_core.errors import VoyantError

VEGA_LITE = "5.20"
BUNDLED_FONTS = Path(__file__).parents[2] / "voyant_assets" / "report" / "fonts"


class VlConvertRenderer:
    """Draws with the fonts of one folder (by default the bundled ones), one at a time: vl-convert holds the interpreter."""

    def __init__(self, fonts: Path | None = None) -> None:
        self._fonts = fonts or BUNDLED_FONTS
        self._is_ready = False

    def svg(self, specification: Mapping[str, Any]) -> str:
        """The SVG of a Vega-Lite specification; the same specification gives the same text."""
        vl_convert = self._library()
        text = json.dumps(specification, ensure_ascii=True, allow_nan=False)
        try:
            return vl_convert.vegalite_to_svg(text, vl_version=VEGA_LITE, allowed_base_urls=[])
        except ValueError as error:
            reason = " ".join(line.strip() for line in str(error).splitlines()[:2])
            raise VoyantError(
                errors.INTERNAL,
                f"drawing a chart: {reason}",
                hint="The specification is in the chart's .vl.json artifact, if it was stored.",
            ) from error

    def warm(self) -> None:
        """Start V8 and draw each kind of mark once, for a process kept ahead of demand. Never before a fork."""
        for specification in _samples():
            self.svg(specification)

    def _library(self) -> Any:
        import vl_convert

        if not self._is_ready:
            vl_convert.register_font_directory(str(self._fonts))
            self._is_ready = True
        return vl_convert


def _samples() -> Sequence[dict[str, Any]]:
    rows = [{"x": 1, "y": 2, "t": "2013-01-01T00:00:00Z", "s": "a"}, {"x": 2, "y": 3, "t": "2013-06-01T00:00:00Z", "s": "b"}]
    y = {"field": "y", "type": "quantitative", "axis": {"format": ",.0f"}}
    over_time = {"x": {"field": "t", "type": "temporal", "scale": {"type": "utc"}, "axis": {"format": "%b"}}, "y": y}
    over_numbers = {"x": {"field": "x", "type": "quantitative"}, "y": y}
    over_names = {"x": {"field": "s", "type": "ordinal"}, "y": y}
    marks = (("line", over_time), ("bar", over_names), ("rect", over_numbers), ("rule", over_numbers), ("point", over_numbers))
    layers: list[dict[str, Any]] = [{"mark": mark, "encoding": encoding} for mark, encoding in marks]
    layers.append({"mark": "text", "encoding": over_numbers | {"text": {"field": "s"}}})
    return [{"config": {"font": "Inter"}, "data": {"values": rows}, **layer} for layer in layers]

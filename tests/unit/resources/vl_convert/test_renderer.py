"""The renderer behind the port: same specification, same bytes, no way out to the network."""

from __future__ import annotations

import pytest

from resources.vl_convert.renderer import BUNDLED_FONTS, VlConvertRenderer
from voyant_core.errors import VoyantError

BARS = {
    "data": {"values": [{"a": "x", "b": 1}]},
    "mark": "bar",
    "encoding": {"x": {"field": "a"}, "y": {"field": "b", "type": "quantitative"}},
}


@pytest.fixture(scope="module")
def renderer() -> VlConvertRenderer:
    return VlConvertRenderer()


def test_the_same_specification_gives_the_same_text(renderer: VlConvertRenderer) -> None:
    assert renderer.svg(BARS) == renderer.svg(dict(BARS))
    assert renderer.svg(BARS).startswith("<svg")


def test_warming_draws_every_mark_in_use(renderer: VlConvertRenderer) -> None:
    renderer.warm()
    assert (BUNDLED_FONTS / "Inter-Regular.otf").is_file()


def test_a_specification_that_cannot_be_drawn_is_an_error_with_a_code(renderer: VlConvertRenderer) -> None:
    with pytest.raises(VoyantError) as caught:
        renderer.svg({"mark": "no such mark", "data": {"values": []}})
    assert "drawing a chart" in caught.value.detail


def test_data_of_an_address_are_not_fetched(renderer: VlConvertRenderer) -> None:
    with pytest.raises(VoyantError, match="not allowed"):
        renderer.svg({**BARS, "data": {"url": "http://127.0.0.1:9/secret.json"}})

"""The stored specification and the drawing for the page say the same, whatever the data are called."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from chart_samples import ALL, HOSTILE, bars, dumbbell, heat_map, line

from resources.vl_convert.renderer import VlConvertRenderer
from voyant_assets.charting.build import PHONE, WIDTHS, page_svg, specification, stored
from voyant_assets.charting.inline import inline_svg
from voyant_assets.charting.tokens import LIGHT, TOKENS
from voyant_assets.charting.typeface import FOLDER, legible, width
from voyant_core.canonical import dumps
from voyant_core.model.chart import Chart

SVG = "{http://www.w3.org/2000/svg}"
Sample = Callable[[], Chart]


@pytest.fixture(scope="module")
def renderer() -> VlConvertRenderer:
    return VlConvertRenderer(FOLDER)


def texts(svg: str) -> list[str]:
    return sorted(unescape(text).replace("\u00a0", " ") for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg) if text)


@pytest.mark.parametrize("sample", ALL)
@pytest.mark.parametrize("total", [912, 440, 328])
def test_both_drawings_carry_the_same_labels_in_the_same_size(sample: Sample, total: int, renderer: VlConvertRenderer) -> None:
    drawn, rendered = page_svg(sample(), total), renderer.svg(specification(sample(), total))
    assert texts(drawn) == texts(rendered)
    heights = [float(re.search(r'height="([\d.]+)"', svg)[1]) for svg in (drawn, rendered)]  # type: ignore[index]
    assert abs(heights[0] - heights[1]) <= 1


@pytest.mark.parametrize("sample", ALL)
@pytest.mark.parametrize("total", [912, 440, 328])
def test_no_text_of_the_page_leaves_the_drawing(sample: Sample, total: int) -> None:
    root = ET.fromstring(page_svg(sample(), total))
    assert float(root.get("width", 0)) == total
    for mark in root.iter("text"):
        size, text = float(mark.get("font-size", 12)), mark.text or ""
        room = width(text, size, semibold=mark.get("font-weight") == "600")
        start = float(mark.get("x", 0)) - room * {"start": 0, "middle": 0.5, "end": 1}[mark.get("text-anchor", "start")]
        assert start >= -1, text
        assert start + room <= total + 1, text


def test_names_from_the_data_stay_text(renderer: VlConvertRenderer) -> None:
    page, rendered = page_svg(bars(), 912), renderer.svg(specification(bars(), 912))
    for svg in (page, rendered):
        ET.fromstring(svg)
        assert "<script" not in svg
        assert "datum.value + 1" in texts(svg)
    assert 'aria-label="Title of &lt;b&gt;"' in page


def test_no_expression_or_field_of_a_specification_holds_data() -> None:
    for sample in ALL:
        spec = specification(sample(), 440)
        structure = json.dumps([{key: value for key, value in layer.items() if key != "data"} for layer in spec["layer"]])
        assert not any(json.dumps(name)[1:-1] in structure for name in HOSTILE if len(name) > 3)


def test_long_names_end_in_an_ellipsis_and_short_ones_do_not() -> None:
    shown = texts(page_svg(bars(), PHONE))
    assert any(text.startswith("xxx") and text.endswith("…") for text in shown)
    assert "datum.value + 1" in shown


def test_the_stored_specification_carries_the_chart_for_citations() -> None:
    document = json.loads(dumps(stored(line())))
    assert Chart.model_validate(document["usermeta"]["voyant"]) == line()
    assert document["description"] == "Title of <b>"
    assert WIDTHS["full"] == document["padding"]["left"] + document["width"] + document["padding"]["right"]


def test_a_gap_breaks_the_line_and_a_point_between_gaps_is_a_dot() -> None:
    root = ET.fromstring(page_svg(line(), 912))
    curve = next(mark.get("d", "") for mark in root.iter("path") if mark.get("stroke") == "var(--series-1)")
    assert curve.count("M") == 4
    assert len([dot for dot in root.iter("circle") if dot.get("fill") == "var(--series-1)"]) == 1
    assert len([band for band in root.iter("rect") if band.get("fill") == "var(--gap)"]) == 3


def test_a_wide_map_stands_on_its_side_on_a_phone() -> None:
    heights = [float(ET.fromstring(page_svg(heat_map(), total)).get("height", 0)) for total in (912, PHONE)]
    assert heights[1] > 2 * heights[0]


def test_the_groups_of_a_dumbbell_are_named_once() -> None:
    shown = texts(page_svg(dumbbell(), 440))
    assert shown.count("female") == shown.count("male") == 1


@pytest.mark.parametrize("sample", ALL)
def test_the_page_uses_only_tokens(sample: Sample, renderer: VlConvertRenderer) -> None:
    inlined = inline_svg(renderer.svg(specification(sample(), 440)), 'a "label" <b>', "p1")
    for svg in (page_svg(sample(), 440), inlined):
        colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', svg)) - {"none"}
        assert colours
        assert {re.sub(r"var\(--(.+)\)", r"\1", colour) for colour in colours} <= set(TOKENS)
    assert 'aria-label="a &quot;label&quot; &lt;b&gt;"' in inlined


def test_ids_of_inlined_svgs_are_unique_to_their_prefix() -> None:
    svg = '<svg class="marks" width="10" height="5"><clipPath id="clip1"/><g clip-path="url(#clip1)"><text>url(#x)</text></g></svg>'
    assert 'id="a-0"' in inline_svg(svg, "l", "a")
    assert "url(#a-0)" in inline_svg(svg, "l", "a")
    assert 'viewBox="0 0 10 5"' in inline_svg(svg, "l", "a")


def test_controls_and_halves_of_characters_become_harmless() -> None:
    assert legible("a\nb\x00\u202ec\ud800") == "a b  c\ufffd"


def test_every_light_colour_is_unique() -> None:
    assert len(set(LIGHT.values())) == len(LIGHT)


def contrast(a: str, b: str) -> float:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear: list[Any] = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [0, 1])
def test_colours_can_be_told_apart(theme: int) -> None:
    colour = {name: pair[theme] for name, pair in TOKENS.items()}
    for text in ("ink", "ink-2", "ink-3", "link", "high", "medium", "low", "good"):
        assert min(contrast(colour[text], colour[ground]) for ground in ("paper", "surface", "sunken")) >= 4.5, text
    for mark in ("series-1", "series-2", "context"):
        assert contrast(colour[mark], colour["surface"]) >= 3, mark

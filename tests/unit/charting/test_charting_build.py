"""Specification, picture and the drawing for the page say the same, whatever the data are called."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from chart_referee import differences, our_marks, rendered, their_marks
from chart_samples import ALL, HOSTILE, bars, chart, dumbbell, heat_map, line

from voyant_assets.charting.build import PHONE, WIDTHS, page_svg, picture, specification
from voyant_assets.charting.tokens import LIGHT, TOKENS
from voyant_assets.charting.typeface import legible, width
from voyant_core.model.chart import Chart

SVG = "{http://www.w3.org/2000/svg}"
Sample = Callable[[], Chart]


def texts(svg: str) -> list[str]:
    return sorted(unescape(text).replace("\u00a0", " ") for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg) if text)


@pytest.mark.parametrize("sample", ALL)
@pytest.mark.parametrize("total", [912, 440, 328])
def test_vega_lite_draws_the_same_marks_and_labels_at_the_same_places(sample: Sample, total: int) -> None:
    drawn, judged = page_svg(sample(), total), rendered(specification(sample(), total))
    theirs = their_marks(judged)
    assert {mark.what[0] for mark in theirs} >= {"text"}
    assert differences(our_marks(drawn), theirs, pixels=2) == []
    heights = [float(ET.fromstring(svg).get("height", 0)) for svg in (drawn, judged)]
    assert abs(heights[0] - heights[1]) <= 1


def test_the_referee_sees_a_moved_bar_a_missing_dot_and_another_label() -> None:
    theirs = their_marks(rendered(specification(dumbbell(), 440)))
    drawn = page_svg(dumbbell(), 440)
    for change in (("female", "femme"), ("<circle", "<ellipse"), ('r="5"', 'cy="70" r="5"')):
        changed = drawn.replace(*change) if change[0] != 'r="5"' else re.sub(r'cy="[\d.]+"', 'cy="999"', drawn, count=1)
        assert differences(our_marks(changed), theirs, pixels=2)


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


def test_names_from_the_data_stay_text() -> None:
    page, alone, judged = page_svg(bars(), 912), picture(bars()), rendered(specification(bars(), 912))
    for svg in (page, alone, judged):
        ET.fromstring(svg.encode())
        assert "<script" not in svg
        assert "datum.value + 1" in texts(svg)
    assert 'aria-label="Title of &lt;b&gt;"' in page
    assert "<title>Title of &lt;b&gt;</title>" in alone


@pytest.mark.parametrize("sample", ALL)
def test_the_picture_stands_alone(sample: Sample) -> None:
    alone = picture(sample())
    root = ET.fromstring(alone.encode())
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert "var(" not in alone
    colours = {value for element in root.iter() for name, value in element.items() if name in {"fill", "stroke"}} - {"none"}
    assert colours <= set(LIGHT.values())
    assert texts(alone) == texts(page_svg(sample(), WIDTHS[sample().size]))


def test_a_name_that_looks_like_a_colour_stays_a_name() -> None:
    rows = [{"label": 'fill="var(--ink)" var(--ink)', "value": 1, "text": "1"}, {"label": "b", "value": 2, "text": "2"}]
    assert 'fill="var(--ink)" var(--ink)' in texts(picture(chart("bars", {"rows": rows})))


def test_no_expression_or_field_of_a_specification_holds_data() -> None:
    for sample in ALL:
        spec = specification(sample(), 440)
        structure = json.dumps([{key: value for key, value in layer.items() if key != "data"} for layer in spec["layer"]])
        assert not any(json.dumps(name)[1:-1] in structure for name in HOSTILE if len(name) > 3)


def test_long_names_end_in_an_ellipsis_and_short_ones_do_not() -> None:
    shown = texts(page_svg(bars(), PHONE))
    assert any(text.startswith("xxx") and text.endswith("…") for text in shown)
    assert "datum.value + 1" in shown


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
def test_the_page_uses_only_tokens(sample: Sample) -> None:
    colours = set(re.findall(r'(?:fill|stroke)="([^"]+)"', page_svg(sample(), 440))) - {"none"}
    assert colours
    assert {re.sub(r"var\(--(.+)\)", r"\1", colour) for colour in colours} <= set(TOKENS)


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

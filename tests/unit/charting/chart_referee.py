"""An independent judge of our drawing: vl-convert draws the same chart from its Vega-Lite specification, and marks are compared."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import vl_convert

from voyant_assets.charting.tokens import LIGHT
from voyant_assets.charting.typeface import FOLDER, width

VEGA_LITE = "5.20"
_NUMBER = r"-?[\d.]+(?:e-?\d+)?"
_POINT = re.compile(rf"[ML]({_NUMBER})[ ,]({_NUMBER})")
_BOX = re.compile(rf"M({_NUMBER}),({_NUMBER})h({_NUMBER})v({_NUMBER})h")
_SHIFT = re.compile(rf"translate\(({_NUMBER}),({_NUMBER})\)")
_START = {"start": 0.0, "middle": 0.5, "end": 1.0}


@dataclass(frozen=True, slots=True)
class Mark:
    """`what` is a kind and its colour, or `text` and the text; `at` are pixels: corners, a centre, all points of a line, a text's start."""

    what: tuple[str, str]
    at: tuple[float, ...]


def rendered(specification: Mapping[str, Any]) -> str:
    vl_convert.register_font_directory(str(FOLDER))
    return vl_convert.vegalite_to_svg(json.dumps(specification), vl_version=VEGA_LITE, allowed_base_urls=[])


def their_marks(svg: str) -> list[Mark]:
    return list(_theirs(ET.fromstring(svg), 0, 0, ""))


def _theirs(element: ET.Element, x: float, y: float, group: str) -> Iterator[Mark]:
    shift = _SHIFT.match(element.get("transform", ""))
    x, y = (x + float(shift[1]), y + float(shift[2])) if shift else (x, y)
    group = element.get("class") or group
    tag, fill = element.tag.rpartition("}")[2], element.get("fill", "")
    if tag == "text" and element.text:
        yield _text(element, x, y)
    elif tag == "path" and group.startswith("mark-symbol"):
        yield Mark(("dot", fill), (x, y))
    elif tag == "line":
        yield _rule(element.get("stroke", ""), x, y, x + float(element.get("x2", "0")), y + float(element.get("y2", "0")))
    elif tag == "path" and group.startswith("mark-line"):
        yield Mark(("line", element.get("stroke", "")), _points(element.get("d", ""), x, y))
    elif tag == "path" and group.startswith("mark-rect") and (box := _BOX.match(element.get("d", ""))):
        left, top, wide, high = map(float, box.groups())
        if wide == 1:  # a tick
            yield _rule(fill, left + x + 0.5, top + y, left + x + 0.5, top + y + high)
        elif abs(wide * high) > 0:
            yield Mark(("bar", fill), _corners(left + x, top + y, wide, high))
    for child in element:
        yield from _theirs(child, x, y, group)


def our_marks(svg: str) -> list[Mark]:
    svg = re.sub(r'"var\(--([\w-]+)\)"', lambda match: f'"{LIGHT[match[1]]}"', svg)
    return list(_ours(ET.fromstring(svg)))


def _ours(root: ET.Element) -> Iterator[Mark]:
    for element in root.iter():
        numbers = {key: float(value) for key, value in element.attrib.items() if re.fullmatch(_NUMBER, value)}
        fill, d = element.get("fill", ""), element.get("d", "")
        if element.tag == "text" and element.text:
            yield _text(element, numbers["x"], numbers["y"])
        elif element.tag == "circle":
            yield Mark(("dot", fill), (numbers["cx"], numbers["cy"]))
        elif element.tag == "path" and fill != "none":  # a diamond
            points = _points(d)
            yield Mark(("dot", fill), (points[0], points[3]))
        elif element.tag == "path" and element.get("stroke-linejoin"):
            yield Mark(("line", element.get("stroke", "")), _points(d))
        elif element.tag == "path":
            yield _rule(element.get("stroke", ""), *_points(d))
        elif element.tag == "rect" and numbers["width"] * numbers["height"] > 0:
            yield Mark(("bar", fill), _corners(numbers["x"], numbers["y"], numbers["width"], numbers["height"]))


def _rule(colour: str, x1: float, y1: float, x2: float, y2: float) -> Mark:
    return Mark(("rule", colour), _corners(x1, y1, x2 - x1, y2 - y1))


def _text(element: ET.Element, x: float, y: float) -> Mark:
    text = (element.text or "").replace("\u00a0", " ")
    size = float(element.get("font-size", "12").removesuffix("px"))
    room = width(text, size, semibold=element.get("font-weight") == "600")
    return Mark(("text", text), (x - room * _START[element.get("text-anchor", "start")], y))


def _points(d: str, x: float = 0, y: float = 0) -> tuple[float, ...]:
    return tuple(number for px, py in _POINT.findall(d) for number in (float(px) + x, float(py) + y))


def _corners(x: float, y: float, wide: float, high: float) -> tuple[float, ...]:
    return min(x, x + wide), min(y, y + high), max(x, x + wide), max(y, y + high)


def differences(ours: list[Mark], theirs: list[Mark], pixels: float) -> list[str]:
    """What one drawing has and the other has not, or has more than `pixels` away."""
    left, found = list(theirs), list[str]()
    for mark in ours:
        alike = [other for other in left if other.what == mark.what and len(other.at) == len(mark.at)]
        nearest = min(alike, key=lambda other, mark=mark: _distance(mark, other), default=None)
        if nearest is None or _distance(mark, nearest) > pixels:
            found.append(f"only ours: {mark}, nearest: {nearest}")
        if nearest is not None:
            left.remove(nearest)
    return [*found, *(f"only theirs: {mark}" for mark in left)]


def _distance(a: Mark, b: Mark) -> float:
    return max((abs(p - q) for p, q in zip(a.at, b.at, strict=True)), default=0.0)

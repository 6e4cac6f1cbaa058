"""The diagram of tables and references: boxes in layers, from those that refer (left) to those that are referred to (right)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from voyant_assets.analysis.wording import numbers
from voyant_assets.report.joint_inputs import JointInputs
from voyant_assets.report.markup import clipped
from voyant_core.model.relationship import Relationship

MOST_TABLES = 14
WIDE, LINE, HEAD = 190, 18, 44
GAP_X, GAP_Y = 90, 22
LONGEST_TITLE, LONGEST_COLUMN = 20, 24

_BOX = Markup(
    '<g class="box"><rect x="{x}" y="{y}" width="{w}" height="{h}" rx="5"/><text class="t" x="{tx}" y="{ty}">{title}</text>'
    '<text class="n" x="{tx}" y="{ny}">{rows}</text>{columns}</g>'
)
_COLUMN = Markup('<text class="c" x="{}" y="{}">{}</text>')
_EDGE = Markup('<path class="{}" d="M{} {}C{} {} {} {} {} {}"/>')
_MARK = Markup('<text class="m" x="{}" y="{}" text-anchor="{}">{}</text>')


def diagram(inputs: JointInputs) -> Markup:
    """An SVG of the tables that refer to each other; empty when there are none, or too many to read."""
    links = [link for link in (inputs.relationships.relationships if inputs.relationships else []) if link.child.table != link.parent.table]
    labels = [table.label for table in inputs.tables if any(table.label in (link.child.table, link.parent.table) for link in links)]
    if not labels or len(labels) > MOST_TABLES:
        return Markup("")
    columns = {label: _columns(label, links) for label in labels}
    places, width, height = _placed(labels, links, columns)
    rows = {table.label: table.profile.rows for table in inputs.tables if table.profile is not None}
    edges = Markup("").join(_edge(link, places, columns) for link in links)
    boxes = Markup("").join(_box(label, places[label], columns[label], rows.get(label)) for label in labels)
    told = "; ".join(f"{link.child.table} refers to {link.parent.table}" for link in links)
    return Markup('<svg class="entities" viewBox="0 0 {} {}" width="{}" role="img" aria-label="{}">{}{}</svg>').format(
        width, height, width, told, edges, boxes
    )


def _columns(label: str, links: Sequence[Relationship]) -> list[str]:
    own = [link.parent.column for link in links if link.parent.table == label]
    return list(dict.fromkeys([*own, *(link.child.column for link in links if link.child.table == label)]))


def _placed(
    labels: Sequence[str], links: Sequence[Relationship], columns: Mapping[str, list[str]]
) -> tuple[dict[str, tuple[int, int]], int, int]:
    """Upper left corners, and the size of the whole."""
    layers = _layers(labels, links)
    places: dict[str, tuple[int, int]] = {}
    bottom = [0] * (max(layers.values()) + 1)
    for label in labels:
        layer = layers[label]
        places[label] = (1 + layer * (WIDE + GAP_X), 1 + bottom[layer])
        bottom[layer] += HEAD + LINE * len(columns[label]) + GAP_Y
    return places, 2 + len(bottom) * WIDE + (len(bottom) - 1) * GAP_X, 2 + max(bottom) - GAP_Y


def _layers(labels: Sequence[str], links: Sequence[Relationship]) -> dict[str, int]:
    """A table stands right of all that refer to it; a ring of references is cut after as many steps as there are tables."""
    layers = dict.fromkeys(labels, 0)
    for _ in labels:
        for link in links:
            layers[link.parent.table] = min(max(layers[link.parent.table], layers[link.child.table] + 1), len(labels) - 1)
    used = sorted(set(layers.values()))
    return {label: used.index(layer) for label, layer in layers.items()}


def _box(label: str, place: tuple[int, int], columns: Sequence[str], rows: int | None) -> Markup:
    x, y = place
    lines = Markup("").join(
        _COLUMN.format(x + 12, y + HEAD + LINE * at + 10, clipped(name, LONGEST_COLUMN)) for at, name in enumerate(columns)
    )
    height = HEAD + LINE * len(columns)
    told = f"{numbers.integer(rows)} rows" if rows is not None else ""
    return _BOX.format(
        x=x, y=y, w=WIDE, h=height, tx=x + 12, ty=y + 19, ny=y + 34, title=clipped(label, LONGEST_TITLE), rows=told, columns=lines
    )


def _edge(link: Relationship, places: Mapping[str, tuple[int, int]], columns: Mapping[str, list[str]]) -> Markup:
    (ax, ay), (bx, by) = places[link.child.table], places[link.parent.table]
    start_y = ay + HEAD + LINE * columns[link.child.table].index(link.child.column) + 6
    end_y = by + HEAD + LINE * columns[link.parent.table].index(link.parent.column) + 6
    left = ax < bx
    start_x, end_x = (ax + WIDE, bx) if left else (ax, bx + WIDE)
    bend = GAP_X // 2 if left else -GAP_X // 2
    many = "n" if link.cardinality == "n:1" else "1"
    style = "e lost" if link.orphan_rows else "e"
    path = _EDGE.format(style, start_x, start_y, start_x + bend, start_y, end_x - bend, end_y, end_x, end_y)
    step = 5 if left else -5
    near, far = ("start", "end") if left else ("end", "start")
    return path + _MARK.format(start_x + step, start_y - 4, near, many) + _MARK.format(end_x - step, end_y - 4, far, "1")

"""One chart of each form, with labels that try to be something else than text."""

from __future__ import annotations

from typing import Any, Literal

from voyant_core.model.chart import Chart, Code, DataTable

HOSTILE = [
    "<script>alert(1)</script>",
    'a "quoted" & name',
    "datum.value + 1",
    "日本語のとても長い名前がここに入ります",
    "two\nlines\u202e",
    "x" * 300,
]


def chart(form: Any, arguments: dict[str, Any], size: Literal["full", "half"] = "half") -> Chart:
    return Chart(
        slug=f"a_{form}", kind="distribution", form=form, size=size, title=["Title of ", Code(code="<b>")], subtitle="s", columns=["c"],
        arguments=arguments, table=DataTable(headers=[], rows=[]),
    )  # fmt: skip


def bars() -> Chart:
    rows = [{"label": label, "value": 5.5 * i - 6, "text": f"v{i}", "strong": i == 0} for i, label in enumerate(HOSTILE)]
    return chart("bars", {"rows": rows, "reference": {"value": 2, "text": "all rows: 2"}})


def histogram() -> Chart:
    bins = [{"low": 10 * i, "high": 10 * i + 10, "count": (i * 37) % 11 * 40_000, "open": i == 19} for i in range(20)]
    return chart("histogram", {"bins": bins, "markers": [{"value": 50, "text": "median: 50"}, {"value": 188, "text": "95th pct: 188"}]})


def line() -> Chart:
    values = [None if i in {40, 41, 42, 60, 62} else 100 + (i * 7) % 13 for i in range(90)]
    at = [f"2013-{1 + i // 30:02}-{1 + i % 28:02}T00:00:00Z" for i in range(90)]
    arguments = {"at": sorted(at), "values": values, "temporal": True, "from_zero": True, "notes": [{"index": 3, "text": "peak"}]}
    return chart("line", arguments, "full")


def months() -> Chart:
    """The last tick stands at the right end, the first label is wider than the room at the left."""
    at = [f"{2007 + month // 12}-{month % 12 + 1:02}-01" for month in range(10, 35)]
    return chart("line", {"at": at, "values": [float(i % 7) for i in range(25)], "temporal": True, "notes": [{"index": 6, "text": "6"}]})


def steps() -> Chart:
    arguments = {"at": [f"{i}:00" for i in range(24)], "values": [0.01 * i for i in range(24)], "temporal": False, "share": True}
    return chart("line", arguments)


def heat_map() -> Chart:
    values = [[0.1 * (x + y) for x in range(8)] for y in range(3)]
    return chart(
        "heat_map",
        {"xs": [str(i) for i in range(8)], "ys": HOSTILE[:3], "values": values, "texts": [["55%"] * 8] * 3, "classes": [0.2, 0.4, 1.0]},
    )


def correlations() -> Chart:
    values = [[None, None], [0.91, None], [-0.5, 0.02]]
    return chart(
        "heat_map",
        {"xs": ["1", "2"], "ys": ["1  a", "2  b", "3  c"], "values": values, "texts": [["", ""], ["0.91", ""], ["−0.50", "0.02"]],
         "classes": [-0.7, -0.4, -0.1, 0.1, 0.4, 0.7, 1], "diverging": True},
    )  # fmt: skip


def missingness() -> Chart:
    patterns = [{"text": "1.7%", "missing": [0, 1]}, {"text": "0.2%", "missing": [1]}]
    return chart("missingness", {"columns": HOSTILE[:2], "patterns": patterns})


def dumbbell() -> Chart:
    rows = [{"label": label, "a": 1.0 + i, "b": 2.0, "a_text": f"{i}", "b_text": "2"} for i, label in enumerate(HOSTILE[:3])]
    return chart("dumbbell", {"rows": rows, "a_name": "female", "b_name": "male"})


ALL = [bars, histogram, line, months, steps, heat_map, correlations, missingness, dumbbell]

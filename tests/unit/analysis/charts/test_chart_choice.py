"""Which charts are shown, and in which order."""

from __future__ import annotations

from typing import Any

from voyant_assets.analysis.charts.choose import AIM, MOST, apart, as_stored, choose, markdown
from voyant_assets.analysis.charts.evidence import Evidence
from voyant_core.model.chart import Chart, Citation, Code, DataTable


def chart(slug: str, kind: str, salience: float, columns: list[str], **facts: Any) -> Chart:
    return Chart(
        slug=slug, kind=kind, salience=salience, form="bars", title=["T ", Code(code=slug)], subtitle="s", columns=columns, facts=facts,
        arguments={}, table=DataTable(headers=[], rows=[]),
    )  # fmt: skip


def test_the_most_telling_comes_first_and_ties_go_by_slug() -> None:
    chosen = choose([chart("b", "missing", 0.5, ["x"]), chart("c", "trend", 0.9, ["y"]), chart("a", "skew", 0.5, ["z"])])
    assert [one.slug for one in chosen] == ["c", "a", "b"]


def test_nearly_the_same_measure_is_not_drawn_twice_the_same_way() -> None:
    pair = [chart("late", "skew", 0.7, ["dep_delay"]), chart("later", "skew", 0.65, ["arr_delay"])]
    others = [chart(name, kind, 0.5, [name]) for name, kind in (("q", "trend"), ("r", "missing"), ("s", "correlation"), ("t", "calendar"))]
    assert "later" not in [
        one.slug for one in choose([*pair, *others, chart("u", "skew", 0.4, ["u"])], [frozenset(("dep_delay", "arr_delay"))])
    ]


def test_a_measure_that_a_dimension_decides_gives_way() -> None:
    decided = chart("distance_by_dest", "group_gap", 0.4, ["distance", "dest"], eta_squared=0.999)
    gap = chart("distance_by_carrier", "group_gap", 0.63, ["distance", "carrier"], eta_squared=0.36)
    delay = chart("delay_by_carrier", "group_gap", 0.36, ["delay", "carrier"], eta_squared=0.01)
    assert choose([decided, gap, delay])[0].slug == "delay_by_carrier"


def test_there_are_never_more_than_ten_and_dull_ones_stop_earlier() -> None:
    kinds = ["skew", "trend", "group_gap", "calendar", "composition", "correlation", "missing", "distribution"]
    many = [chart(f"c{i}", kinds[i % 8], 0.9, [f"x{i}", f"y{i}"]) for i in range(60)]
    assert len(choose(many)) == MOST
    assert len(choose([one.model_copy(update={"salience": 0.4}) for one in many])) == AIM
    assert len(choose([one.model_copy(update={"salience": 0.2}) for one in many])) == 4
    assert choose([one.model_copy(update={"salience": 0.01}) for one in many]) == []


def test_charts_of_columns_with_the_same_slug_stay_apart_and_cite_themselves() -> None:
    evidence = Evidence("t", "a_b")
    one = chart("a_b", "trend", 0.5, ["a b"]).model_copy(update={"title": [evidence.fact("high", 2.5, "2.5")]})
    first, second = apart([one, one])
    assert (first.slug, second.slug) == ("a_b", "a_b_2")
    cited = second.title[0]
    assert isinstance(cited, Citation)
    assert (cited.artifact, cited.pointer, cited.value) == ("t/chart_a_b_2.vl.json", "/usermeta/voyant/facts/high", 2.5)


def test_a_chart_reads_back_as_it_was_handed_on() -> None:
    one = as_stored(chart("a", "trend", 0.5, ["x"], value=0.1 + 0.2, tiny=-1e-14))
    assert one.facts == {"value": 0.3, "tiny": 0.0}
    assert as_stored(one) == one


def test_a_preview_does_not_let_names_be_markup() -> None:
    assert markdown([chart("<img src=x>\n# h", "trend", 0.5, ["x"])]) == "1. T \\<img src=x\\> \\# h"


def test_a_pointer_escapes_names() -> None:
    assert Evidence("t", "s").profile(1, "1", "columns", "a/b~c", "mean").pointer == "/columns/a~1b~0c/mean"

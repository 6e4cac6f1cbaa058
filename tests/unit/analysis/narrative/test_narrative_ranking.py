"""Which findings are told, in which order, and how the half page looks."""

import re

from narrative_tables import chart, charts, column, everything, material, skewed, table

from voyant_assets.analysis.narrative.compose import narrate
from voyant_assets.analysis.narrative.markdown import to_markdown
from voyant_assets.analysis.narrative.material import Material, finding
from voyant_assets.analysis.narrative.periods import period_name, span_name
from voyant_assets.analysis.narrative.ranking import AT_MOST, ranked
from voyant_assets.analysis.narrative.titles import humanized
from voyant_core.canonical import dumps
from voyant_core.model.chart import Code
from voyant_core.model.narrative import Narrative
from voyant_core.model.profile import Correlation


def test_findings_are_ranked_by_salience_and_never_more_than_seven():
    for found in everything():
        findings = narrate(found).findings
        assert 0 < len(findings) <= AT_MOST
        assert [f.salience for f in findings] == sorted((f.salience for f in findings), reverse=True)
        assert len({f.id for f in findings}) == len(findings)


def test_what_would_mislead_stands_before_what_would_not():
    severities = [f.severity for found in everything() for f in narrate(found).findings[:1]]
    assert severities[0] == "high"
    order = ["high", "medium", "low"]
    for found in everything():
        placed = [order.index(f.severity) for f in narrate(found).findings]
        assert placed == sorted(placed)


def test_a_chart_tells_the_fact_once_and_for_good():
    drawn = charts(chart("skew", "skew", 0.9, "delay"))
    findings = narrate(material(table(skewed()), charts=drawn)).findings
    assert [(f.kind, f.chart) for f in findings] == [("skew", "skew")]


def test_one_subject_does_not_fill_the_page():
    one_measure = [finding("group_gap", "medium", 0.5, [f"gap {i}"], [], columns=["delay", f"group_{i}"]) for i in range(9)]
    many_measures = [finding("group_gap", "medium", 0.5, [f"gap {i}"], [], columns=[f"delay_{i}", "group"]) for i in range(9)]
    assert len(ranked(one_measure)) == 1
    assert len(ranked(many_measures)) == 2


def test_two_findings_on_the_same_columns_are_one():
    twice = [finding("missing", "medium", w, ["gap"], [], columns=names) for w, names in ((0.5, ["a", "b"]), (0.4, ["b"]), (0.3, ["c"]))]
    assert [f.columns for f in ranked(twice)] == [["a", "b"], ["c"]]


def test_a_gap_in_a_column_that_says_the_same_is_no_second_finding():
    pairs = [Correlation(a="air_time", b="distance", r=0.99, n=1000)]
    profile = table(column("air_time"), column("distance"), column("delay"), correlations=pairs)
    gaps = charts(*(chart(f"{name}_gap", "group_gap", 0.6, name, "carrier") for name in ("air_time", "distance", "delay")))
    findings = narrate(material(profile, charts=gaps)).findings
    assert [f.columns[0] for f in findings if f.kind == "group_gap"] == ["air_time", "delay"]


def test_a_finding_leads_to_the_chart_that_shows_it():
    drawn = charts(chart("distribution_delay", "skew", 0.6, "delay"))
    (found,) = narrate(material(table(skewed()), charts=drawn)).findings
    assert (found.chart, found.section) == ("distribution_delay", "charts")
    assert "median" in "".join(part for part in found.text if isinstance(part, str))


def test_a_finding_does_not_lead_to_a_chart_of_another_grouping():
    told = finding("group_gap", "medium", 0.9, ["by carrier"], [], columns=["delay", "carrier"])
    drawn = [
        finding("group_gap", "medium", 0.5, ["drawn"], [], columns=["delay", name], chart=f"by_{name}") for name in ("hour", "carrier")
    ]
    assert [f.chart for f in ranked([told, drawn[0]])] == [None]
    assert [f.chart for f in ranked([told, *drawn])] == ["by_carrier"]


def test_the_same_models_give_the_same_bytes():
    assert [dumps(narrate(found)) for found in everything()] == [dumps(narrate(found)) for found in everything()]


def test_the_narrative_survives_its_json():
    for found in everything():
        narrative = narrate(found)
        assert Narrative.model_validate_json(dumps(narrative)) == narrative


def hostile() -> Material:
    names = ["`tick` ``tock``", "<script>alert(1)</script>", "line\n# heading", "[x](javascript:alert(1))"]
    columns = [column(name, nulls=200 + place) for place, name in enumerate(names)]
    pairs = [Correlation(a=names[0], b=names[1], r=0.95, n=500), Correlation(a=names[2], b=names[3], r=0.85, n=500)]
    return material(table(*columns, skewed("**bold**"), correlations=pairs))


def test_names_from_the_data_cannot_leave_their_code_span():
    text = to_markdown(narrate(hostile()))
    assert "<script>" in text
    outside = re.sub(r"(`+)(?!`)(.+?)(?<!`)\1(?!`)", "", text)
    assert not re.search(r"<|javascript|bold|heading|tock", outside)
    assert len(re.findall(r"^#", text, re.MULTILINE)) == 1


def test_words_are_escaped_where_markdown_would_read_them():
    found = Narrative(table="t", title="A *b* <i>", summary=["x_y [z]"], findings=[])
    assert to_markdown(found).startswith("# A \\*b\\* \\<i\\>\n\nx\\_y \\[z\\]\n\nNothing stands out")


def test_each_finding_has_a_footnote_with_its_evidence():
    text = to_markdown(narrate(material(table(skewed()))))
    assert "88 min" in text.replace("\u00a0", " ")
    assert "[^1]: `sales/profile.json#/columns/delay/quantiles/p50` = -2.0; " in text
    assert text.index("1. **Medium.**") < text.index("[^1]:")


def test_a_long_name_is_cut_for_the_reader_and_whole_in_the_evidence():
    name = "n" * 300
    narrative = narrate(material(table(skewed(name))))
    assert Code(code=name) in narrative.findings[0].text
    assert "n" * 79 + "…" in to_markdown(narrative)


def test_titles_are_readable():
    assert [humanized(name) for name in ("sales_by_region.csv", "Flights 2013", "ohlc", "data.tar.csv.gz", "iPhone-sales")] == [
        "Sales by region", "Flights 2013", "Ohlc", "Data.tar", "iPhone sales",
    ]  # fmt: skip


def test_periods_are_named_by_their_length():
    names = [
        period_name("2013-05-06T07:00:00", period).replace("\u00a0", " ") for period in ("year", "quarter", "month", "week", "day", "hour")
    ]
    assert names == ["2013", "Q2 2013", "May 2013", "week of 6 May 2013", "6 May 2013", "6 May 2013 07:00"]
    assert period_name("spring", "month") == "spring"
    assert span_name("1949-01", "1960-12").replace("\u00a0", " ") == "Jan 1949 – Dec 1960"

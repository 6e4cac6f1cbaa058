"""What each detector says, and when it keeps silent."""

from collections.abc import Callable, Iterator

from narrative_tables import (
    chart,
    charts,
    column,
    failed_rule,
    kpi_report,
    material,
    monthly,
    parts,
    quality,
    quantiles,
    skewed,
    table,
    words,
)  # fmt: skip

from voyant_assets.analysis.narrative.compose import narrate
from voyant_assets.analysis.narrative.figures import chart_findings
from voyant_assets.analysis.narrative.groups import group_findings
from voyant_assets.analysis.narrative.kpis import kpi_findings
from voyant_assets.analysis.narrative.material import Material
from voyant_assets.analysis.narrative.missing import missing_findings
from voyant_assets.analysis.narrative.relations import relation_findings
from voyant_assets.analysis.narrative.rules import rule_findings
from voyant_assets.analysis.narrative.shape import shape_findings
from voyant_assets.analysis.narrative.values import value_findings
from voyant_core.model.chart import plain_text
from voyant_core.model.narrative import Finding
from voyant_core.model.profile import Correlation, DuplicateRows, Missingness, NullPattern, Sampling, TableProfile, TimeAxis, TopValue


def sentences(detect: Callable[[Material], Iterator[Finding]], found: Material) -> list[str]:
    return [plain_text(finding.text).replace("\u00a0", " ") for finding in detect(found)]


def of_profile(detect: Callable[[Material], Iterator[Finding]], profile: TableProfile) -> list[str]:
    return sentences(detect, material(profile))


def test_a_skewed_measure_is_told_with_median_mean_and_tail():
    assert of_profile(value_findings, table(skewed())) == [
        "delay is strongly skewed to the right: median −2 min, mean 12.6 min, 95th percentile 88 min."
    ]


def test_a_sentence_that_rests_on_a_sample_says_so_and_how_good_it_is():
    sampled = skewed().model_copy(update={"sampled_rows": 99_870, "quantiles_error": 0.42})
    drawn = Sampling(rows=100_000, of_rows=9_000_000, salt=0, confidence=0.99, rank_error=0.0051, columns=["delay"])
    assert of_profile(value_findings, table(sampled, sampling=drawn)) == [
        (
            "delay is strongly skewed to the right: median −2 min, mean 12.6 min, 95th percentile 88 min."
            " The percentiles come from a sample of 99,870 rows: with 99.0% confidence they are at most 0.42 min off."
        )
    ]


def test_a_value_far_beyond_the_tail_is_an_outlier():
    wind = column("wind_speed", unit="mph", max=1048.36, quantiles=quantiles(0, 0, 6, 10, 14, 20, 27))
    assert of_profile(value_findings, table(wind)) == [
        "The largest wind_speed, 1,048 mph, lies far from the rest: the 99th percentile is 27 mph, the median 10 mph."
    ]


def test_a_long_tail_alone_is_no_outlier():
    assert of_profile(value_findings, table(column("x", max=300.0, quantiles=quantiles(-9, -8, 1, 2, 9, 40, 60)))) == []


def test_columns_that_are_empty_in_the_same_rows_are_one_gap():
    patterns = [NullPattern(columns=["arrived", "left", "tail"], rows=20), NullPattern(columns=["arrived", "left"], rows=60),
                NullPattern(columns=["arrived"], rows=10)]  # fmt: skip
    profile = table(
        column("left", nulls=80), column("arrived", nulls=90), column("tail", nulls=20),
        missingness=Missingness(complete_rows=910, patterns=patterns),
    )  # fmt: skip
    assert of_profile(missing_findings, profile)[0] == "left and arrived are empty together in 80 of 1,000 rows (8.0%)."


def test_nothing_is_said_to_be_empty_together_when_some_patterns_are_unknown():
    patterns = [NullPattern(columns=["a", "b"], rows=20)]
    profile = table(column("a", nulls=40), column("b", nulls=40), missingness=Missingness(complete_rows=940, patterns=patterns))
    assert of_profile(missing_findings, profile) == []


def test_a_nearly_empty_column_is_not_part_of_every_gap():
    patterns = [NullPattern(columns=["speed", "year"], rows=70), NullPattern(columns=["speed"], rows=900)]
    profile = table(column("year", nulls=70), column("speed", nulls=970), missingness=Missingness(complete_rows=30, patterns=patterns))
    assert of_profile(missing_findings, profile) == ["speed is empty in 97.0% of rows (970 of 1,000), year in 7.0%."]


def test_an_often_empty_column_is_told_once():
    profile = table(
        column("gust", nulls=796), missingness=Missingness(complete_rows=204, patterns=[NullPattern(columns=["gust"], rows=796)])
    )
    assert of_profile(missing_findings, profile) == ["gust is empty in 79.6% of rows (796 of 1,000)."]


def test_a_key_with_repeats_is_told_and_a_true_key_is_not():
    keys = table(column("id", role="identifier", distinct=1000), column("code", role="identifier", distinct=998))
    assert of_profile(shape_findings, keys) == ["code is not quite unique: 998 values stand in 1,000 filled rows."]


def test_repeated_rows_of_a_table_of_few_categories_are_natural():
    repeated = DuplicateRows(count=900, method="hash of the row")
    few = table(words("class", ("1st", 500), ("2nd", 500)), words("sex", ("f", 500), ("m", 500)), duplicate_rows=repeated)
    many = table(column("amount"), column("price"), duplicate_rows=repeated)
    assert of_profile(shape_findings, few) == []
    assert of_profile(shape_findings, many) == ["900 of 1,000 rows repeat another row in every column."]


def test_a_name_that_repeats_is_no_broken_key():
    assert of_profile(shape_findings, table(column("name", role="identifier", semantic_type="name", distinct=998))) == []


def test_a_measure_that_is_mostly_zero_is_not_called_skewed():
    rain = column("rain", top=[TopValue(value=0, count=933, share=0.933)], skewness=9.0, max=20.0, quantiles=quantiles(0, 0, 0, 0, 0, 1, 9))
    assert of_profile(value_findings, table(rain)) == ["rain is 0 in 93.3% of its filled rows (933)."]


def test_a_correlation_over_few_of_the_rows_is_not_told():
    assert of_profile(relation_findings, table(column("a"), column("b"), correlations=[Correlation(a="a", b="b", r=0.97, n=23)])) == []


def test_the_quarters_of_a_year_are_a_series():
    axis = TimeAxis(column="year", frequency="year", first="1959", last="2009")
    year, part = column("year", rows=203, distinct=51, role="time"), column("quarter", rows=203, distinct=4, semantic_type="quarter")
    profile = table(year, part, column("a"), column("b"), rows=203, time=axis, correlations=[Correlation(a="a", b="b", r=0.99, n=203)])
    (finding,) = relation_findings(material(profile))
    assert "levels over time" in plain_text(finding.consequence)


def test_a_rule_on_empty_cells_adds_nothing_to_the_finding_about_them():
    gaps = Missingness(complete_rows=580, patterns=[NullPattern(columns=["age"], rows=420)])
    rules = quality(failed_rule("not_null", "age", failing=420, description="age is filled"))
    findings = narrate(material(table(column("age", nulls=420), missingness=gaps), quality=rules)).findings
    assert [plain_text(f.text) for f in findings] == ["age is empty in 42.0% of rows (420 of 1,000)."]


def test_a_hidden_null_and_two_spellings_are_told():
    profile = table(words("country", ("DE", 700), ("*", 200), ("d.e", 100)))
    assert of_profile(value_findings, profile) == [
        "country says * in 200 rows (20.0% of the filled ones), which reads like an empty cell.",
        "country writes one thing in two ways: DE in 700 rows and d.e in 100 rows.",
    ]


def test_three_columns_that_correlate_are_one_signal():
    pairs = [
        Correlation(a="open", b="close", r=0.9998, n=100),
        Correlation(a="high", b="close", r=0.95, n=100),
        Correlation(a="a", b="b", r=0.2, n=100),
    ]
    profile = table(column("open"), column("high"), column("close"), column("a"), column("b"), correlations=pairs)
    assert of_profile(relation_findings, profile) == ["open, close and high carry one signal: open and close correlate at 1.00."]


def test_a_correlation_of_levels_over_time_says_that_it_is_trivial():
    day = column("day", kind="temporal", role="time", type="DATE", distinct=1000)
    axis = TimeAxis(column="day", frequency="day", first="2010-01-01", last="2012-09-26")
    profile = table(
        day, column("gdp"), column("consumption"), correlations=[Correlation(a="gdp", b="consumption", r=0.99, n=1000)], time=axis
    )
    (finding,) = relation_findings(material(profile))
    assert finding.severity == "low"
    assert "compare their changes" in plain_text(finding.consequence)


def test_a_correlation_of_a_part_with_its_whole_says_that_it_is_trivial():
    profile = table(
        column("total", sum=9000.5), column("goods", sum=4000.2), column("services", sum=5000.3),
        correlations=[Correlation(a="goods", b="total", r=0.97, n=1000)],
    )  # fmt: skip
    (finding,) = relation_findings(material(profile))
    assert "by construction" in plain_text(finding.consequence)


def test_a_rise_over_years_is_told_between_the_same_months():
    rising = monthly(*(100.0 + 10 * place for place in range(26)), label="Mean amount")
    found = sentences(kpi_findings, material(table(column("amount")), kpis=kpi_report(rising)))
    assert found[0] == "Mean amount rises from 110 in Feb 2010 to 350 in Feb 2012."


def test_an_incomplete_last_month_is_no_fall():
    values = [10.0, 11, 10, 11, 10, 11, 10, 11, 10, 11, 10, 2]
    kpi = monthly(*values)
    cut = kpi.model_copy(update={"series": [*kpi.series[:-1], kpi.series[-1].model_copy(update={"complete": False})]})
    assert sentences(kpi_findings, material(table(column("amount")), kpis=kpi_report(cut))) == []
    assert sentences(kpi_findings, material(table(column("amount")), kpis=kpi_report(kpi))) == [
        "Sum of amount: 2 in Dec 2010 after 10 in Nov 2010."
    ]


def test_a_group_that_loses_what_others_earn_is_told():
    profit = parts(monthly(label="Sum of profit", value=500.0, unit="USD"), "category", ("Copiers", 700), ("Tables", -200))
    found = sentences(kpi_findings, material(table(column("profit")), kpis=kpi_report(profit)))
    assert found == ["Sum of profit is negative for Tables: −200 USD, against 700 USD for Copiers and 500 USD in all."]


def test_a_gap_between_groups_that_is_small_beside_the_spread_is_no_news():
    delay = monthly(label="Median delay", value=-2.0, source_columns=["delay"])
    small = parts(delay, "carrier", ("UA", 0.0), ("AA", -3.0))
    assert sentences(kpi_findings, material(table(skewed()), kpis=kpi_report(small))) == []


def test_a_rule_that_fails_on_many_columns_is_one_finding():
    rules = quality(*(failed_rule("not_negative", name) for name in ("a", "b", "c")))
    assert sentences(rule_findings, material(table(column("a")), quality=rules)) == [
        "30 of 1,000 rows break the rule “a is not negative”; it fails for b and c too."
    ]


def test_one_value_that_holds_most_rows_is_told():
    profile = table(words("origin", ("JFK", 700), ("LGA", 200), distinct=7))
    assert of_profile(group_findings, profile) == ["origin is JFK in 70.0% of the filled rows (700 of 1,000)."]


def test_a_chart_that_is_worth_telling_becomes_a_finding_with_its_place():
    made = charts(chart("late", "group_gap", 0.9, "delay"), chart("dull", "distribution", 0.1, "x"))
    (finding,) = chart_findings(material(table(column("delay")), charts=made))
    assert (finding.chart, finding.section, finding.severity) == ("late", "charts", "high")
    assert plain_text(finding.text) == "delay is late in 37.2% of the evenings."


def test_an_empty_table_and_a_dull_table_have_no_findings():
    nothing = column("a", rows=0, distinct=0, top=[], quantiles=None, mean=None, skewness=None)
    assert narrate(material(table(nothing, rows=0))).findings == []
    assert narrate(material(table(column("a"), column("b")))).findings == []

"""The page as a reader, a browser and an auditor meet it."""

import base64
import hashlib
import json
import re

import pytest
from report_pages import (
    EVIL,
    Page,
    a_chart,
    category,
    documents,
    full,
    full_kpis,
    full_profile,
    full_quality,
    inputs,
    moments,
    number,
    profile_of,
    progress,
)  # fmt: skip

from voyant_assets.analysis.narrative.evidence import resolve, shows
from voyant_assets.charting.tokens import TOKENS
from voyant_assets.report.inputs import ReportInputs
from voyant_assets.report.page import HERE, render
from voyant_core.canonical import content_digest
from voyant_core.model.job import StageState
from voyant_core.model.profile import Correlation, DuplicateRows, Sampling

MAX_BYTES = 1_500_000


def wide_table(columns: int = 200) -> ReportInputs:
    many = [number(f"delay_{place:03}", nulls=place * 4) for place in range(columns - 4)]
    return inputs(profile_of(moments("day"), *many, category("carrier", "UA"), category("notes_a", "x"), number("odd")))


def hostile() -> ReportInputs:
    name = EVIL + "x" * 300
    profile = full_profile(name, EVIL + "2", EVIL)
    return inputs(
        profile, a_chart(name, EVIL), quality=full_quality(name), kpis=full_kpis(EVIL, EVIL), title=EVIL, source=EVIL, engine=EVIL,
        progress=progress(kpi=("skipped", "VYNT-7002", EVIL)),
    )  # fmt: skip


TABLES = {
    "full": full,
    "profile alone": inputs,
    "hostile": hostile,
    "wide": wide_table,
    "one column of text": lambda: inputs(profile_of(category("word", "a", "b"))),
    "one empty column": lambda: inputs(
        profile_of(number("x", count=0, nulls=1000, null_share=1.0, distinct=0, top=[], histogram=[], quantiles=None))
    ),
    "no rows": lambda: inputs(profile_of(number("x", count=0, distinct=0, top=[], histogram=[], quantiles=None), rows=0)),
    "no columns": lambda: inputs(profile_of(rows=0)),
    "failures": lambda: inputs(
        progress=progress(charts=("failed", "VYNT-5001", "out of memory"), kpi=("skipped", "VYNT-7002", "no measure"))
    ),
}


@pytest.mark.parametrize("table", TABLES)
def test_the_page_is_sound_html_that_reaches_nowhere(table: str):
    data = render(TABLES[table]())
    page = Page(data)
    assert page.problems == []
    assert len(set(page.ids)) == len(page.ids)
    assert set(page.references) <= set(page.ids)
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert [page.tags.get(tag) for tag in ("h1", "main", "header", "footer", "nav", "title")] == [1] * 6
    assert re.findall(r"url\((?!data:|#)[^)]*\)|@import", page.html) == []
    assert re.findall(r"\b(?:NaN|None|undefined|Undefined|inf|Markup)\b|e[+-]\d\d", page.text) == []
    assert len(data) < MAX_BYTES


@pytest.mark.parametrize("table", TABLES)
def test_every_number_with_evidence_is_found_in_the_artifacts(table: str):
    made = TABLES[table]()
    files = documents(made)
    page = Page(render(made))
    assert page.evidence
    for at, value, text in page.evidence:
        artifact, _, pointer = at.partition("#")
        found = resolve(pointer, files[artifact])
        assert value == (found if isinstance(found, str) else json.dumps(found))
        assert shows(text, found) or pointer == "/score", (text, found)


@pytest.mark.parametrize("table", TABLES)
def test_the_same_inputs_give_the_same_bytes(table: str):
    assert render(TABLES[table]()) == render(TABLES[table]())


def test_what_comes_from_the_data_is_text_and_never_markup():
    page = Page(render(hostile()))
    assert page.tags["script"] == 1
    assert page.html.count("<script>") == 1
    assert page.text.count("<script>alert('x')</script>") > 10
    assert "{{ 7*7 }}" in page.text


def test_controls_and_direction_overrides_do_not_reach_the_reader():
    page = Page(render(inputs(profile_of(category("a\x00b\u202ec", "\ud800", "\x1b[31m")))))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", page.html)
    assert "a\ufffdb\ufffdc" in page.text


def test_the_one_script_is_the_one_that_the_policy_allows():
    page = render(full()).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    (script,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert f"script-src 'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" in policy.replace("&#39;", "'")
    assert "default-src 'none'" in policy


def test_the_first_screen_says_what_the_table_is():
    page = Page(render(full()))
    opening = page.text[: page.text.index("Skip") + 900].replace("\u00a0", " ")
    assert "1,000 rows, one row per hour; 6 columns; 1 Jan – 31 Dec 2013." in opening
    assert ">99.9 quality, of 100 8 of 9 rules fail" in opening
    assert "4 of 6 columns complete" in opening
    assert "6 of 6 stages done none failed, none skipped" in opening


def test_failing_rules_come_first_and_alike_ones_are_one_line():
    text = Page(render(full())).text
    assert (
        text.index("8 failing rules")
        < text.index("High dep_delay lies between")
        < text.index("6 rules like it")
        < text.index("Passing rules")
    )
    assert "for example <script>" in text


def test_a_card_shows_value_course_and_parts_without_the_incomplete_month():
    text = Page(render(full())).text.replace("\u00a0", " ")
    card = text[text.index("Median dep_delay −2 min") : text.index("Late share")]
    assert "−2 min Nov 2013: 121 min +21.0% against Oct 2013, 100 min" in card
    assert "Jan Nov" in card
    assert "by carrier UA −3 min DL 5 min" in card
    assert "3 more" in card
    assert "21.1%" in text


def test_half_charts_stand_side_by_side_and_findings_follow_their_numbers():
    sizes = [("one", "half"), ("two", "full"), ("three", "half"), ("four", "half")]
    made = inputs(None, *(a_chart().model_copy(update={"slug": slug, "size": size}) for slug, size in sizes))
    assert [drawn.chart.slug for drawn in made.figures] == ["one", "three", "two", "four"]
    (led,) = [found for found in made.narrative.findings if found.chart]
    number = [drawn.chart.slug for drawn in made.figures].index(str(led.chart)) + 1
    assert f'href="#fig-{number}"' in render(made).decode()


def test_what_a_chart_shows_is_not_drawn_again_as_a_table():
    pairs = [Correlation(a="arr_delay", b="distance", r=0.5, n=900), Correlation(a="dep_delay", b="distance", r=0.4, n=900)]
    profile = full_profile().model_copy(update={"correlations": pairs})
    drawn = a_chart().model_copy(update={"kind": "correlation", "slug": "correlations"})
    assert "The same as a table" in Page(render(inputs(profile))).text
    assert "The same as a table" not in Page(render(inputs(profile, drawn))).text


def test_an_answer_of_several_rows_is_a_table_that_says_it_was_cut():
    text = Page(render(full())).text
    assert "The first 2 of 12 rows" in text


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        ("charts", "Failed VYNT-5001 out of memory"),
        ("kpi", "Skipped VYNT-7002 no measure"),
        ("quality", "Not made This stage was not part of"),
    ],
)
def test_what_was_not_made_is_told_where_it_would_stand(stage: str, told: str):
    text = Page(render(TABLES["failures"]())).text
    heading = {"charts": "Charts", "kpi": "Key figures", "quality": "Quality"}[stage]
    assert f"{heading} {told}" in text


def test_stages_tell_neither_durations_nor_whether_a_result_was_reused():
    runs = full().progress
    told = {"duration_s": 1.5, "started_at": "2026-01-01T00:00:00Z", "state": StageState.REUSED}
    timed = tuple(run.model_copy(update=told) for run in runs[:-1])
    assert render(full(progress=(*timed, runs[-1]))) == render(full())


def test_a_wide_table_folds_into_families_after_what_is_worth_a_look():
    page = Page(render(wide_table()))
    assert page.html.count('<details class="family" open>') == 1
    assert page.text.index("Worth a look") < page.text.index("delay_*")
    assert "more than half empty" in page.text


def test_a_table_without_quantities_says_so():
    text = Page(render(inputs(profile_of(category("word", "a", "b"))))).text
    assert "There are not two measures to compare." in text
    assert "No value is missing: every cell of the 1 column is filled." in text


def test_the_digest_is_that_of_the_other_artifacts():
    made = full()
    text = Page(render(made)).text
    assert content_digest((artifact.name, artifact.sha256) for artifact in made.artifacts) in text
    assert all(artifact.sha256 in text for artifact in made.artifacts)
    assert "c" * 64 in text
    assert "read as empty: “NA”" in text


def test_a_page_without_findings_says_that_nothing_stands_out():
    calm = number("x", skewness=0.0, nulls=0, mean=-2.0, max=200.0)
    repeated = DuplicateRows(count=None, method="not counted: too many rows")
    assert "Nothing stands out" in Page(render(inputs(profile_of(calm, duplicate_rows=repeated)))).text


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1])
def test_every_text_of_the_style_sheet_can_be_read(theme: int):
    pairs = [
        (ink, paper)
        for ink in ("ink", "ink-2", "ink-3", "link", "high", "medium", "low", "good")
        for paper in ("paper", "surface", "sunken")
    ]
    style = (HERE / "style.css").read_text()
    pairs += [(text, cell) for cell, text in re.findall(r"background:var\(--([\w-]+)\);color:var\(--([\w-]+)\)", style)]
    assert len(pairs) > 24 + 7
    for text, paper in pairs:
        low, high = sorted(luminance(TOKENS[name][theme]) for name in (text, paper))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, paper)


def test_the_style_sheet_knows_only_tokens_as_colours():
    style = (HERE / "style.css").read_text()
    assert set(re.findall(r"var\(--([\w-]+)", style)) - set(TOKENS) == {"w"}
    assert set(re.findall(r"#[0-9a-fA-F]{3,8}\b", re.sub(r"#filter", "", style))) == {"#fff"}


def test_the_first_screen_says_that_percentiles_come_from_a_sample() -> None:
    drawn = Sampling(rows=100_000, of_rows=9_000_000, salt=0, confidence=0.99, rank_error=0.0051, columns=["delay"])
    sampled = number("delay", sampled_rows=100_000, quantiles_error=0.5)
    page = Page(render(inputs(profile_of(sampled, sampling=drawn))))
    assert "percentiles from a sample of 100,000 rows" in page.text

"""Every number of a narrative can be found where it says it stands."""

import json
import re

import pytest
from narrative_tables import artifacts, everything

from voyant_assets.analysis.narrative.compose import DETECTORS, narrate
from voyant_assets.analysis.narrative.evidence import pointer, resolve, shows
from voyant_assets.analysis.narrative.material import Material
from voyant_core.model.chart import Citation, Code
from voyant_core.model.narrative import Finding

KINDS = {
    "key", "empty", "constant", "duplicates", "missing_together", "missing", "skew", "concentration", "placeholder", "spelling", "outlier",
    "zeros", "correlation", "trend", "last_period", "negative_part", "group_gap", "quality",
}  # fmt: skip


def all_findings() -> list[tuple[Material, Finding]]:
    return [(found, finding) for found in everything() for detect in DETECTORS for finding in detect(found)]


def test_every_citation_of_every_finding_leads_to_its_value_in_the_stored_bytes():
    for found, finding in all_findings():
        files = {name: json.loads(data) for name, data in artifacts(found).items()}
        for citation in finding.citations():
            assert resolve(citation.pointer, files[citation.artifact]) == citation.value, finding.id
            assert shows(citation.text, citation.value), (finding.id, citation)


def test_the_tables_of_these_tests_set_off_every_kind_of_finding():
    assert {finding.kind for _, finding in all_findings()} == KINDS


def test_the_summary_cites_its_numbers_too():
    for found in everything():
        files = {name: json.loads(data) for name, data in artifacts(found).items()}
        cited = [part for part in narrate(found).summary if isinstance(part, Citation)]
        assert cited
        assert all(resolve(part.pointer, files[part.artifact]) == part.value and shows(part.text, part.value) for part in cited)


def test_words_hold_no_figure_that_is_not_cited():
    for _, finding in all_findings():
        words = "".join(part for part in [*finding.text, *finding.consequence] if isinstance(part, str))
        assert not re.search(r"\d", re.sub(r"\b(is 0 in|1st|5th|95th|99th)\b", "", words)), words


def test_names_from_the_data_stand_apart_from_the_words():
    for found, finding in all_findings():
        words = "".join(part for part in finding.text if isinstance(part, str)).split()
        named = {part.code for part in finding.text if isinstance(part, Code)}
        assert not {name for name in found.profile.columns if name in words} - {"open", "year"}
        assert named or finding.kind in {"duplicates", "last_period"}


@pytest.mark.parametrize(
    ("path", "at"),
    [((), ""), (("columns", "a/b", 0), "/columns/a~1b/0"), (("~", ""), "/~0/"), (("a b\n", '"'), '/a b\n/"')],
)
def test_a_pointer_is_escaped_and_leads_back(path: tuple[str | int, ...], at: str):
    document: object = 42
    for step in reversed(path):
        document = [document] if isinstance(step, int) else {step: document}
    assert pointer(*path) == at
    assert resolve(at, document) == 42


@pytest.mark.parametrize("at", ["columns", "/nowhere", "/columns/9"])
def test_a_pointer_that_leads_nowhere_is_an_error(at: str):
    with pytest.raises((KeyError, IndexError, ValueError)):
        resolve(at, {"columns": [1]})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("336,776", 336776), ("12.6\u00a0min", 12.63907), ("−2", -2.0), ("2.5%", 0.0245118417), ("<0.1%", 0.0001), (">99.9%", 0.99999),
        ("+13.2\u00a0pp", 0.132), ("1 Jan 2013".replace(" ", "\u00a0"), "2013-01-01T05:00:00"), ("Dec\u00a02013", "2013-12-01"),
        ("1.23\u00a0×\u00a010¹⁸", 1.23e18), ("Jan\u00a01949", "1949-01"), ("true", True), ("none", None), ("EWR", "EWR"),
    ],
)  # fmt: skip
def test_a_text_that_writes_the_value_is_recognised(text: str, value: object):
    assert shows(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("101", 88),
        ("12.7", 12.639),
        ("3.6%", 0.0245),
        ("<0.1%", 0.2),
        ("LGA", "EWR"),
        ("Nov\u00a02013", "2013-12-01"),
        ("many", 3),
        ("true", False),
    ],
)
def test_a_text_that_disagrees_with_the_value_is_not(text: str, value: object):
    assert not shows(text, value)

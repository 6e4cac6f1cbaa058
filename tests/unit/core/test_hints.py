"""Hints speak the words of the caller's door."""

import ast
import pickle
import re
from pathlib import Path

import pytest

from voyant_core import errors
from voyant_core.hints import WORDS, Door, Hint, spoken

ROOT = Path(__file__).parents[3]
CALLS = {Door.REST: r"(GET|POST) /v1/", Door.MCP: r"\b(tool|job_id|source_id|upload_id)\b", Door.CLI: r"`voyant |the file instead|command"}


@pytest.mark.parametrize("hint", Hint)
def test_each_door_has_words_of_its_own(hint):
    texts = WORDS[hint]
    assert list(texts) == list(Door)
    assert len(set(texts.values())) == len(Door)
    for door in (Door.MCP, Door.CLI):
        assert re.search(CALLS[door], texts[door])
    assert not re.search(CALLS[Door.CLI] + r"|\btool\b", texts[Door.REST])
    assert not re.search(CALLS[Door.REST] + r"|\btool\b", texts[Door.CLI])


def test_an_error_keeps_its_hint_across_processes_and_is_spoken_at_the_door():
    error = errors.VoyantError(errors.ARTIFACT_NOT_FOUND, "No.", hint=f"Look again. {Hint.ARTIFACTS.of('job_1')}")
    for crossed in (error, errors.from_wire(errors.to_wire(error)), pickle.loads(pickle.dumps(error))):
        assert crossed.to_problem()["hint"] == "Look again. GET /v1/artifacts/job_1 lists the job's artifacts."
        assert crossed.to_text(Door.MCP) == "VYNT-2002: No. Look again. The status tool lists the artifacts of job_1."
        assert crossed.hint_at(Door.CLI) == "Look again. `voyant artifacts job_1` lists the job's artifacts."


def test_braces_of_others_stay_as_they_are():
    text = '{"type": "file"} {voyant:nothing} {voyant:jobs'
    assert spoken(text, Door.REST) == text
    assert spoken(Hint.ARTIFACTS.of("{0.x}{voyant:jobs}"), Door.REST) == "GET /v1/artifacts/0.xvoyant:jobs lists the job's artifacts."


def hints_below_the_doors():
    """(place, text) of every hint that is written where several doors lead."""
    shared = [*(ROOT / "voyant_core").rglob("*.py"), *(ROOT / "voyant_assets").rglob("*.py"), *(ROOT / "resources").rglob("*.py")]
    shared += (ROOT / "voyant_api" / "features").rglob("service.py")
    for path in shared:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "hint":
                for part in ast.walk(node.value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield f"{path.name}:{part.lineno}", part.value


def test_no_hint_below_the_doors_names_a_call_of_one_of_them():
    found = list(hints_below_the_doors())
    assert len(found) > 100
    named = re.compile(r"\b(GET|POST|PUT|PATCH|DELETE) /|/v1/|`voyant (?!serve|doctor|gc)|\btools?\b")
    assert [(place, text) for place, text in found if named.search(text)] == []

from __future__ import annotations

import io
import json

import pytest
import typer

from voyant_api.cli.analyze import Order
from voyant_api.cli.copying import copy_all
from voyant_api.cli.display import Progress, job_lines
from voyant_api.cli.failures import told
from voyant_api.cli.terminal import clean, shown, size, wrapped
from voyant_core import errors
from voyant_core.errors import Flaw, VoyantError

ANSWER = {
    "job_id": "job_01JD5Z3W8K9N2M4P6Q7R8S9T0V",
    "state": "succeeded",
    "summary": "`orders` holds 6 rows " * 8,
    "problem": None,
    "created_at": "2026-11-22T12:00:00.000Z",
    "finished_at": "2026-11-22T12:00:01.250Z",
    "findings": [
        {"table": "orders", "severity": "high", "text": f"Finding {number}. " * 9, "consequence": "So what."} for number in range(12)
    ],
    "stages": [
        {"table": "orders", "name": "profile", "state": "succeeded", "duration_s": 0.2, "code": None, "reason": None},
        {"table": "orders", "name": "kpi", "state": "skipped", "duration_s": 0.0, "code": "VYNT-7002", "reason": "no time column"},
    ],
    "manifest": {"inputs": [{"table": "default__orders.orders", "rows": 336776}]},
}


def test_an_answer_fits_80_columns_and_says_what_it_leaves_out():
    lines = job_lines(ANSWER, ["Report    out/orders/report.html"], rich=False)
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("succeeded in 1.25 s")
    assert lines[0].endswith(ANSWER["job_id"])
    text = "\n".join(lines)
    assert "336,776 rows" in text
    assert "and 2 more in the report" in text
    assert "VYNT-7002 no time column" in text
    assert lines[-1] == "Report    out/orders/report.html"


def test_only_a_terminal_gets_bold():
    assert "\x1b" not in "".join(job_lines(ANSWER, [], rich=False))
    assert "\x1b[1m" in job_lines(ANSWER, [], rich=True)[0]


def test_a_name_cannot_steer_the_terminal():
    assert clean("a\x1b[31mred\x07\r\n\u202eb") == "a [31mred    b"


def test_a_pipe_gets_plain_characters():
    assert shown(["“x” – 3 × −1 …"], io.StringIO()) == '"x" - 3 x -1 ...\n'


def test_long_words_are_broken_to_the_width():
    assert max(map(len, wrapped("x" * 300, indent="  "))) <= 80


@pytest.mark.parametrize(
    ("number", "text"), [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (82_400_000_000, "82.4 GB"), (5_000_000_000_000, "5000.0 GB")]
)
def test_sizes_are_readable(number, text):
    assert size(number) == text


def test_progress_tells_each_stage_once_and_nothing_when_quiet(capsys):
    events = [
        {"type": "stage.started", "data": {"table": "t", "name": "profile"}},
        {"type": "stage.finished", "data": {"table": "t", "name": "profile", "state": "succeeded", "duration_s": 0.5}},
        {"type": "job.finished", "data": {"state": "succeeded"}},
    ]
    for event in events:
        Progress(quiet=False, rich=False).on_event(event)
        Progress(quiet=True, rich=True).on_event(event)
    assert capsys.readouterr().err.split() == ["t:", "profile", "succeeded", "0.50", "s"]


def order(**options):
    return Order(**({"source": "a.csv", "tables": [], "kpis": [], "stages": [], "tenant": "default"} | options))


def test_options_become_the_body_of_the_request(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    body = order(kpis=["r=SELECT sum(a) FROM t WHERE b = 'x=y'"], stages=["profile, quality", "kpi"], tables=["t"]).body()
    assert body == {
        "source": {"type": "file", "path": str(tmp_path / "a.csv")},
        "tables": ["t"],
        "kpis": [{"name": "r", "sql": "SELECT sum(a) FROM t WHERE b = 'x=y'"}],
        "stages": ["profile", "quality", "kpi"],
    }


@pytest.mark.parametrize("source", ["https://example.org/a.csv", "src_01", "upl_01"])
def test_urls_and_ids_pass_as_they_are(source):
    assert order(source=source).body() == {"source": source}


@pytest.mark.parametrize("kpi", ["", "name", "=SELECT 1", "name="])
def test_a_kpi_without_name_or_sql_is_wrong_usage(kpi):
    with pytest.raises(typer.BadParameter):
        order(kpis=[kpi]).body()


def test_a_refusal_is_a_few_lines_and_in_json_the_problem(capsys):
    error = VoyantError(
        errors.UNKNOWN_COLUMN, "No column 'prise'.", hint="Did you mean 'price'?", errors=[Flaw("/kpis/0/sql", "no such column")]
    )
    assert told(error, as_json=True) == 3
    out, err = capsys.readouterr()
    assert json.loads(out)["code"] == "VYNT-1002"
    assert err.splitlines() == [
        "VYNT-1002 No such column",
        "  No column 'prise'.",
        "  Did you mean 'price'?",
        "  /kpis/0/sql: no such column",
    ]


class Bytes:
    """A door that hands out the wrong bytes."""

    def copy_artifact(self, job_id, name, target):
        target.write_bytes(b"other")
        return "0" * 64

    def manifest(self, job_id):
        return b"{}"


def test_bytes_without_their_hash_are_not_taken_for_the_artifact(tmp_path):
    with pytest.raises(VoyantError, match="hash"):
        copy_all(Bytes(), "job", [{"name": "t/profile.json", "sha256": "1" * 64}], tmp_path)


@pytest.mark.parametrize("name", ["/etc/passwd", "../../x", "t/../../x"])
def test_a_name_never_leaves_the_folder(tmp_path, name):
    with pytest.raises(VoyantError, match="not a name"):
        copy_all(Bytes(), "job", [{"name": name, "sha256": "0" * 64}], tmp_path / "out")
    assert not (tmp_path / "x").exists()

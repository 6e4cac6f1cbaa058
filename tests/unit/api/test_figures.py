"""Who asks for a figure reads it in the answer, not only in an artifact."""

import json

from voyant_api.agent.rendering import MOST_TOKENS, job_text, tokens
from voyant_api.cli.figures import figure_lines
from voyant_api.features.jobs.telling import job_answer
from voyant_core.model.artifact import Manifest, ManifestRequest
from voyant_core.model.job import AnalyzeRequest, Job, JobState, Plan, PlannedKpi
from voyant_core.model.kpi import Kpi, KpiReport

TABLE = Kpi(
    name="by_region", label="by region", sql="select 1", origin="request", columns=["region", "revenue"],
    data=[[f"Region {n:03}", 1000.5 + n] for n in range(200)], total=500,
)  # fmt: skip
TOTAL = Kpi(name="total", label="total", sql="select 2", origin="request", value=1234567)
DERIVED = Kpi(name="rows", label="Rows", sql="select 3", origin="derived", value=9)
REPORTS = {"joint/kpis.json": KpiReport(table="joint", kpis=[TABLE]), "orders/kpis.json": KpiReport(table="orders", kpis=[DERIVED, TOTAL])}


def answer(reports=REPORTS):
    planned = [
        PlannedKpi(name=kpi.label, sql="select 1", place=report.table, reads={})
        for report in reversed(reports.values())
        for kpi in report.kpis
        if kpi.origin == "request"
    ]
    plan = Plan(tenant="acme", tables=[], required=[], params={}, kpis=planned, request_digest="d", digest="d")
    job = Job(
        id="j", tenant="acme", state=JobState.SUCCEEDED, origin="rest", source_id="s", request=AnalyzeRequest(source="s"),
        plan=plan, created_at="2026-11-22T12:00:00.000Z",
    )  # fmt: skip
    manifest = Manifest(
        job_id="j", tenant="acme", state="succeeded", request=ManifestRequest(digest="d"), created_at="t", inputs=[], artifacts=[],
        stages=[], content_digest="sha256:d",
    )  # fmt: skip
    return job_answer(job, manifest, [], reports)


def test_figures_stand_in_the_order_of_the_request_without_the_derived_ones():
    assert [(figure.name, figure.table, figure.artifact) for figure in answer().figures] == [
        ("total", "orders", "orders/kpis.json"),
        ("by region", "joint", "joint/kpis.json"),
    ]


def test_a_long_answer_is_cut_and_says_so():
    figure = answer().figures[1]
    assert (len(figure.rows), figure.total) == (20, 500)
    told = json.loads(job_text(answer(), [], None))["figures"][1]
    assert told["truncated"]
    assert told["rows_total"] == 500
    assert told["artifact"] == "joint/kpis.json"


def test_a_model_reads_many_figures_within_its_budget():
    many = [TABLE.model_copy(update={"label": f"figure {n}", "data": [["x" * 500, 1.0]] * 20}) for n in range(50)]
    assert tokens(job_text(answer({"joint/kpis.json": KpiReport(table="joint", kpis=many)}), [], None)) <= MOST_TOKENS


def test_a_shell_shows_figures_in_80_columns():
    lines = figure_lines([figure.model_dump(mode="json") for figure in answer().figures], rich=False)
    assert lines[1] == "Figures"
    assert lines[2].split() == ["total", "1,234,567"]
    assert lines[5] == "    Region 000  1,000.5"
    assert lines[-1] == "    and 488 more rows in joint/kpis.json"
    assert max(map(len, lines)) <= 80


def test_a_wide_answer_keeps_to_80_columns_and_counts_the_rest():
    wide = {
        "name": "all",
        "value": None,
        "columns": [f"column_{n}" for n in range(40)],
        "rows": [["x" * 90] * 40],
        "total": 1,
        "artifact": "t/k",
    }
    lines = figure_lines([wide], rich=False)
    assert max(map(len, lines)) <= 80
    assert "38 more columns in t/k" in lines[-1]

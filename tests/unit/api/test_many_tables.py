"""Answers about thirty tables stay as small as those about three."""

from voyant_api.agent.rendering import MOST_TOKENS, job_text, ranked, tokens
from voyant_api.cli.analyze import listed_reports
from voyant_api.cli.display import job_lines
from voyant_api.features.jobs.telling import job_answer
from voyant_core.model.artifact import Manifest, ManifestArtifact, ManifestInput, ManifestRequest
from voyant_core.model.chart import Code
from voyant_core.model.job import AnalyzeRequest, Job, JobState, Plan, StageRun, StageState
from voyant_core.model.narrative import Finding, Narrative

TABLES = [f"table_{number:02}" for number in range(30)]
STAGES = ["ingest", "profile", "kpi", "quality", "charts", "narrative", "report"]
LOST = StageRun(table="table_07", name="charts", state=StageState.FAILED, code="VYNT-7007", reason="no luck")


def artifact(table):
    name = f"{table}/report.html"
    return ManifestArtifact(
        name=name, kind="report", media_type="text/html", size_bytes=1, sha256="a" * 64, uri=name, href=f"/v1/artifacts/j/{name}",
        asset_key=[table], run_id="r", content_version="1", code_version="1", reused=False,
    )  # fmt: skip


def answer():
    done = [StageRun(table=table, name=stage, state=StageState.SUCCEEDED) for table in TABLES for stage in STAGES]
    stages = [LOST if (run.table, run.name) == (LOST.table, LOST.name) else run for run in done]
    stages += [StageRun(table="joint", name=name, state=StageState.SUCCEEDED) for name in ("relationships", "narrative", "report")]
    plan = Plan(tenant="acme", tables=[], required=[], params={}, kpis=[], request_digest="d", digest="d")
    job = Job(
        id="j", tenant="acme", state=JobState.SUCCEEDED, origin="rest", source_id="s", request=AnalyzeRequest(source="s"), plan=plan,
        created_at="2026-11-22T12:00:00.000Z", stages=stages,
    )  # fmt: skip
    inputs = [
        ManifestInput(
            source_id="s", table=f"acme__shop.{table}", snapshot_id="1", content_version="1", rows=5, landing_sha256="a", engine="duckdb",
            engine_reason="small",
        )
        for table in TABLES
    ]  # fmt: skip
    manifest = Manifest(
        job_id="j", tenant="acme", state="succeeded", request=ManifestRequest(digest="d"), created_at="t", inputs=inputs,
        artifacts=[artifact(table) for table in (*TABLES, "joint")], stages=[], content_digest="sha256:d",
    )  # fmt: skip
    narratives = [
        Narrative(
            table=table, title=table, summary=[Code(code=table), " holds 5 rows."],
            findings=[Finding(id=f"f{n}", kind="skew", severity="low", salience=n / 100, text=["Odd."]) for n in range(2)],
        )
        for table in TABLES
    ]  # fmt: skip
    return job_answer(job, manifest, [*narratives, Narrative(table="joint", title="Shop", summary=["30 tables."], findings=[])])


def test_the_summary_tells_what_is_over_all_tables_and_not_each():
    made = answer()
    assert made.summary.startswith("30 tables.")
    assert "holds 5 rows" not in made.summary
    assert "The stage charts of `table_07` failed: no luck." in made.summary


def test_the_report_over_all_tables_comes_first_everywhere():
    made = answer()
    assert made.links.reports[0] == "/v1/artifacts/j/joint/report.html"
    assert ranked(made.manifest.artifacts)[0].name == "joint/report.html"
    assert listed_reports([item.name for item in made.manifest.artifacts]) == ["joint/report.html"]


def test_a_model_reads_which_table_is_in_trouble_within_its_budget():
    made = answer()
    text = job_text(made, ranked(made.manifest.artifacts), None)
    assert tokens(text) <= MOST_TOKENS
    assert '"table_07":{' in text
    assert "29 more tables" in text
    assert '"truncated":true' in text


def test_a_shell_shows_whole_tables_in_one_line_and_names_the_table_of_each_finding():
    lines = job_lines(answer().model_dump(mode="json", by_alias=True), [], rich=False)
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 80
    assert len(lines) < 70
    assert "29 tables: every stage done" in text
    assert "table_07" in text
    assert "table_00: Odd." in text
    assert "and 10 more" in text

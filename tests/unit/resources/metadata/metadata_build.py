"""Records to store."""

from voyant_core.model.job import AnalyzeRequest, Job, JobState, Plan, PlannedTable, StageRun, StageState
from voyant_core.model.source import FileFormat, FoundTable, Landing, ProbeResult, ReadOptions

PROBE = ProbeResult(landing=Landing(sha256="ab" * 32, size_bytes=3, file_name="x.csv"), tables=[])


def a_job(job_id="job_1", **fields):
    found = FoundTable(name="orders", title="Orders", columns=[], read=ReadOptions(format=FileFormat.CSV))
    stages = ["ingest", "profile"]
    table = PlannedTable(
        source_id="src_1", source="sales", name="orders", label="orders", found=found, landing=PROBE.landing, stages=stages
    )
    plan = Plan(tenant="acme", tables=[table], required=["ingest"], params={}, kpis=[], request_digest="sha256:0", digest="sha256:1")
    stages = [StageRun(table="orders", name=name, state=StageState.PENDING) for name in table.stages]
    known = {
        "id": job_id,
        "tenant": "acme",
        "state": JobState.QUEUED,
        "origin": "rest",
        "source_id": "src_1",
        "request": AnalyzeRequest(source="x"),
        "plan": plan,
        "created_at": "2026-01-01T00:00:00.000Z",
        "stages": stages,
    }
    return Job(**{**known, **fields})

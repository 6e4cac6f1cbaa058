from __future__ import annotations

import hashlib
import json
import time

import httpx
import pytest

from voyant_core.canonical import content_digest

REVENUE = {"name": "revenue", "sql": "SELECT sum(price * quantity) FROM orders"}


@pytest.fixture(scope="module")
def rest(server):
    with httpx.Client(base_url=server.url, timeout=120, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def analysis(rest, orders):
    """One upload and its analysis, waited for as an agent would."""
    upload = rest.post("/v1/uploads", files={"file": ("orders.csv", orders.read_bytes())}).json()
    answer = rest.post("/v1/analyze", json={"source": upload["source"], "kpis": [REVENUE], "wait_s": 45})
    body = answer.json()
    while body.get("next_poll_after_ms"):
        body = rest.get(answer.headers["location"], params={"wait_s": 45}).json()
    assert body["state"] == "succeeded", json.dumps(body, indent=1)
    return body


def test_every_stage_ends_well_and_the_answer_tells_what_was_found(analysis):
    assert {stage["state"] for stage in analysis["stages"]} <= {"succeeded", "reused"}
    assert {"ingest", "profile", "quality", "kpi", "charts", "narrative", "report"} == {stage["name"] for stage in analysis["stages"]}
    assert "6\N{NO-BREAK SPACE}rows" in analysis["summary"]
    assert analysis["findings"]
    assert analysis["manifest"]["inputs"][0]["rows"] == 6


def test_every_artifact_has_its_hash_and_the_digest_covers_them(rest, analysis):
    manifest = analysis["manifest"]
    for artifact in manifest["artifacts"]:
        data = rest.get(artifact["href"]).content
        assert hashlib.sha256(data).hexdigest() == artifact["sha256"]
        assert len(data) == artifact["size_bytes"]
    assert manifest["content_digest"] == content_digest((a["name"], a["sha256"]) for a in manifest["artifacts"])
    assert rest.get(analysis["links"]["manifest"]).json() == manifest


def test_every_number_in_a_finding_stands_where_its_evidence_points(rest, analysis):
    hrefs = {artifact["name"]: artifact["href"] for artifact in analysis["manifest"]["artifacts"]}
    checked = 0
    for finding in analysis["findings"]:
        for evidence in finding["evidence"]:
            here = rest.get(hrefs[evidence["artifact"]]).json()
            for part in evidence["pointer"].split("/")[1:]:
                key = part.replace("~1", "/").replace("~0", "~")
                here = here[int(key)] if isinstance(here, list) else here[key]
            assert here == evidence["value"]
            checked += 1
    assert checked


def test_the_kpi_has_the_value_that_the_rows_give(rest, analysis):
    kpis = rest.get(f"/v1/artifacts/{analysis['job_id']}/orders/kpis.json").json()["kpis"]
    revenue = next(kpi for kpi in kpis if kpi["origin"] == "request")
    assert revenue["value"] == pytest.approx(10.5 * 2 + 7.25 + 12 + 9.5 * 2 + 8.75 * 4)


def test_the_same_key_gives_the_same_job(rest, analysis):
    body = {"source": analysis["source_id"], "wait_s": 45}
    first = rest.post("/v1/analyze", json=body, headers={"Idempotency-Key": "journey-1"}).json()
    again = rest.post("/v1/analyze", json=body, headers={"Idempotency-Key": "journey-1"}).json()
    other = rest.post("/v1/analyze", json={**body, "stages": ["profile"]}, headers={"Idempotency-Key": "journey-1"})
    assert again["job_id"] == first["job_id"]
    assert other.json()["code"] == "VYNT-2009"


def test_the_history_of_the_job_can_be_replayed(rest, analysis):
    lines = rest.get(analysis["links"]["events"]).text.splitlines()
    kinds = [line.removeprefix("event: ") for line in lines if line.startswith("event: ")]
    assert kinds[0] == "job.accepted"
    assert kinds[-2:] == ["job.finished", "end"]
    assert kinds.count("stage.finished") >= len(analysis["stages"])


def test_source_and_table_are_known_afterwards(rest, analysis):
    assert rest.get(f"/v1/sources/{analysis['source_id']}").json()["tables"][0]["name"] == "orders"
    table = rest.get(f"/v1/tables/{analysis['manifest']['inputs'][0]['table']}").json()
    assert table["rows"] == 6
    assert rest.get("/v1/tables", params={"source_id": analysis["source_id"]}).json()["items"] == [table]


def test_another_tenant_sees_nothing_of_it(rest, analysis):
    stranger = {"X-Tenant-ID": "globex"}
    paths = [
        analysis["links"]["self"],
        analysis["links"]["manifest"],
        analysis["links"]["reports"][0],
        f"/v1/sources/{analysis['source_id']}",
    ]
    assert [rest.get(path, headers=stranger).status_code for path in paths] == [404] * 4
    assert rest.get("/v1/jobs", headers=stranger).json()["items"] == []


@pytest.mark.parametrize("path", ["/etc/passwd", "../voyant.db", "/proc/self/environ", "file:///etc/passwd"])
def test_a_path_outside_the_roots_is_refused_without_the_owners_token(rest, path):
    assert rest.post("/v1/sources/discover", json={"source": path}).json()["code"] in ("VYNT-1006", "VYNT-2008")


def test_the_owners_token_opens_any_file_of_his(rest, server, orders):
    token = json.loads((server.home / "server.lock").read_text())["token"]
    refused = rest.post("/v1/sources/discover", json={"source": str(orders)})
    allowed = rest.post("/v1/sources/discover", json={"source": str(orders)}, headers={"X-Voyant-Local": token})
    assert refused.json()["code"] == "VYNT-1006"
    assert allowed.json()["tables"][0]["name"] == "orders"


def test_dagit_shows_the_run_behind_the_same_port(rest, analysis):
    page = rest.get(f"/dagit/runs/{analysis['run_id']}")
    query = {"query": f'{{ runOrError(runId: "{analysis["run_id"]}") {{ ... on Run {{ status tags {{ key value }} }} }} }}'}
    run = rest.post("/dagit/graphql", json=query).json()["data"]["runOrError"]
    assert page.status_code == 200
    assert "text/html" in page.headers["content-type"]
    assert run["status"] == "SUCCESS"
    assert {"key": "voyant/job", "value": analysis["job_id"]} in run["tags"]


def test_metrics_tell_of_the_job(rest, analysis):
    text = rest.get("/metrics").text
    assert 'voyant_jobs{state="succeeded"}' in text
    assert 'route="/v1/analyze"' in text


def test_the_log_of_the_server_carries_request_job_and_trace(rest, server, orders):
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"X-Request-ID": "journey-log", "traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    upload = rest.post("/v1/uploads", params={"file_name": "orders.csv"}, content=orders.read_bytes() + b"7,east,1,1,2026-01-07\n").json()
    job = rest.post("/v1/analyze", json={"source": upload["source"], "wait_s": 45}, headers=headers).json()
    lines, deadline = [], time.monotonic() + 20  # a request's own line is written when its answer is out
    while not {line["process"] for line in lines} >= {"api", "run"}:
        assert time.monotonic() < deadline, lines
        time.sleep(0.05)
        written = "".join(path.read_text() for path in (server.home / "logs").glob("*.log"))
        lines = [json.loads(line) for line in written.splitlines() if line.endswith("}") and line.startswith("{") and "journey-log" in line]
    assert {line.get("trace_id") for line in lines} == {trace}
    assert any(line.get("job_id") == job["job_id"] and line.get("run_id") == job["run_id"] for line in lines)

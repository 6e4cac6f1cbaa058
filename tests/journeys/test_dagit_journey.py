"""An analyst's way: what was analyzed is on the asset graph, and the Materialize button makes a job like any other."""

import time

import httpx
import pytest

LAUNCH = """
mutation Launch($params: ExecutionParams!) {
  launchPipelineExecution(executionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
AGAIN = """
mutation Again($params: ReexecutionParams!) {
  launchPipelineReexecution(reexecutionParams: $params) {
    __typename
    ... on LaunchRunSuccess { run { runId } }
    ... on PythonError { message }
  }
}
"""
ASSET = """
query Asset($key: AssetKeyInput!) {
  assetNodeOrError(assetKey: $key) {
    ... on AssetNode {
      groupName
      dependencyKeys { path }
      assetMaterializations(limit: 1) {
        runId
        metadataEntries { label ... on IntMetadataEntry { intValue } ... on MarkdownMetadataEntry { mdStr } }
      }
      assetChecksOrError { ... on AssetChecks { checks { name executionForLatestMaterialization { status runId } } } }
    }
  }
}
"""
SELECTOR = {"repositoryName": "__repository__", "repositoryLocationName": "voyant", "pipelineName": "__ASSET_JOB"}


@pytest.fixture(scope="module")
def rest(server):
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="module")
def analyzed(rest, server, orders):
    path = server.inbox / "stall.csv"
    path.write_bytes(orders.read_bytes() + b"7,east,11,1,2026-01-07\n")
    kpis = [{"name": "revenue", "sql": "select sum(price * quantity) as revenue from stall"}]
    answer = rest.post("/v1/analyze", json={"source": "stall.csv", "kpis": kpis, "wait_s": 45}).json()
    assert answer["state"] == "succeeded", answer
    until(lambda: "groupName" in node(rest, []), "the asset shows after a reload")
    return answer


def until(condition, what, patience_s=90):
    give_up = time.monotonic() + patience_s
    while not condition():
        assert time.monotonic() < give_up, what
        time.sleep(0.2)


def ask(rest, query, **variables):
    answer = rest.post("/dagit/graphql", json={"query": query, "variables": variables}).json()
    assert "errors" not in answer, answer
    (value,) = answer["data"].values()
    return value


def node(rest, stage):
    return ask(rest, ASSET, key={"path": ["default", "stall", "stall", *stage]})


def job_of(rest, run_id):
    """The finished job of a Dagster run."""
    found = []

    def is_there():
        newest = rest.get("/v1/jobs", params={"limit": 5}).json()["items"]
        jobs = [rest.get(f"/v1/jobs/{item['job_id']}").json() for item in newest]
        found[:] = [job for job in jobs if job["run_id"] == run_id and job["state"] in ("succeeded", "failed", "canceled")]
        return found

    until(is_there, "the run becomes a job")
    return found[0]


def launch(rest, assets, checks=None):
    selection = {**SELECTOR, "assetSelection": [{"path": path} for path in assets], "assetCheckSelection": checks}
    launched = ask(rest, LAUNCH, params={"selector": selection, "runConfigData": {}, "mode": "default"})
    assert launched["__typename"] == "LaunchRunSuccess", launched
    return job_of(rest, launched["run"]["runId"])


def test_a_table_asset_shows_rows_lineage_and_a_verdict_per_dimension(rest, analyzed):
    table = node(rest, [])
    assert table["groupName"] == "default__stall"
    assert [key["path"] for key in table["dependencyKeys"]] == [["default", "stall"]]
    entries = {entry["label"]: entry for entry in table["assetMaterializations"][0]["metadataEntries"]}
    assert entries["dagster/row_count"]["intValue"] == 7
    checks = {check["name"]: check["executionForLatestMaterialization"] for check in table["assetChecksOrError"]["checks"]}
    assert set(checks) == {"schema", "completeness", "uniqueness", "validity", "range", "pattern"}
    assert {check["runId"] for check in checks.values()} == {analyzed["run_id"]}


def test_the_narrative_asset_shows_the_narrative(rest, analyzed):
    entries = {entry["label"]: entry for entry in node(rest, ["narrative"])["assetMaterializations"][0]["metadataEntries"]}
    assert entries["preview"]["mdStr"].startswith("# Stall")


def test_the_materialize_button_makes_a_job_with_a_manifest(rest, analyzed):
    stages = [[], ["profile"], ["kpi"], ["quality"], ["charts"], ["narrative"], ["report"]]
    job = launch(rest, [["default", "stall", "stall", *stage] for stage in stages])
    assert job["state"] == "succeeded", job
    assert {stage["state"] for stage in job["stages"]} <= {"reused", "succeeded"}
    assert "stall/report.html" in [artifact["name"] for artifact in job["manifest"]["artifacts"]]


def test_one_stage_can_be_materialized_alone(rest, analyzed):
    job = launch(rest, [["default", "stall", "stall", "quality"]])
    assert [stage["name"] for stage in job["stages"]] == ["quality"]
    assert job["state"] == "succeeded"


def test_a_check_can_be_executed_alone(rest, analyzed):
    check = {"assetKey": {"path": ["default", "stall", "stall"]}, "name": "completeness"}
    job = launch(rest, [], [check])
    assert job["state"] == "succeeded"
    assert [stage["name"] for stage in job["stages"]] == ["profile", "quality"]


def test_a_run_that_is_repeated_is_a_new_job_with_the_kpis_of_the_first(rest, analyzed):
    params = {"parentRunId": analyzed["run_id"], "strategy": "ALL_STEPS"}
    launched = ask(rest, AGAIN, params=params)
    assert launched["__typename"] == "LaunchRunSuccess", launched
    job = job_of(rest, launched["run"]["runId"])
    assert job["state"] == "succeeded"
    assert job["job_id"] != analyzed["job_id"]
    assert job["manifest"]["retry_of"] == analyzed["job_id"]
    assert job["manifest"]["content_digest"] == analyzed["manifest"]["content_digest"]

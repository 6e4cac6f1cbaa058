from __future__ import annotations

import pytest

from voyant_core import errors
from voyant_core.errors import Flaw, VoyantError
from voyant_core.model.job import JobState


def test_a_finished_analysis_answers_200_with_summary_findings_stages_and_manifest(ask):
    answer = ask("POST", "/v1/analyze", json={"source": "orders.csv"})
    body = answer.json()
    assert answer.status_code == 200
    assert body["state"] == "succeeded"
    assert body["summary"] == "`orders` has 3 rows."
    assert [finding["id"] for finding in body["findings"]] == ["skew", "missing"]
    assert body["findings"][0]["chart"] == "orders/chart_price.svg"
    assert body["findings"][1]["evidence"][0]["pointer"] == "/columns/0/nulls"
    assert body["manifest"]["schema"] == "voyant.manifest/1"
    assert body["manifest"] == ask("GET", f"/v1/artifacts/{body['job_id']}/manifest").json()
    assert body["next_poll_after_ms"] is None
    assert body["links"]["reports"] == [f"/v1/artifacts/{body['job_id']}/orders/report.html"]


def test_a_name_from_the_data_cannot_leave_its_backticks(ask):
    finding = ask("POST", "/v1/analyze", json={"source": "orders.csv"}).json()["findings"][1]
    assert finding["text"].count("`") == 2
    assert "\n" not in finding["text"]


def test_an_unfinished_analysis_answers_202_with_a_location_that_polls(ask, launch):
    launch.ends = None
    answer = ask("POST", "/v1/analyze", json={"source": "orders.csv", "wait_s": 0})
    assert answer.status_code == 202
    assert answer.json()["state"] == "running"
    assert answer.json()["manifest"] is None
    assert answer.json()["next_poll_after_ms"] > 0
    assert answer.json()["summary"] == "Running: 1 of 4 stages are done."
    polled = ask("GET", answer.headers["location"])
    assert polled.json() == answer.json()


def test_the_call_waits_for_a_job_that_ends_in_time(ask, launch):
    launch.ends_at_once = False
    assert ask("POST", "/v1/analyze", json={"source": "orders.csv", "wait_s": 20}).json()["state"] == "succeeded"


def test_a_failed_job_is_a_200_that_says_why(ask, launch):
    launch.ends = JobState.FAILED
    answer = ask("POST", "/v1/analyze", json={"source": "orders.csv"})
    assert answer.status_code == 200
    assert answer.json()["problem"]["code"] == "VYNT-7007"
    assert answer.json()["summary"].startswith("Failed: report of orders")


def test_the_same_key_gives_the_same_job_from_header_and_body(ask, launch):
    first = ask("POST", "/v1/analyze", json={"source": "a"}, headers={"Idempotency-Key": "k1"})
    again = ask("POST", "/v1/analyze", json={"source": "a", "idempotency_key": "k1"})
    assert again.json()["job_id"] == first.json()["job_id"]
    assert len(launch.jobs_by_id) == 1


def test_a_key_reused_for_another_request_is_a_conflict(ask):
    ask("POST", "/v1/analyze", json={"source": "a"}, headers={"Idempotency-Key": "k1"})
    other = ask("POST", "/v1/analyze", json={"source": "b"}, headers={"Idempotency-Key": "k1"})
    assert other.status_code == 409
    assert other.json()["code"] == "VYNT-2009"


def test_two_different_keys_in_one_call_are_refused(ask):
    answer = ask("POST", "/v1/analyze", json={"source": "a", "idempotency_key": "k1"}, headers={"Idempotency-Key": "k2"})
    assert answer.json()["errors"] == [{"pointer": "/idempotency_key", "detail": "differs from the header Idempotency-Key"}]


@pytest.mark.parametrize(("field", "code"), [("preset", "VYNT-2011"), ("baseline", "VYNT-2004")])
def test_a_preset_or_baseline_that_does_not_exist_is_refused_and_starts_nothing(ask, launch, field, code):
    answer = ask("POST", "/v1/analyze", json={"source": "a", field: "benchmark.brand"})
    assert answer.status_code == 404
    assert answer.json()["code"] == code
    assert answer.json()["errors"][0]["pointer"] == f"/{field}"
    assert launch.requests == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"source": "a", "wait_s": 46}, "/wait_s"),
        ({"source": "a", "wait_s": -1}, "/wait_s"),
        ({"source": "a", "kpis": [{"name": "n"}, {"sql": "SELECT 1"}]}, "/kpis/0/sql"),
        ({"source": "a", "surprise": 1}, "/surprise"),
        ({"source": 7}, "/source"),
        ({"source": "a", "idempotency_key": "has blank"}, "/idempotency_key"),
    ],
)
def test_a_flaw_in_the_body_is_pointed_at(ask, body, pointer):
    answer = ask("POST", "/v1/analyze", json=body)
    assert answer.status_code in (400, 422)
    assert pointer in [flaw["pointer"] for flaw in answer.json()["errors"]]


def test_a_refusal_of_the_door_behind_keeps_code_hint_and_flaws(ask, launch):
    launch.fail_with = VoyantError(
        errors.UNKNOWN_COLUMN, "No column 'prise'.", hint="Did you mean 'price'?", errors=[Flaw("/kpis/0/sql", "prise")]
    )
    answer = ask("POST", "/v1/analyze", json={"source": "a"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "VYNT-1002"
    assert answer.json()["hint"] == "Did you mean 'price'?"
    assert answer.json()["errors"] == [{"pointer": "/kpis/0/sql", "detail": "prise"}]
    assert answer.json()["instance"] == "/v1/analyze"


def test_a_retryable_refusal_says_when_to_come_back(ask, launch):
    launch.fail_with = VoyantError(errors.CONCURRENT_QUOTA, "Four jobs are running.")
    answer = ask("POST", "/v1/analyze", json={"source": "a"})
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["retryable"] is True


def test_the_request_reaches_the_launch_door_as_it_was_sent(ask, launch):
    body = {
        "source": {"type": "upload", "id": "upl_1"},
        "kpis": [{"name": "n", "sql": "SELECT 1"}],
        "stages": ["profile"],
        "params": {"kpi": {"a": 1}},
    }
    ask("POST", "/v1/analyze", json={**body, "wait_s": 1})
    sent = launch.requests[0].model_dump()
    assert {key: sent[key] for key in body} == body


@pytest.mark.parametrize("path", ["/v1/analyze", "/v1/sources", "/v1/sources/discover"])
def test_a_source_that_takes_longer_than_the_call_may_wait_is_told_with_a_time_to_come_back(ask, launch, path):
    async def slow(_order):
        raise VoyantError(errors.SOURCE_BEING_READ, "Reading orders takes longer.", hint="Make the same call again.")

    launch.probing = slow
    answer = ask("POST", path, json={"source": "orders.csv", "wait_s": 0})
    assert (answer.status_code, answer.json()["code"], answer.json()["retryable"]) == (503, "VYNT-5011", True)
    assert int(answer.headers["retry-after"]) > 0
    assert launch.jobs_by_id == {}


def test_a_key_that_made_a_job_already_needs_no_look_at_the_source(ask, launch):
    headers = {"Idempotency-Key": "k"}
    first = ask("POST", "/v1/analyze", json={"source": "orders.csv"}, headers=headers).json()

    async def never(_order):
        raise AssertionError("the source was read again")

    launch.probing = never
    assert ask("POST", "/v1/analyze", json={"source": "orders.csv"}, headers=headers).json()["job_id"] == first["job_id"]

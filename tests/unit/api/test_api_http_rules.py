from __future__ import annotations

import base64
import hashlib
import html
import json
import logging
import re
import shlex

import pytest

from voyant_api.features.docs.page import rendered


def test_ids_of_the_caller_travel_with_the_call_and_the_request_id_comes_back(ask, launch):
    headers = {
        "X-Tenant-ID": "acme",
        "X-User-ID": "u1",
        "X-Soma-Session-ID": "s-77",
        "X-Request-ID": "abc-1",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    }
    answer = ask("POST", "/v1/analyze", json={"source": "a"}, headers=headers)
    call = launch.calls[0]
    assert answer.headers["x-request-id"] == "abc-1"
    assert (call.tenant, call.user_id, call.session_id, call.request_id) == ("acme", "u1", "s-77", "abc-1")
    assert call.traceparent.startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")


def test_without_headers_there_is_a_default_tenant_a_new_request_id_and_a_new_trace(ask, launch):
    answer = ask("POST", "/v1/analyze", json={"source": "a"}, headers={"X-Request-ID": "has\tcontrol", "traceparent": "rubbish"})
    call = launch.calls[0]
    assert call.tenant == "default"
    assert call.request_id == answer.headers["x-request-id"]
    assert re.fullmatch(r"req_[0-9A-Z]{26}", call.request_id)
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-01", call.traceparent)


@pytest.mark.parametrize("tenant", ["", "Acme", "a__b", "../x", "a" * 61, "a b"])
def test_a_name_that_is_no_tenant_is_refused(ask, tenant):
    answer = ask("GET", "/v1/jobs", headers={"X-Tenant-ID": tenant})
    assert (answer.status_code, answer.json()["code"]) == (400, "VYNT-3006")


def test_an_unprintable_user_is_refused(ask):
    assert ask("GET", "/v1/jobs", headers={"X-User-ID": "a b"}).json()["code"] == "VYNT-1014"


@pytest.mark.parametrize(
    "path",
    ["/v1/jobs/{0}", "/v1/jobs/{0}/events", "/v1/artifacts/{0}", "/v1/artifacts/{0}/manifest", "/v1/artifacts/{0}/orders/profile.json"],
)
def test_another_tenants_job_answers_as_if_it_did_not_exist(ask, path):
    job_id = ask("POST", "/v1/analyze", json={"source": "a"}, headers={"X-Tenant-ID": "acme"}).json()["job_id"]
    stranger = ask("GET", path.format(job_id), headers={"X-Tenant-ID": "globex"})
    missing = ask("GET", path.format("job_none"), headers={"X-Tenant-ID": "globex"})
    assert stranger.status_code == missing.status_code == 404
    assert stranger.json()["code"] == missing.json()["code"]


def test_another_tenant_cannot_cancel(ask, launch):
    launch.ends = None
    job_id = ask("POST", "/v1/analyze", json={"source": "a", "wait_s": 0}, headers={"X-Tenant-ID": "acme"}).json()["job_id"]
    assert ask("POST", f"/v1/jobs/{job_id}/cancel").status_code == 404
    assert not launch.jobs_by_id[job_id].state.is_final


def test_the_local_token_lets_the_owner_name_any_file_and_a_wrong_one_is_refused(ask, launch):
    ask("POST", "/v1/analyze", json={"source": "a"}, headers={"X-Voyant-Local": "local-token"})
    ask("POST", "/v1/analyze", json={"source": "a"})
    wrong = ask("POST", "/v1/analyze", json={"source": "a"}, headers={"X-Voyant-Local": "guess"})
    assert [(call.may_read_any_file, call.origin) for call in launch.calls] == [(True, "cli"), (False, "rest")]
    assert (wrong.status_code, wrong.json()["code"]) == (403, "VYNT-3003")


@pytest.mark.parametrize(
    ("method", "path", "arguments", "status", "code"),
    [
        ("GET", "/nothing", {}, 404, "VYNT-2007"),
        ("GET", "/v1/../etc/passwd", {}, 404, "VYNT-2007"),
        ("PUT", "/v1/jobs", {}, 405, "VYNT-1009"),
        ("POST", "/v1/analyze", {"content": b"{", "headers": {"content-type": "application/json"}}, 400, "VYNT-1014"),
        ("POST", "/v1/analyze", {"content": b"\xff\xfe", "headers": {"content-type": "application/json"}}, 400, "VYNT-1014"),
        ("POST", "/v1/analyze", {"content": b"[1]", "headers": {"content-type": "application/json"}}, 422, "VYNT-1001"),
        ("POST", "/v1/analyze", {"content": b"source=a", "headers": {"content-type": "text/plain"}}, 415, "VYNT-1010"),
        ("POST", "/v1/analyze", {"content": b"{}"}, 415, "VYNT-1010"),
        ("POST", "/v1/analyze", {"json": {}}, 400, "VYNT-1004"),
        ("POST", "/v1/analyze", {"json": {"source": "x" * 2**20}}, 413, "VYNT-1011"),
        ("GET", "/v1/jobs?limit=0", {}, 422, "VYNT-1001"),
        ("GET", "/v1/jobs?state=sleeping", {}, 422, "VYNT-1001"),
        ("GET", "/dagit/", {}, 503, "VYNT-5008"),
    ],
)
def test_the_frameworks_refusals_are_problems_with_codes_and_request_ids(ask, method, path, arguments, status, code):
    answer = ask(method, path, **arguments)
    body = answer.json()
    assert (answer.status_code, body["code"], body["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert body["request_id"] == answer.headers["x-request-id"]


def test_a_405_lists_the_methods(ask):
    assert "GET" in ask("PUT", "/v1/jobs").headers["allow"]


def test_an_unexpected_failure_tells_nothing_but_the_request_id_and_is_logged(ask, launch, caplog):
    launch.fail_with = RuntimeError("password=hunter2")
    with caplog.at_level(logging.ERROR):
        answer = ask("POST", "/v1/analyze", json={"source": "a"})
    assert (answer.status_code, answer.json()["code"]) == (500, "VYNT-5001")
    assert "hunter2" not in answer.text
    assert "hunter2" in caplog.text


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "voyant.internal:8790", "10.0.0.1", ""])
def test_a_rebound_host_name_is_refused(ask, host):
    answer = ask("GET", "/v1/jobs", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (421, "VYNT-1016")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8790", "LOCALHOST", "[::1]:8790"])
def test_loopback_names_are_served(ask, host):
    assert ask("GET", "/v1/jobs", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(("origin", "status"), [("https://evil.example", 403), ("null", 403), ("http://localhost:3000", 200)])
def test_pages_of_other_hosts_may_not_call(ask, origin, status):
    assert ask("GET", "/v1/jobs", headers={"Origin": origin}).status_code == status


@pytest.mark.parametrize("path", ["/v1/jobs", "/nothing", "/livez"])
def test_every_answer_carries_the_security_headers(ask, path):
    headers = ask("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in headers["content-security-policy"]


def test_readiness_names_the_component_that_is_away(ask, launch):
    assert ask("GET", "/readyz").status_code == 200
    launch.components["worker"] = "The run worker does not answer."
    answer = ask("GET", "/readyz")
    assert answer.status_code == 503
    assert answer.json()["components"]["worker"] == "The run worker does not answer."
    assert ask("GET", "/livez").status_code == 200


def test_metrics_count_requests_by_route_template_and_jobs_by_state(ask):
    job_id = ask("POST", "/v1/analyze", json={"source": "a"}).json()["job_id"]
    ask("GET", f"/v1/jobs/{job_id}")
    ask("GET", "/unknown/thing")
    text = ask("GET", "/metrics").text
    assert 'voyant_http_requests_total{method="GET",route="/v1/jobs/{job_id}",status="200"} 1.0' in text
    assert 'route="other",status="404"' in text
    assert 'voyant_jobs{state="succeeded"} 1.0' in text
    assert job_id not in text


def test_a_request_is_one_log_line_with_its_ids(ask, caplog):
    with caplog.at_level(logging.INFO, logger="voyant.api"):
        ask("GET", "/v1/jobs", headers={"X-Request-ID": "abc-1"})
    line = next(record for record in caplog.records if record.message == "request")
    assert (line.route, line.status, line.method) == ("/v1/jobs", 200, "GET")


def test_a_problem_is_valid_json_even_for_a_broken_path(ask):
    assert json.loads(ask("GET", "/%ff%fe").text)["code"] == "VYNT-2007"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/sources", "GET, POST"),
        ("/v1/sources/src_x", "GET, DELETE"),
        ("/v1/artifacts/job_x/orders/profile.json", "GET, HEAD"),
        ("/v1/analyze", "POST"),
    ],
)
def test_a_refused_method_is_told_every_method_of_the_path(ask, path, methods):
    answer = ask("PUT", path)
    assert (answer.status_code, answer.headers["allow"]) == (405, methods)


def test_the_start_page_leads_to_the_documentation(ask):
    answer = ask("GET", "/")
    assert (answer.status_code, answer.headers["location"]) == (307, "/docs")


def test_the_documentation_shows_every_operation_and_loads_nothing(ask, app):
    answer = ask("GET", "/docs")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for operations in app.openapi()["paths"].values():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in answer.text
    assert not re.search(r"<script|<link|<img|src=|url\(|@import", answer.text)
    assert not re.search(r'href="(?![/#])', answer.text)


def test_the_style_sheet_of_the_documentation_is_the_one_its_policy_allows(ask):
    answer = ask("GET", "/docs")
    style = re.search(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in answer.headers["content-security-policy"]


def test_the_documentation_escapes_what_the_document_says():
    document = {
        "info": {"title": "T", "version": "1", "summary": "<b>"},
        "tags": [{"name": "t", "description": "<script>alert(1)</script>"}],
        "paths": {"/x": {"get": {"tags": ["t"], "operationId": "x", "summary": "`<i>`", "description": "`<img src=x>`", "responses": {}}}},
        "components": {"schemas": {}},
    }
    page = rendered(document, "http://127.0.0.1:8790").html
    assert "<script" not in page
    assert "<img" not in page
    assert "<code>&lt;img src=x&gt;</code>" in page


def test_the_first_call_of_the_documentation_is_one_that_works(ask):
    text = html.unescape(ask("GET", "/docs").text)
    command = next(line for line in re.findall(r"<code>(curl .*?)</code>", text) if line.endswith("/v1/analyze"))
    words = shlex.split(command)
    name, _, value = words[words.index("-H") + 1].partition(": ")
    answer = ask("POST", words[-1].removeprefix("http://127.0.0.1:8790"), content=words[words.index("-d") + 1], headers={name: value})
    assert answer.status_code == 200


def test_a_hint_speaks_to_the_shell_that_asked_through_rest_and_to_programs_in_calls(ask):
    missing = "/v1/jobs/job_01J00000000000000000000000"
    assert ask("GET", missing).json()["hint"] == "GET /v1/jobs lists the jobs."
    assert ask("GET", missing, headers={"X-Voyant-Local": "local-token"}).json()["hint"] == "`voyant jobs` lists the jobs."


def test_a_fixed_path_beside_ids_allows_its_own_methods_only(ask):
    answer = ask("OPTIONS", "/v1/sources/discover")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")

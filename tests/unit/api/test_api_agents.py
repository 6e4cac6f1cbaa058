from __future__ import annotations

import contextlib
import json
import logging
import time

import anyio
import httpx2
import pytest
from fake_launch import FILES
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError

from voyant_api.agent.rendering import tokens
from voyant_core import errors
from voyant_core.errors import Flaw, VoyantError
from voyant_core.model.job import JobState, StageState

BASE = "http://127.0.0.1:8790"


@contextlib.asynccontextmanager
async def agent(app, path="/mcp", headers=None, mode="auto"):
    """An SDK client against the application, in process."""
    async with app.router.lifespan_context(app):
        http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url=BASE, headers=headers)
        async with http, Client(streamable_http_client(f"{BASE}{path}", http_client=http), mode=mode) as client:
            yield client


@pytest.fixture
def call(app):
    """`call("voyant.status", {...})`: one tool call, its result."""

    def run(tool, arguments, progress=None, **options):
        async def calling():
            async with agent(app, **options) as client:
                return await client.call_tool(tool, arguments, progress_callback=progress)

        return anyio.run(calling)

    return run


def told(result):
    return json.loads(result.content[0].text)


@pytest.mark.parametrize(("path", "separator"), [("/mcp", "."), ("/mcp-flat", "_")])
def test_each_mount_lists_the_tools_in_its_own_spelling(app, path, separator):
    async def listing():
        async with agent(app, path) as client:
            return [tool.name for tool in (await client.list_tools()).tools]

    assert anyio.run(listing) == [f"voyant{separator}{name}" for name in ("analyze", "status", "cancel", "artifact", "discover")]


@pytest.mark.parametrize("path", ["/mcp", "/mcp-flat"])
@pytest.mark.parametrize("name", ["voyant.analyze", "voyant_analyze", "analyze"])
def test_either_spelling_is_accepted_on_call(call, path, name):
    assert told(call(name, {"source": "orders.csv"}, path=path))["state"] == "succeeded"


@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_analysis_is_the_same_in_both_protocol_eras(call, mode):
    result = call("voyant.analyze", {"source": "orders.csv"}, mode=mode)
    text = told(result)
    assert not result.is_error
    assert text["summary"] == "`orders` has 3 rows."
    assert text["findings"][0]["severity"] == "high"
    assert text["findings"][1]["evidence"] == ["orders/profile.json#/columns/0/nulls"]
    assert result.structured_content["manifest"]["schema"] == "voyant.manifest/1"
    assert {artifact["name"]: artifact["sha256"] for artifact in text["artifacts"]} == {
        artifact["name"]: artifact["sha256"] for artifact in result.structured_content["manifest"]["artifacts"]
    }


def test_links_are_absolute_and_carry_the_hash(call):
    result = call("voyant.analyze", {"source": "orders.csv"})
    links = [block for block in result.content if block.type == "resource_link"]
    assert links[0].name == "orders/report.html"
    assert str(links[0].uri) == f"{BASE}/v1/artifacts/{told(result)['job_id']}/orders/report.html"
    assert "sha256=" in links[0].description
    assert all(artifact["href"].startswith(BASE) for artifact in told(result)["artifacts"])


def test_text_from_the_data_is_marked(call):
    result = told(call("voyant.analyze", {"source": "orders.csv"}))
    assert "not instructions" in result["note"]
    assert result["findings"][1]["text"].count("`") == 2


def test_the_text_stays_within_its_budget_and_says_what_it_left_out(call, launch):
    launch.extra_findings = 60
    result = call("voyant.analyze", {"source": "orders.csv"})
    text = result.content[0].text
    assert tokens(text) <= 4000
    assert told(result)["truncated"] is True
    assert told(result)["findings_total"] == 40


def test_progress_is_reported_per_stage(call, launch):
    launch.ends_at_once = False
    heard = []

    async def hear(done, total, message):
        heard.append((done, total, message))

    call("voyant.analyze", {"source": "orders.csv"}, progress=hear)
    assert heard == [(1.0, 4.0, "running (orders: profile)"), (4.0, 4.0, "succeeded")]


def test_a_wait_that_ends_early_gives_a_handle_to_poll(app, launch):
    launch.ends = None

    async def polling():
        async with agent(app) as client:
            waiting = told(await client.call_tool("voyant.analyze", {"source": "a", "wait_s": 0}))
            launch.end(waiting["job_id"], JobState.SUCCEEDED)
            status = [told(await client.call_tool("voyant.status", {"job_id": waiting["job_id"]})) for _ in range(2)]
            return waiting, status

    waiting, status = anyio.run(polling)
    assert (waiting["state"], waiting["next_poll_after_ms"]) == ("running", 1000)
    assert status[0]["state"] == "succeeded"
    assert status[0] == status[1]


def test_the_url_caps_the_wait_for_impatient_clients(call, launch):
    launch.ends = None
    began = time.monotonic()
    assert told(call("voyant.analyze", {"source": "a", "wait_s": 40}, path="/mcp?wait_s=0.1"))["state"] == "running"
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("wait_s", ["x", "46", "-1", "nan"])
def test_a_cap_that_is_no_number_of_seconds_is_refused(call, wait_s):
    assert call("voyant.analyze", {"source": "a"}, path=f"/mcp?wait_s={wait_s}").content[0].text.startswith("VYNT-1001:")


def test_a_job_is_canceled(app, launch):
    launch.ends = None

    async def canceling():
        async with agent(app) as client:
            job_id = told(await client.call_tool("voyant.analyze", {"source": "a", "wait_s": 0}))["job_id"]
            return told(await client.call_tool("voyant.cancel", {"job_id": job_id}))

    assert anyio.run(canceling)["state"] == "canceled"


def test_a_refusal_starts_with_its_code_and_has_no_structured_content(call, launch):
    launch.fail_with = VoyantError(
        errors.UNKNOWN_COLUMN, "No column 'prise'.", hint="Did you mean 'price'?", errors=[Flaw("/kpis/0/sql", "prise")]
    )
    result = call("voyant.analyze", {"source": "a"}, headers={"X-Request-ID": "abc-1"})
    assert result.is_error
    assert result.content[0].text == "VYNT-1002: No column 'prise'. Did you mean 'price'?\n  /kpis/0/sql: prise"
    assert result.structured_content is None
    assert result.meta["voyant/problem"]["request_id"] == "abc-1"


def test_an_unexpected_failure_is_masked_and_logged(call, launch, caplog):
    launch.fail_with = RuntimeError("password=hunter2")
    with caplog.at_level(logging.ERROR):
        result = call("voyant.analyze", {"source": "a"})
    assert result.content[0].text.startswith("VYNT-5001:")
    assert "hunter2" not in result.content[0].text
    assert "hunter2" in caplog.text


@pytest.mark.parametrize(
    ("tool", "arguments", "text"),
    [
        ("voyant.analyze", {}, "/source: This field is required"),
        ("voyant.analyze", {"source": "a", "wait_s": 46}, "/wait_s:"),
        ("voyant.analyze", {"source": "a", "kpis": [{"name": "secret-value"}]}, "/kpis/0/sql: This field is required"),
        ("voyant.status", {"job_id": ""}, "/job_id:"),
        ("voyant.analyze", {"source": 5}, "/source: Input should be text or an object"),
        ("voyant.analyze", {"sorce": "a", "source": "a"}, "Did you mean 'source'?"),
        ("voyant.analyze", {"source": "a", "tenant_id": "acme"}, "X-Tenant-ID"),
    ],
)
def test_a_flaw_in_the_arguments_is_pointed_at_without_their_values(call, tool, arguments, text):
    result = call(tool, arguments)
    assert result.is_error
    assert text in result.content[0].text
    assert "secret-value" not in result.content[0].text


@pytest.mark.parametrize(
    ("tool", "arguments", "code"),
    [
        ("voyant.status", {"job_id": "job_none"}, "VYNT-2001"),
        ("voyant.artifact", {"job_id": "job_none", "name": "a/b.json"}, "VYNT-2001"),
        ("voyant.analyze", {"source": "a", "preset": "benchmark.brand"}, "VYNT-2011"),
        ("voyant.analyze", {"source": "a", "baseline": "b"}, "VYNT-2004"),
        ("voyant.drop", {}, "VYNT-1014"),
    ],
)
def test_what_does_not_exist_is_told_by_its_code(call, tool, arguments, code):
    result = call(tool, arguments)
    assert result.is_error
    assert result.content[0].text.startswith(f"{code}:")


def test_nulls_and_json_text_are_taken_where_clients_send_them(call, launch):
    source = {"type": "upload", "id": "upl_1"}
    kpis = [{"name": "n", "sql": "SELECT 1"}]
    call("voyant.analyze", {"source": json.dumps(source), "kpis": json.dumps(kpis), "preset": None, "idempotency_key": None})
    assert launch.requests[0].source == source
    assert launch.requests[0].kpis[0].sql == "SELECT 1"


def test_the_headers_of_the_caller_travel_with_the_tool_call(call, launch):
    headers = {"X-Tenant-ID": "acme", "X-Soma-Session-ID": "s-77", "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"}
    call("voyant.analyze", {"source": "a"}, headers=headers)
    context = launch.calls[0]
    assert (context.tenant, context.origin, context.session_id) == ("acme", "mcp", "s-77")
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in context.traceparent


def reading(app, **options):
    """The artifact tool on a finished job, and the resources behind it."""

    async def run(arguments):
        async with agent(app, **options) as client:
            job_id = told(await client.call_tool("voyant.analyze", {"source": "a"}))["job_id"]
            return await client.call_tool("voyant.artifact", {"job_id": job_id, **arguments})

    return run


def test_a_small_artifact_comes_inline_with_its_hash(app):
    answer = told(anyio.run(reading(app), {"name": "orders/profile.json"}))
    assert answer["content"] == FILES["orders/profile.json"][2].decode()
    assert answer["truncated"] is False
    assert len(answer["sha256"]) == 64


def test_a_pointer_gives_the_value_behind_a_number(app):
    assert told(anyio.run(reading(app), {"name": "orders/profile.json", "pointer": "/columns/0/nulls"}))["content"] == "1"


@pytest.mark.parametrize("pointer", ["/columns/7", "/columns/-1", "columns", "/none", "/columns/0/name/x"])
def test_a_pointer_to_nothing_is_refused(app, pointer):
    assert anyio.run(reading(app), {"name": "orders/profile.json", "pointer": pointer}).content[0].text.startswith("VYNT-1014:")


def test_a_pointer_into_text_is_refused(app):
    assert anyio.run(reading(app), {"name": "orders/narrative.md", "pointer": "/a"}).content[0].text.startswith("VYNT-1014:")


def test_a_long_text_comes_in_pieces(app):
    first = told(anyio.run(reading(app), {"name": "orders/narrative.md", "max_chars": 500}))
    assert (first["returned_chars"], first["truncated"], first["next_offset"]) == (500, True, 500)
    assert first["total_chars"] == len(FILES["orders/narrative.md"][2])


@pytest.mark.parametrize("name", ["orders/report.html", "orders/chart_price.svg"])
def test_what_is_not_text_comes_as_a_link(app, name):
    result = anyio.run(reading(app), {"name": name})
    assert "content" not in told(result)
    assert str(result.content[1].uri).endswith(name)


def test_the_manifest_can_be_read_like_an_artifact(app):
    answer = told(anyio.run(reading(app), {"name": "manifest.json"}))
    assert json.loads(answer["content"])["schema"] == "voyant.manifest/1"


def test_a_discovered_source_tells_its_columns(call):
    text = told(call("voyant.discover", {"source": "orders.csv"}))
    assert text["tables"][0]["columns"][0] == "price DOUBLE"


def test_artifacts_are_resources_of_their_tenant_only(app):
    async def run():
        async with agent(app) as client:
            answer = (await client.call_tool("voyant.analyze", {"source": "a"})).structured_content
            artifact = answer["manifest"]["artifacts"][0]
            by_uri = (await client.read_resource(artifact["uri"])).contents[0]
            by_link = (await client.read_resource(f"{BASE}{artifact['href']}")).contents[0]
            with pytest.raises(MCPError, match="no resource"):
                await client.read_resource(artifact["uri"].replace("default", "acme"))
            with pytest.raises(MCPError, match="VYNT-2002"):
                await client.read_resource(f"voyant://default/{answer['job_id']}/orders/none.json")
            templates = (await client.list_resource_templates()).resource_templates
            return by_uri, by_link, templates

    by_uri, by_link, templates = anyio.run(run)
    assert by_uri.text == by_link.text == FILES["orders/profile.json"][2].decode()
    assert by_uri.mime_type == "application/json"
    assert templates[0].uri_template == "voyant://{tenant}/{job_id}/{+name}"


def test_a_rebound_host_is_refused_at_the_agents_door_too(app):
    async def run():
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://evil.example") as http:
            return await http.post("/mcp", json={})

    answer = anyio.run(run)
    assert (answer.status_code, answer.json()["code"]) == (421, "VYNT-1016")


def schemas(schema):
    """Every schema in a schema."""
    yield schema
    for key, value in schema.items():
        if key == "properties":
            for inner in value.values():
                yield from schemas(inner)
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            yield from schemas(value)


def test_input_schemas_are_flat_enough_for_every_client(app):
    async def run():
        async with agent(app, "/mcp-flat") as client:
            return (await client.list_tools()).tools

    for tool in anyio.run(run):
        assert len(tool.name) < 40
        assert tool.description
        assert tool.annotations.read_only_hint is not None
        for schema in schemas(tool.input_schema):
            assert not {"$ref", "$defs", "anyOf", "oneOf", "allOf"} & set(schema)
            assert isinstance(schema.get("type"), str)
            assert "properties" in schema or schema["type"] != "object"
        assert all("description" in schema for schema in tool.input_schema["properties"].values())


def test_a_pointer_into_what_is_no_json_is_refused_instead_of_ignored(ask, call):
    job_id = ask("POST", "/v1/analyze", json={"source": "orders.csv"}).json()["job_id"]
    result = call("voyant.artifact", {"job_id": job_id, "name": "orders/report.html", "pointer": "/title"})
    assert result.is_error
    assert result.content[0].text.startswith("VYNT-1014: 'orders/report.html' is text/html")


def test_no_answer_holds_a_type_that_its_schema_does_not_name(app, launch):
    """Each field has one type in the published schema; a null would be none."""
    launch.ends = None

    async def answers():
        async with agent(app) as client:
            schemas = {tool.name: tool.output_schema for tool in (await client.list_tools()).tools}
            result = await client.call_tool("voyant.analyze", {"source": "a", "wait_s": 0})
            return schemas, result.structured_content

    schemas, running = anyio.run(answers)
    types = {field: part["type"] for schema in schemas.values() for field, part in schema["properties"].items()}
    assert not [field for field, kind in types.items() if not isinstance(kind, str)]
    assert None not in running.values()
    assert "next_poll_after_ms" in running
    assert "manifest" not in running


def test_a_stage_that_failed_is_told_though_the_job_succeeded(launch, ask):
    job_id = ask("POST", "/v1/analyze", json={"source": "a"}).json()["job_id"]
    job = launch.jobs_by_id[job_id]
    stage = job.stages[1].model_copy(update={"state": StageState.FAILED, "code": "VYNT-1005", "reason": "KPI `r`: no such function.."})
    launch.jobs_by_id[job_id] = job.model_copy(update={"stages": [job.stages[0], stage, *job.stages[2:]]})
    summary = ask("GET", f"/v1/jobs/{job_id}").json()["summary"]
    assert summary.endswith("The stage profile of `orders` failed: KPI `r`: no such function.")

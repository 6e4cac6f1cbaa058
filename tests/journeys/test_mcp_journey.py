from __future__ import annotations

import hashlib
import json
import sys

import anyio
import httpx
import pytest
from hostile_inputs import SPREAD, lay_out
from journey_home import environment
from mcp import Client, StdioServerParameters


def told(result):
    return json.loads(result.content[0].text)


async def finished(client, name, arguments, progress=None):
    """The analysis, polled for when it takes longer than the call."""
    answer = told(await client.call_tool(f"voyant{name}analyze", arguments, progress_callback=progress))
    while answer["state"] in ("queued", "running"):
        answer = told(await client.call_tool(f"voyant{name}status", {"job_id": answer["job_id"], "wait_s": 45}))
    return answer


@pytest.fixture(scope="module", autouse=True)
def files(server, orders):
    lay_out(server.inbox, orders)


@pytest.mark.parametrize(("path", "separator"), [("/mcp", "."), ("/mcp-flat", "_")])
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_an_agent_goes_from_a_file_to_checked_artifacts(server, path, separator, mode):
    heard = []

    async def hear(done, total, message):
        heard.append((done, total, message))

    async def journey():
        async with Client(f"{server.url}{path}", mode=mode) as client:
            columns = told(await client.call_tool(f"voyant{separator}discover", {"source": "orders.csv"}))["tables"][0]["columns"]
            answer = await finished(client, separator, {"source": "orders.csv", "wait_s": 45}, hear)
            profile = await client.call_tool(
                f"voyant{separator}artifact", {"job_id": answer["job_id"], "name": "orders/profile.json", "max_chars": 40_000}
            )
            return columns, answer, told(profile)

    columns, answer, profile = anyio.run(journey)
    assert "price DOUBLE" in columns
    assert answer["state"] == "succeeded"
    assert heard
    for artifact in answer["artifacts"]:
        assert hashlib.sha256(httpx.get(artifact["href"], trust_env=False).content).hexdigest() == artifact["sha256"]
    if not profile["truncated"]:
        assert hashlib.sha256(profile["content"].encode()).hexdigest() == profile["sha256"]


@pytest.mark.parametrize("bad", [row for row in SPREAD if row.code], ids=str)
def test_bad_input_is_told_by_its_code(server, bad):
    async def journey():
        async with Client(f"{server.url}/mcp") as client:
            return await client.call_tool("voyant.analyze", {"source": bad.name, **bad.more})

    result = anyio.run(journey)
    assert result.is_error
    assert result.content[0].text.startswith(f"{bad.code}:")


def test_an_impatient_client_gets_a_handle_and_reads_the_result_later(server):
    async def journey():
        async with Client(f"{server.url}/mcp-flat?wait_s=0") as client:
            first = told(await client.call_tool("voyant_analyze", {"source": "orders.csv", "wait_s": 45}))
        async with Client(f"{server.url}/mcp-flat") as client:
            return first, told(await client.call_tool("voyant_status", {"job_id": first["job_id"], "wait_s": 45}))

    first, later = anyio.run(journey)
    assert "job_id" in first
    assert later["state"] == "succeeded"


def test_stdio_uses_the_server_of_the_home_and_may_read_the_owners_files(server, orders):
    command = StdioServerParameters(command=sys.executable, args=["-m", "voyant_api.cli.entry", "mcp"], env=environment(server.home))

    async def journey():
        async with Client(command) as client:
            names = [tool.name for tool in (await client.list_tools()).tools]
            answer = await finished(client, "_", {"source": str(orders), "wait_s": 45})
            refusal = await client.call_tool("voyant_status", {"job_id": "job_none"})
            return names, answer, refusal

    names, answer, refusal = anyio.run(journey)
    assert "voyant_analyze" in names
    assert answer["state"] == "succeeded"
    assert answer["artifacts"][0]["href"].startswith(server.url)
    assert refusal.content[0].text.startswith("VYNT-2001:")


def test_stdio_starts_a_server_where_none_runs_and_ends_it(home_on_store, orders):
    command = StdioServerParameters(command=sys.executable, args=["-m", "voyant_api.cli.entry", "mcp"], env=environment(home_on_store))

    async def journey():
        async with Client(command, read_timeout_seconds=150) as client:
            return await finished(client, "_", {"source": str(orders), "wait_s": 45})

    assert anyio.run(journey)["state"] == "succeeded"

from __future__ import annotations

import anyio
import httpx
import pytest
from asgi_client import BASE

from voyant_api.dagit_proxy import DagitProxy


async def chunks(*parts):
    """A body that can be read once, as from a socket."""
    for part in parts:
        yield part


@pytest.fixture
def through():
    """One request through the proxy to a Dagit that `answer` plays; no lifespan, no socket."""

    def send(answer, method="GET", path="/dagit/runs?x=1", **arguments):
        from starlette.applications import Starlette

        from voyant_api import errors as rendering
        from voyant_core.errors import VoyantError

        proxy = DagitProxy("http://dagit.internal:3000/dagit")

        async def run():
            async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url=proxy.url) as upstream:
                proxy._client = upstream
                app = Starlette(
                    routes=list(proxy.routes()),
                    exception_handlers={
                        VoyantError: lambda request, error: rendering.problem_response(error, instance=None, request_id=None)
                    },
                )
                async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE) as client:
                    return await client.request(method, path, **arguments)

        return anyio.run(run)

    return send


def test_path_query_body_and_answer_pass_unchanged(through):
    seen = []

    def dagit(request):
        seen.append((request.method, str(request.url), request.read(), dict(request.headers)))
        return httpx.Response(
            201,
            content=chunks(b"\x00", b"\x01"),
            headers={"content-type": "application/x-thing", "x-dagit": "1", "connection": "keep-alive"},
        )

    answer = through(dagit, "POST", "/dagit/graphql?op=a%20b", content=b"{}", headers={"X-Voyant-Local": "secret", "Origin": BASE})
    method, url, body, headers = seen[0]
    assert (method, url, body) == ("POST", "http://dagit.internal:3000/dagit/graphql?op=a%20b", b"{}")
    assert not {"x-voyant-local", "origin"} & set(headers)
    assert headers["host"] == "dagit.internal:3000"
    assert (answer.status_code, answer.content, answer.headers["x-dagit"]) == (201, b"\x00\x01", "1")
    assert "connection" not in answer.headers


def test_a_redirect_to_dagits_own_address_stays_at_our_door(through):
    answer = through(lambda _: httpx.Response(307, content=chunks(), headers={"location": "http://dagit.internal:3000/dagit/"}))
    assert (answer.status_code, answer.headers["location"]) == (307, "/dagit/")


def test_a_dagit_that_is_away_is_a_problem(through):
    def away(request):
        raise httpx.ConnectError("refused", request=request)

    answer = through(away)
    assert (answer.status_code, answer.json()["code"]) == (503, "VYNT-5008")
    assert "internal" not in answer.text


def test_the_bytes_of_a_compressed_answer_are_not_touched(through):
    import gzip

    packed = gzip.compress(b"page")
    answer = through(
        lambda _: httpx.Response(200, content=chunks(packed), headers={"content-encoding": "gzip", "content-length": str(len(packed))})
    )
    assert answer.content == b"page"
    assert int(answer.headers["content-length"]) == len(packed)

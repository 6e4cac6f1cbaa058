"""Dagit's live pages: a browser's WebSocket through the proxy to a server that plays Dagit, both on sockets."""

from __future__ import annotations

import contextlib
import socket
import threading
import time

import anyio
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from websockets.asyncio.client import connect
from websockets.asyncio.server import serve
from websockets.exceptions import ConnectionClosed, InvalidStatus

from voyant_api.dagit_proxy import DagitProxy
from voyant_api.middleware import LocalOnly


@contextlib.contextmanager
def door(dagit_url):
    """The proxy behind the check of host and origin, on a free port; its address."""
    proxy = DagitProxy(dagit_url)
    app = Starlette(routes=list(proxy.routes()), middleware=[Middleware(LocalOnly)])
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="websockets-sansio"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield f"ws://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)


def through(dagit, talk, subprotocols=()):
    """`talk(address)` against a door whose Dagit answers every connection with `dagit(connection)`."""

    async def run():
        async with serve(dagit, "127.0.0.1", 0, subprotocols=list(subprotocols) or None) as upstream:
            port = upstream.sockets[0].getsockname()[1]
            with door(f"http://127.0.0.1:{port}/dagit") as address:
                return await talk(address)

    return anyio.run(run)


async def echo(connection):
    async for message in connection:
        await connection.send(message)


@pytest.mark.parametrize("subprotocol", ["graphql-ws", "graphql-transport-ws"])
def test_messages_pass_both_ways_under_the_subprotocol_that_dagit_chose(subprotocol):
    seen = []

    async def dagit(connection):
        seen.append((connection.request.path, connection.request.headers.get("Origin")))
        await echo(connection)

    async def talk(address):
        origin = address.replace("ws", "http")
        async with connect(f"{address}/dagit/graphql?x=a%20b", subprotocols=["other", subprotocol], origin=origin, proxy=None) as page:
            await page.send('{"type":"connection_init"}')
            await page.send(b"\x00\xff")
            return page.subprotocol, await page.recv(), await page.recv()

    assert through(dagit, talk, [subprotocol]) == (subprotocol, '{"type":"connection_init"}', b"\x00\xff")
    assert seen == [("/dagit/graphql?x=a%20b", None)]


def test_a_message_of_a_megabyte_passes():
    async def talk(address):
        async with connect(f"{address}/dagit/graphql", max_size=2**22, proxy=None) as page:
            await page.send("x" * 2**20)
            return len(await page.recv())

    assert through(echo, talk) == 2**20


@pytest.mark.parametrize("code", [1000, 4400])
def test_the_code_that_dagit_closes_with_reaches_the_page(code):
    async def dagit(connection):
        await connection.send("last")
        await connection.close(code)

    async def talk(address):
        async with connect(f"{address}/dagit/graphql", proxy=None) as page:
            assert await page.recv() == "last"
            with pytest.raises(ConnectionClosed):
                await page.recv()
            return page.close_code

    assert through(dagit, talk) == code


def test_a_connection_that_dagit_drops_is_closed_for_the_page_too(caplog):
    async def dagit(connection):
        connection.transport.abort()

    async def talk(address):
        async with connect(f"{address}/dagit/graphql", proxy=None) as page:
            with pytest.raises(ConnectionClosed):
                await page.recv()
            return page.close_code

    assert through(dagit, talk) == 1011
    assert not [record for record in caplog.records if record.exc_info]


def test_a_page_that_leaves_ends_the_connection_to_dagit():
    left = anyio.Event()

    async def dagit(connection):
        await connection.wait_closed()
        left.set()

    async def talk(address):
        async with connect(f"{address}/dagit/graphql", proxy=None):
            pass
        with anyio.fail_after(5):
            await left.wait()
        return True

    assert through(dagit, talk)


def refused(talk_address, **arguments):
    async def run():
        with pytest.raises(InvalidStatus) as error:
            async with connect(f"{talk_address}/dagit/graphql", proxy=None, **arguments):
                pass
        return error.value.response.status_code

    return anyio.run(run)


def test_a_page_of_another_site_gets_no_connection():
    with door("http://127.0.0.1:9/dagit") as address:
        assert refused(address, origin="https://evil.example") == 403


@pytest.mark.parametrize("dagit_url", [None, "http://127.0.0.1:9/dagit"])
def test_without_dagit_there_is_no_connection(dagit_url):
    with door(dagit_url) as address:
        assert refused(address) == 403

"""Clients that hang up in the middle of something: nothing of theirs stays behind or is canceled, and others see no harm."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import httpx
import pytest
from journey_home import Running

PATIENCE_S = 60


@pytest.fixture(scope="module")
def client(server: Running):
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False, headers={"X-Tenant-ID": "leavers"}) as client:
        yield client


@pytest.fixture(scope="module")
def table(server: Running) -> str:
    (server.inbox / "leavers.csv").write_text("id,amount\n" + "".join(f"{n},{n * 2}\n" for n in range(500)))
    return "leavers.csv"


def until(condition: Callable[[], object]) -> None:
    give_up = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def hang_up(server: Running, method: str, path: str, body: bytes = b"", length: int | None = None, read: int = 0) -> None:
    """Send a request, read so many bytes of its answer, and reset the connection."""
    parts = urlsplit(server.url)
    head = f"{method} {path} HTTP/1.1\r\nHost: {parts.netloc}\r\nX-Tenant-ID: leavers\r\nContent-Type: application/json\r\n"
    with socket.create_connection((parts.hostname, parts.port), timeout=PATIENCE_S) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")  # a reset, not a goodbye
        connection.sendall(f"{head}Content-Length: {len(body) if length is None else length}\r\n\r\n".encode() + body)
        if read:
            assert connection.recv(read)
        else:
            time.sleep(0.3)


def jobs_of(client: httpx.Client) -> list[dict[str, str]]:
    return client.get("/v1/jobs").json()["items"]


def test_an_upload_that_breaks_off_leaves_nothing(server: Running, client: httpx.Client):
    landing = server.home / "landing"
    before = {path for path in landing.rglob("*") if path.is_file()}
    hang_up(server, "POST", "/v1/uploads?file_name=half.csv", b"id\n" + b"1\n" * 800_000, length=10_000_000)
    until(lambda: {path for path in landing.rglob("*") if path.is_file() and path.name != ".collect.lock"} <= before)
    assert client.get("/livez").status_code == 200


def test_a_client_that_leaves_while_it_waits_cancels_nothing(server: Running, client: httpx.Client, table: str):
    before = len(jobs_of(client))
    hang_up(server, "POST", "/v1/analyze", json.dumps({"source": table, "wait_s": 45}).encode())
    until(lambda: len(jobs_of(client)) == before + 1 and jobs_of(client)[0]["state"] == "succeeded")


def test_a_client_that_leaves_a_stream_or_a_download_harms_nobody(server: Running, client: httpx.Client, table: str):
    answer = client.post("/v1/analyze", json={"source": table, "wait_s": 45, "stages": ["report"]}).json()
    job = answer["job_id"]
    for path in (f"/v1/jobs/{job}/events", f"/v1/artifacts/{job}/leavers/report.html", f"/v1/jobs/{job}?wait_s=40"):
        hang_up(server, "GET", path, read=100)
    assert client.get(f"/v1/artifacts/{job}/leavers/report.html").text.rstrip().endswith("</html>")
    assert client.get(f"/v1/jobs/{job}").json()["state"] == "succeeded"
    assert client.get("/readyz").status_code == 200

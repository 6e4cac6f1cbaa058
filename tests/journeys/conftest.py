"""A real server on a home of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from journey_home import START_S, Running, environment, ready_url

ORDERS = """order_id,region,price,quantity,ordered_on
1,north,10.5,2,2026-01-01
2,south,7.25,1,2026-01-02
3,north,NA,3,2026-01-03
4,west,12,1,2026-01-04
5,south,9.5,2,2026-01-05
6,north,8.75,4,2026-01-06
"""


@pytest.fixture(scope="session")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "orders.csv"
    path.write_text(ORDERS)
    return path


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[Running]:
    """`voyant serve` with every role, stopped as a service manager would stop it."""
    home = tmp_path_factory.mktemp("served") / "home"
    (home / "inbox").mkdir(parents=True)
    with (home / "serve.out").open("w+") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "voyant_api.cli.entry", "serve", "--port", "0"], env=environment(home), stderr=output, stdout=output
        )
        try:
            url = ready_url(process, home / "serve.out")
            _await_dagit(url)
            yield Running(url, home, home / "inbox")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(90) == 0


def _await_dagit(url: str) -> None:
    """A server is ready when it can analyze; Dagit follows some seconds later, and answers 503 until then."""
    deadline = time.monotonic() + START_S
    while httpx.get(f"{url}/dagit/server_info", timeout=30, trust_env=False).status_code != 200:
        assert time.monotonic() < deadline, "Dagit did not start"
        time.sleep(0.2)

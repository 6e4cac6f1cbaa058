"""A real server on a home of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from journey_home import START_S, Running, environment, ready_url, variables_of
from stores import STORES, Stores

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


class Servers:
    """One server for each kind of store, from the first who asks for it to the end of the session."""

    def __init__(self, stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> None:
        self._stores = stores
        self._tmp_path_factory = tmp_path_factory
        self._open = ExitStack()
        self._running: dict[str, Running] = {}

    def on(self, kind: str) -> Running:
        if kind not in self._running:
            home = self._tmp_path_factory.mktemp("served") / "home"
            variables_of[home] = self._open.enter_context(self._stores.variables(kind))
            self._running[kind] = self._open.enter_context(serving(home))
        return self._running[kind]

    def close(self) -> None:
        self._open.close()


@pytest.fixture(scope="session")
def servers(stores: Stores, tmp_path_factory: pytest.TempPathFactory) -> Generator[Servers]:
    running = Servers(stores, tmp_path_factory)
    yield running
    running.close()


@pytest.fixture(scope="module", params=STORES)
def store(request: pytest.FixtureRequest) -> str:
    """Where the homes of a journey keep what they know."""
    return request.param


@pytest.fixture(scope="module")
def server(servers: Servers, store: str) -> Running:
    return servers.on(store)


@pytest.fixture
def home_on_store(stores: Stores, store: str, tmp_path: Path) -> Generator[Path]:
    """An empty home."""
    home = tmp_path / "home"
    with stores.variables(store) as variables_of[home]:
        yield home


@contextmanager
def serving(home: Path) -> Generator[Running]:
    """`voyant serve` with every role, stopped as a service manager would stop it."""
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

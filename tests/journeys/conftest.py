"""A real server on a home of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from journey_home import Running, environment, ready_url

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
            yield Running(ready_url(process, home / "serve.out"), home, home / "inbox")
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(90) == 0

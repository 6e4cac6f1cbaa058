"""`voyant serve` under faults, with real processes: what is up, what comes back, what ends."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from bed import is_alive, until

from voyant_assets.runtime.client import run_task, worker_info
from voyant_assets.runtime.home import HomeLock
from voyant_core.errors import VoyantError
from voyant_core.settings import HomeLayout

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def get(url: str, body: dict | None = None) -> dict:
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None, {"Content-Type": "application/json"})
    with NO_PROXY.open(request, timeout=20) as answer:
        return json.load(answer)


class Server:
    def __init__(self, home: Path) -> None:
        self.layout = HomeLayout(home)
        self.process: subprocess.Popen[str] | None = None

    def start(self, roles: str, port: int = 0) -> None:
        stand_ins = ["--api", "fake_api", "--definitions", "served_definitions", "--hooks", "runtime_hooks"]
        command = [sys.executable, "-m", "voyant_assets.runtime.supervisor", "--port", str(port), "--roles", roles, *stand_ins]
        environment = {**os.environ, "VOYANT_HOME": str(self.layout.root), "VOYANT_RUNS__SPARES": "1", "VOYANT_RUNS__DRAIN_S": "5"}
        environment["PYTHONPATH"] = str(Path(__file__).parent)
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def ready(self) -> str:
        """The URL that it says it serves."""
        word, url = self.process.stdout.readline().split()
        assert word == "ready"
        return url

    def children(self) -> dict[str, int]:
        """Names and pids, as the server's log tells them."""
        lines = [json.loads(line)["event"].split() for line in (self.layout.logs / "server.log").read_text().splitlines()]
        return {words[1]: int(words[-1]) for words in lines if words[0] == "Started"}

    def end(self) -> tuple[int, str]:
        """(exit code, what it wrote to standard error)"""
        _, err = self.process.communicate(timeout=30)
        return self.process.returncode, err

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.end()


@pytest.fixture
def server(store_kind, tmp_path):
    server = Server(tmp_path / "home")
    yield server
    server.close()


def test_a_served_home_is_locked_watched_and_stopped_as_a_whole(server):
    server.start("api,worker")
    url = server.ready()
    holder = HomeLock(server.layout).held_by()
    assert (holder.url, holder.pid) == (url, server.process.pid)

    second = Server(server.layout.root)
    second.start("api,worker")
    code, err = second.end()
    assert code != 0
    assert "VYNT-5005" in err
    assert url in err

    before = server.children()
    with pytest.raises(OSError, match=r"."):
        get(f"{url}/end")
    until(lambda: server.children()["api"] != before["api"])
    until(lambda: answers(url))
    os.kill(before["worker"], signal.SIGKILL)
    until(lambda: server.children()["worker"] != before["worker"])
    assert run_task(server.layout.worker_socket, "echo", {"text": "back"}, 30, patience_s=20)["text"] == "back"

    children = server.children()
    server.process.terminate()
    assert server.end()[0] == 0
    assert not any(is_alive(pid) for pid in children.values())
    assert HomeLock(server.layout).held_by() is None


def answers(url: str) -> bool:
    try:
        return bool(get(url))
    except OSError:
        return False


def test_nothing_outlives_a_killed_supervisor_and_the_next_one_takes_over(server):
    server.start("api,worker")
    server.ready()
    info, children = until(lambda: with_spares(server.layout)), server.children()
    server.process.kill()
    server.end()
    pids = [*children.values(), info["fork_server"], *map(int, info["spares"])]
    until(lambda: not any(is_alive(pid) for pid in pids))
    server.start("api")
    assert server.ready()


def with_spares(layout: HomeLayout) -> dict:
    """What the worker says of itself, once it has spares."""
    try:
        info = worker_info(layout.worker_socket)
    except VoyantError:
        return {}
    return info if info["spares"] else {}


def test_a_taken_port_is_said_at_once(server):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server.start("api", port=taken.getsockname()[1])
        code, err = server.end()
    assert code != 0
    assert "VYNT-3005" in err


def test_dagit_shows_the_registry_and_its_changes(server):
    server.start("api,dagit,daemon")
    dagit = get(server.ready())["dagit"]

    def assets() -> list[str]:
        try:
            answer = get(f"{dagit}/graphql", {"query": "{assetNodes{assetKey{path}}}"})
        except OSError:  # not up yet
            return []
        return [node["assetKey"]["path"][0] for node in answer["data"]["assetNodes"]]

    until(lambda: assets() == ["first"], 90)
    server.layout.registry.write_text(json.dumps(["first", "second"]))
    until(lambda: assets() == ["first", "second"], 60)
    server.process.send_signal(signal.SIGINT)
    assert server.end()[0] == 0
    assert not any(is_alive(pid) for pid in server.children().values())


def test_without_a_worker_the_client_says_so(tmp_path):
    with pytest.raises(VoyantError, match="VYNT-5006"):
        worker_info(HomeLayout(tmp_path).worker_socket)

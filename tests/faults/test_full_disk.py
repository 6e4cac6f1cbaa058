"""A disk that is full, or that cannot be written to: told by a code, nothing half-written, and all well again when there is room."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path

import httpx
import pytest
from bed import until
from confined import environment_of, on_read_only, on_small_disk, run, voyant

STEPS = ("land", "object", "metadata", "ingest", "spill")


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> dict:
    """What each kind of write came to on a disk of 150 MB: `full` and `free` by step."""
    place = tmp_path_factory.mktemp("small")
    steps = [sys.executable, str(Path(__file__).parent / "full_disk_steps.py"), str(place)]
    done = run(on_small_disk(place, "150m", steps), place)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("step", STEPS)
def test_a_full_disk_is_told_as_such_and_forgotten_when_there_is_room(told, step):
    assert told["full"][step] == "VYNT-4003"
    assert told["free"][step] == "ok"


def test_a_full_disk_leaves_nothing_half_written_and_the_earlier_version_readable(told):
    assert told["left"] == []
    assert (told["rows"], told["rows_after"]) == (2, 60_000)


class Served:
    """`voyant serve` on a small disk of its own, seen from outside through its root folder."""

    def __init__(self, place: Path) -> None:
        self.home = place / "home"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        command = on_small_disk(place, "120m", voyant("serve", "--port", str(self.port), "--roles", "api,worker"))
        self.log = (place.parent / "serve.out").open("w+")
        variables = environment_of(self.home) | {"VOYANT_RUNS__SPARES": "1"}
        self.process = subprocess.Popen(command, env=variables, stdout=self.log, stderr=self.log)
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False, timeout=90)

    @property
    def inside(self) -> Path:
        """The home as its processes see it."""
        return Path(f"/proc/{self.process.pid}/root{self.home}")

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.said()
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def said(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def analyze(self, text: str) -> dict:
        """The job, or the problem that kept it from being one."""
        upload = self.http.post("/v1/uploads", files={"file": ("orders.csv", text.encode(), "text/csv")})
        if upload.status_code != 201:
            return upload.json()
        return self.http.post("/v1/analyze", json={"source": {"type": "upload", "id": upload.json()["upload_id"]}, "wait_s": 45}).json()

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        self.http.close()
        self.log.close()

    def open_jobs(self) -> int:
        return sum(len(self.http.get("/v1/jobs", params={"state": state}).json()["items"]) for state in ("queued", "running"))


@pytest.fixture
def served(tmp_path) -> Generator[Served]:
    (tmp_path / "disk").mkdir()
    served = Served(tmp_path / "disk")
    yield served
    served.close()


def table(rows: int, factor: float) -> str:
    return "id,amount\n" + "".join(f"{row},{row * factor:.4f}\n" for row in range(rows))


def code_of(answer: dict) -> str | None:
    return answer.get("code") or (answer.get("problem") or {}).get("code")


def test_a_server_outlives_a_full_disk_and_works_again_when_there_is_room(served):
    until(served.is_ready, 120)
    assert served.analyze(table(100, 0.5))["state"] == "succeeded"
    filler, room = served.inside / "filler", os.statvfs(served.inside)
    filler.write_bytes(bytes(room.f_bavail * room.f_frsize - 150_000))

    assert code_of(served.analyze(table(60_000, 0.7))) == "VYNT-4003"
    assert code_of(served.analyze(table(50, 0.9))) in ("VYNT-4003", "VYNT-5004")  # it ends wherever the last block went
    assert served.is_ready()

    filler.unlink()
    until(lambda: served.open_jobs() == 0, 60)
    assert served.analyze(table(50, 0.9))["state"] == "succeeded"
    served.process.send_signal(signal.SIGTERM)
    assert served.process.wait(60) == 0


def test_a_home_that_cannot_be_written_to_is_refused_by_a_code(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "orders.csv").write_text(table(20, 0.5))
    for arguments in (["serve", "--port", "0"], ["analyze", str(tmp_path / "orders.csv")]):
        refused = run(on_read_only(home, voyant(*arguments)), home)
        assert refused.returncode == 3
        assert "VYNT-5009" in refused.stderr
        assert "Traceback" not in refused.stderr


def test_a_home_that_became_read_only_is_refused_by_a_code(tmp_path):
    home = tmp_path / "home"
    (tmp_path / "orders.csv").write_text(table(20, 0.5))
    assert run(voyant("analyze", str(tmp_path / "orders.csv")), home).returncode == 0
    for arguments in (["serve", "--port", "0"], ["analyze", str(tmp_path / "orders.csv")]):
        refused = run(on_read_only(home, voyant(*arguments)), home)
        assert refused.returncode == 3
        assert "VYNT-5009" in refused.stderr
        assert "Traceback" not in refused.stderr

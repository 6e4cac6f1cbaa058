"""Sixty analyses at once from three tenants: does any fail, is anybody starved, how many a second.

Each tenant asks for 20 tables of 20 to 50 thousand rows, cut from the flights table; four of the 20 requests are repeats of others, so that
equal work meets. Everything is sent in the same moment to a fresh server. Results go to bench/results/<date>-load.json.

python -m bench.load [--stores sqlite,postgres] [--each 20] [--rows 20000-50000]
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx

from bench.processes import ROOT, Server, process_tree

TENANTS = ("amber", "beryl", "coral")
REPEATED = 5  # every fifth request
SOURCE = ROOT / "build" / "flights.csv"
STARVED = 2.0
PATIENCE_S = 200.0
SAMPLE_S = 0.5


def cut(folder: Path, each: int, smallest: int, largest: int) -> dict[str, list[Path]]:
    """The files of every tenant's requests; repeats name the same file twice."""
    header, *rows = SOURCE.read_bytes().splitlines(keepends=True)
    plan: dict[str, list[Path]] = {}
    for number, tenant in enumerate(TENANTS):
        distinct = each - each // REPEATED
        files: list[Path] = []
        for at in range(distinct):
            size = smallest + (largest - smallest) * at // max(distinct - 1, 1)
            start = (number * distinct + at) * 5000 % (len(rows) - size)
            path = folder / tenant / f"flights_{at}.csv"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"".join([header, *rows[start : start + size]]))
            files.append(path)
        plan[tenant] = [*files, *files[: each - distinct]]
    return plan


async def analyze(client: httpx.AsyncClient, tenant: str, path: Path, start: float) -> dict[str, Any]:
    """One request to its end. Times are seconds since all were sent; `waited_s` is until the run began to work."""
    headers = {"X-Tenant-ID": tenant}
    answer = await client.post("/v1/analyze", json={"source": str(path), "wait_s": 40}, headers=headers)
    while answer.status_code in (200, 202) and answer.json()["next_poll_after_ms"] is not None and time.time() - start < PATIENCE_S:
        answer = await client.get(f"/v1/jobs/{answer.json()['job_id']}", params={"wait_s": 40}, headers=headers)
    body = answer.json()
    if answer.status_code not in (200, 202):
        return {"tenant": tenant, "state": "refused", "problem": body, "done_s": time.time() - start, "waited_s": None, "reused": 0}
    began = body["started_at"] or body["finished_at"]
    return {
        "tenant": tenant,
        "state": body["state"],
        "problem": body.get("problem"),
        "done_s": time.time() - start,
        "waited_s": None if began is None else dt.datetime.fromisoformat(began).timestamp() - start,
        "reused": sum(stage["state"] == "reused" for stage in body["stages"]),
    }


async def all_at_once(url: str, plan: dict[str, list[Path]]) -> list[dict[str, Any]]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S, limits=limits, trust_env=False) as client:
        start = time.time()
        turns = zip(*plan.values(), strict=True)  # no tenant's requests go out before another's
        asked = [analyze(client, tenant, path, start) for turn in turns for tenant, path in zip(plan, turn, strict=True)]
        return list(await asyncio.gather(*asked))


class Memory(threading.Thread):
    """The largest sum over the server's processes, MiB: resident, and with shared pages divided among those that share them."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid, self._ended = pid, threading.Event()
        self.peaks = {"rss_mib": 0.0, "pss_mib": 0.0}

    def run(self) -> None:
        while not self._ended.wait(SAMPLE_S):
            sums = {"rss_mib": 0.0, "pss_mib": 0.0}
            for pid in process_tree(self._pid):
                for name, size in _sizes(pid).items():
                    sums[name] += size
            self.peaks = {name: max(self.peaks[name], sums[name]) for name in sums}

    def stop(self) -> dict[str, float]:
        self._ended.set()
        self.join()
        return self.peaks


def _sizes(pid: int) -> dict[str, float]:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return {}
    found = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines[1:] if line.startswith(("Rss:", "Pss:"))}
    return {"rss_mib": found.get("Rss", 0.0), "pss_mib": found.get("Pss", 0.0)}


@contextmanager
def variables_of(store: str, work: Path) -> Iterator[dict[str, str]]:
    """What the server's environment must hold for this store. PostgreSQL is the tests': local, without fsync."""
    if store == "sqlite":
        yield {}
        return
    sys.path.insert(0, str(ROOT / "tests"))
    from postgres_server import shared_server  # pyright: ignore[reportMissingImports]

    with shared_server(work / "postgres") as server, server.database() as name:
        yield {"VOYANT_POSTGRES__URL": server.url(name)}


def measured(store: str, work: Path, plan: dict[str, list[Path]]) -> dict[str, Any]:
    with variables_of(store, work) as variables:
        server = Server(work / f"home-{store}", [work], more=variables)
        try:
            (work / "first").mkdir(exist_ok=True)
            asyncio.run(all_at_once(server.url, cut(work / "first", 1, 2000, 2000)))  # imports and connections
            time.sleep(3)
            memory = Memory(server.pid)
            memory.start()
            answers = asyncio.run(all_at_once(server.url, plan))
            peaks = memory.stop()
        finally:
            server.close()
    return told(answers) | {name: round(value) for name, value in peaks.items()}


def told(answers: list[dict[str, Any]]) -> dict[str, Any]:
    """Figures of one store."""
    tenants = {
        tenant: {
            "median_wait_s": round(
                statistics.median(a["waited_s"] for a in answers if a["tenant"] == tenant and a["waited_s"] is not None), 2
            ),
            "median_done_s": round(statistics.median(a["done_s"] for a in answers if a["tenant"] == tenant), 2),
        }
        for tenant in TENANTS
    }
    waits = sorted(figures["median_wait_s"] for figures in tenants.values())
    last_s = max(answer["done_s"] for answer in answers)
    return {
        "analyses": len(answers),
        "not_succeeded": [answer for answer in answers if answer["state"] != "succeeded"],
        "tenants": tenants,
        "last_to_first_median_wait": round(waits[-1] / waits[0], 3),
        "all_done_s": round(last_s, 1),
        "analyses_per_s": round(len(answers) / last_s, 3),
        "stages_reused": sum(answer["reused"] for answer in answers),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stores", default="sqlite,postgres")
    parser.add_argument("--each", type=int, default=20, help="requests of each tenant")
    parser.add_argument("--rows", default="20000-50000", help="smallest and largest table")
    options = parser.parse_args()
    smallest, _, largest = options.rows.partition("-")
    work = Path(tempfile.mkdtemp(prefix="voyant-load-"))
    found: dict[str, Any] = {}
    try:
        plan = cut(work, options.each, int(smallest), int(largest or smallest))
        for store in options.stores.split(","):
            print(f"{store}: {sum(map(len, plan.values()))} analyses at once ...", flush=True)
            found[store] = measured(store, work, plan)
            print(json.dumps({key: value for key, value in found[store].items() if key != "not_succeeded"}, indent=1), flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    load = os.getloadavg()[0]
    found["machine"] = {"cores": os.cpu_count(), "load_average_at_end": round(load, 1), "python": platform.python_version()}
    found["machine"] |= {name: version(name) for name in ("dagster", "duckdb", "sqlalchemy")}
    results = ROOT / "bench" / "results" / f"{dt.datetime.now(dt.UTC):%Y-%m-%d}-load.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    missed = 0
    for store in options.stores.split(","):
        failed, ratio = len(found[store]["not_succeeded"]), found[store]["last_to_first_median_wait"]
        missed += failed > 0 or ratio > STARVED
        verdict = "ok    " if not failed and ratio <= STARVED else "MISSED"
        print(f"{verdict} {store}: {failed} failed, last tenant's median wait {ratio} x the first's")
    print(f"results: {results.relative_to(ROOT)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

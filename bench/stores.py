"""SQLite against PostgreSQL, in pairs on this machine: a small write transaction, and a warm analysis of the flights table.

python -m bench.stores postgresql+psycopg2://user:password@host/empty_database [--pairs 7]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from bench.processes import ROOT, Server
from bench.run import SOURCE, Variants, by_rest
from resources.metadata.database import Database
from resources.metadata.store import MetadataStore
from voyant_core import clock, ids
from voyant_core.model.job import AnalyzeRequest, Job, JobState, Plan, StageRun, StageState
from voyant_core.settings import Postgres

WRITES = 500
STAGE = StageRun(table="t", name="profile", state=StageState.RUNNING)


def job_in(store: MetadataStore) -> str:
    plan = Plan(tenant="bench", tables=[], required=[], params={}, kpis=[], request_digest="sha256:0", digest="sha256:0")
    fields: dict[str, Any] = {"id": ids.new_job_id(), "tenant": "bench", "state": JobState.QUEUED, "origin": "bench", "source_id": "src"}
    return (
        store.jobs("bench").create(Job(**fields, request=AnalyzeRequest(source="x"), plan=plan, created_at=clock.now(), stages=[STAGE])).id
    )


def write(store: MetadataStore, job_id: str) -> float:
    """One stage told: the job's row locked, the stage updated, an event added, committed; ms."""
    started = time.perf_counter()
    jobs = store.jobs("bench")
    with store.database.write() as connection:
        jobs.lock(connection, job_id)
        jobs.record_stage(connection, job_id, STAGE)
    return (time.perf_counter() - started) * 1000


def writes(databases: dict[str, Database]) -> dict[str, float]:
    """Median ms by store, taken in turn."""
    stores = {name: MetadataStore(database) for name, database in databases.items()}
    for store in stores.values():
        store.database.upgrade()
    jobs = {name: job_in(store) for name, store in stores.items()}
    taken: dict[str, list[float]] = {name: [] for name in stores}
    for _ in range(WRITES):
        for name, store in stores.items():
            taken[name].append(write(store, jobs[name]))
    return {name: round(statistics.median(values), 3) for name, values in taken.items()}


def analyses(servers: dict[str, Server], variants: Variants, pairs: int) -> list[dict[str, float]]:
    for server in servers.values():
        by_rest(server, variants.next())
    rows: list[dict[str, float]] = []
    for number in range(pairs):
        row: dict[str, float] = {}
        for name in sorted(servers, reverse=bool(number % 2)):  # nobody is always first
            time.sleep(2)  # spares refill, as between two calls of an agent
            row[name] = round(by_rest(servers[name], variants.next())[0], 3)
        rows.append(row)
        print(f"  pair {number + 1}: {row}", flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.stores")
    parser.add_argument("url")
    parser.add_argument("--pairs", type=int, default=7)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="voyant-bench-") as folder:
        work = Path(folder)
        databases = {"sqlite": Database.at(work / "voyant.db"), "postgres": Database.on(options.url, Postgres())}
        told = writes(databases)
        with databases["postgres"].read() as connection:
            version = connection.execute(sa.text("show server_version")).scalar()
        servers: dict[str, Server] = {}
        try:
            servers["sqlite"] = Server(work / "sqlite", [work])
            servers["postgres"] = Server(work / "postgres", [work], more={"VOYANT_POSTGRES__URL": options.url})
            rows = analyses(servers, Variants(SOURCE, work), options.pairs)
        finally:
            for server in servers.values():
                server.close()
    ratio = statistics.median(row["postgres"] / row["sqlite"] for row in rows)
    medians = {name: round(statistics.median(row[name] for row in rows), 3) for name in ("sqlite", "postgres")}
    result = {"postgres": version, "write_ms": told, "warm_analyze_s": medians, "warm_analyze_ratio": round(ratio, 3), "pairs": rows}
    print(json.dumps(result, indent=1))
    path = ROOT / "bench" / "results" / f"stores-{dt.datetime.now(dt.UTC):%Y-%m-%d}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()

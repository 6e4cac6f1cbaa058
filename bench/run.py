"""`make bench`: Voyant against the naive pipeline on the flights table, in pairs, on this machine.

Every analysis reads a file that nothing has seen before (its rows are rotated), as a source registered in the moment of the call, so
nothing is reused. Results, with versions, go to bench/results/<date>.json; gates are printed with their figures.

python -m bench.run [--pairs 5] [--cold-pairs 3] [--skip-labels]
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx

from bench.processes import CACHE, ROOT, VOYANT, Naive, Server, environment_of, measured

PACKAGES = ("dagster", "duckdb", "pyiceberg", "pyarrow", "numpy", "fastapi", "mcp", "sqlalchemy")
SOURCE = ROOT / "build" / "flights.csv"


class Variants:
    """Copies of the data set whose rows are rotated: the same table, other bytes."""

    def __init__(self, source: Path, folder: Path) -> None:
        header, *self._rows = source.read_bytes().splitlines(keepends=True)
        self._header, self._folder, self._made = header, folder, 0

    def next(self) -> Path:
        self._made += 1
        cut = 1000 * self._made
        path = self._folder / f"flights{self._made}.csv"
        path.write_bytes(b"".join([self._header, *self._rows[cut:], *self._rows[:cut]]))
        return path


def by_rest(server: Server, path: Path) -> tuple[float, dict[str, Any]]:
    start = time.perf_counter()
    answer = httpx.post(f"{server.url}/v1/analyze", json={"source": str(path), "wait_s": 45}, timeout=60)
    wall_s = time.perf_counter() - start
    answer.raise_for_status()
    return wall_s, checked(answer.json())


def by_mcp(server: Server, path: Path) -> tuple[float, dict[str, Any]]:
    from mcp import Client

    async def call() -> tuple[float, dict[str, Any]]:
        async with Client(f"{server.url}/mcp") as client:
            start = time.perf_counter()
            result = await client.call_tool("voyant.analyze", {"source": str(path), "wait_s": 45})
            wall_s = time.perf_counter() - start
        if result.is_error or result.structured_content is None:
            raise RuntimeError(f"voyant.analyze failed: {result.content}")
        return wall_s, checked(result.structured_content)

    return asyncio.run(call())


def checked(answer: dict[str, Any]) -> dict[str, Any]:
    """The manifest of a succeeded analysis in which nothing was reused."""
    if answer["state"] != "succeeded":
        raise RuntimeError(f"the analysis ended as {answer['state']}: {answer}")
    manifest = answer["manifest"]
    if any(artifact["reused"] for artifact in manifest["artifacts"]):
        raise RuntimeError("an artifact was reused; the figures would flatter")
    return manifest


def overhead(manifest: dict[str, Any], server: Server) -> float:
    """From submit to the first stage's start, plus all between and after the stages, s: from the job's own history."""
    job = httpx.get(f"{server.url}/v1/jobs/{manifest['job_id']}", timeout=30).json()
    accepted = dt.datetime.fromisoformat(job["created_at"])
    finished = dt.datetime.fromisoformat(job["finished_at"])
    return (finished - accepted).total_seconds() - sum(stage["duration_s"] for stage in manifest["stages"])


def warm(pairs: int, work: Path, variants: Variants) -> dict[str, Any]:
    server, naive = Server(work / "warm", [work]), Naive(work / "naive")
    rows: list[dict[str, float]] = []
    stages: dict[str, list[float]] = {}
    try:
        for _ in range(2):
            by_rest(server, variants.next())
        naive.run(SOURCE)
        for number in range(pairs):
            time.sleep(2)  # spares refill, as between two calls of an agent
            rest_s, manifest = by_rest(server, variants.next())
            rest_overhead_s = overhead(manifest, server)
            time.sleep(2)
            mcp_s, other = by_mcp(server, variants.next())
            naive_s = naive.run(SOURCE)["wall_s"]
            for stage in manifest["stages"]:
                stages.setdefault(stage["name"], []).append(stage["duration_s"])
            seen = {"rest_s": rest_s, "mcp_s": mcp_s, "naive_s": naive_s, "overhead_s": rest_overhead_s}
            rows.append({**seen, "mcp_overhead_s": overhead(other, server)})
            print(f"  pair {number + 1}: " + ", ".join(f"{name} {value:.2f}" for name, value in rows[-1].items()), flush=True)
    finally:
        naive.close()
        server.close()
    return {"pairs": rows, "stages_s": {name: statistics.median(values) for name, values in stages.items()}}


def cold(pairs: int, work: Path, variants: Variants) -> list[dict[str, float]]:
    python, rows = environment_of("naive"), list[dict[str, float]]()
    for number in range(pairs):
        ours = measured([str(VOYANT), "analyze", str(variants.next()), "--json"], env={"VOYANT_HOME": str(work / f"cold{number}")})
        script = [str(python), str(ROOT / "bench" / "naive" / "pipeline.py"), str(work / f"naive{number}")]
        theirs = measured(script, stdin=f"{SOURCE}\n")
        figures = {"wall_s": ours.wall_s, "cpu_s": ours.cpu_s, "peak_rss_mib": ours.peak_rss_mib}
        rows.append({**figures, "naive_wall_s": theirs.wall_s, "naive_cpu_s": theirs.cpu_s, "naive_peak_rss_mib": theirs.peak_rss_mib})
        print(f"  pair {number + 1}: " + ", ".join(f"{name} {value:.1f}" for name, value in rows[-1].items()), flush=True)
    return rows


def digests(work: Path) -> list[str]:
    """The content digest of the same file analyzed in two homes."""
    found = []
    for home in ("one", "two"):
        usage = measured([str(VOYANT), "analyze", str(SOURCE), "--json"], env={"VOYANT_HOME": str(work / home)})
        found.append(json.loads(usage.output)["manifest"]["content_digest"])
    return found


def definitions_load_s(runs: int = 5) -> float:
    """From the first import to a repository that Dagster can serve, in a fresh interpreter; its end is not counted."""
    code = (
        "import time; start = time.perf_counter()\n"
        "import voyant_assets.definitions as d; d.defs.get_repository_def()\n"
        "print(time.perf_counter() - start)"
    )
    home = {"VOYANT_HOME": str(CACHE / "none")}
    return statistics.median(float(measured([sys.executable, "-c", code], env=home).output) for _ in range(runs))


def median_ratio(rows: list[dict[str, float]], ours: str, theirs: str) -> float:
    return statistics.median(row[ours] / row[theirs] for row in rows)


def gates(found: dict[str, Any]) -> list[tuple[str, float, float]]:
    """(what, figure, limit) for every line of the goals."""
    pairs, colds = found["warm"]["pairs"], found["cold"]
    listed = [
        ("warm REST analyze / naive, wall", median_ratio(pairs, "rest_s", "naive_s"), 0.10),
        ("warm MCP analyze / naive, wall", median_ratio(pairs, "mcp_s", "naive_s"), 0.10),
        ("around the stages, s (REST)", statistics.median(row["overhead_s"] for row in pairs), 0.35),
        ("cold voyant analyze / naive, CPU", median_ratio(colds, "cpu_s", "naive_cpu_s"), 0.20),
        ("cold peak memory, MiB", max(row["peak_rss_mib"] for row in colds), 512.0),
        ("definitions load, s", found["definitions_load_s"], 1.5),
        ("different digests in two homes", float(len(set(found["digests"])) - 1), 0.0),
    ]
    if found.get("labels"):
        listed.append(("roles wrong, share", 1 - found["labels"]["role"], 0.10))
    return listed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--cold-pairs", type=int, default=3)
    parser.add_argument("--skip-labels", action="store_true")
    options = parser.parse_args()
    environment_of("naive")
    work = Path(tempfile.mkdtemp(prefix="voyant-bench-"))
    try:
        variants = Variants(SOURCE, work)
        print("warm, in pairs:", flush=True)
        found: dict[str, Any] = {"warm": warm(options.pairs, work, variants)}
        print("cold, in pairs:", flush=True)
        found["cold"] = cold(options.cold_pairs, work, variants)
        found["digests"] = digests(work)
        found["definitions_load_s"] = definitions_load_s()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    if not options.skip_labels:
        report = CACHE / "labels.json"
        subprocess.run([str(environment_of("labels")), str(ROOT / "bench" / "labels" / "export.py")], check=True)
        subprocess.run([sys.executable, "-m", "bench.labels.score", "--json", str(report)], check=False)
        found["labels"] = json.loads(report.read_text())
    found["versions"] = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    results = ROOT / "bench" / "results" / f"{dt.datetime.now(dt.UTC):%Y-%m-%d}.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    print("\nmedian seconds per stage: " + ", ".join(f"{name} {s:.3f}" for name, s in found["warm"]["stages_s"].items()))
    missed = 0
    for what, figure, limit in gates(found):
        missed += figure > limit
        print(f"{'ok    ' if figure <= limit else 'MISSED'} {what:<36} {figure:8.3f}  (goal <= {limit:g})")
    print(f"results: {results.relative_to(ROOT)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

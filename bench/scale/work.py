"""One piece of work in a fresh process, timed inside: its figures go to stdout as one line of JSON.

python -m bench.scale.work {ingest CSV HOME | copy CSV PARQUET | profile HOME | summarize HOME}

`wall_s` and `cpu_s` are those of the work itself: libraries are imported and the engine opened before, as in a worker's spare, for both
sides alike. `peak_rss_mib` is the process's largest resident memory, imports and all.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from resources.duckdb.engine import opened
from voyant_assets.runtime.environment import Environment
from voyant_core.keys import TableAddress
from voyant_core.model.table import TableSnapshot
from voyant_core.settings import Settings

ADDRESS = TableAddress("bench", "tpch", "lineitem")
VIEW = "lineitem"


class Watch:
    """Wall and CPU seconds since it was made, by lap and in all."""

    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._start, self._cpu, self._lap = time.perf_counter(), _cpu_s(), time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = round(now - self._lap, 3)
        self._lap = now

    def figures(self, **more: Any) -> dict[str, Any]:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        wall_s, cpu_s = time.perf_counter() - self._start, _cpu_s() - self._cpu
        return {"wall_s": round(wall_s, 3), "cpu_s": round(cpu_s, 3), "peak_rss_mib": round(peak, 1), "laps_s": self.laps, **more}


def _cpu_s() -> float:
    return time.process_time()


def _environment(home: str) -> Environment:
    found = Environment(Settings(home=Path(home)))
    found.prepare()
    return found


def ingest(csv: str, home: str) -> dict[str, Any]:
    """As a run does it: landing under its hash, probe, Parquet, Iceberg commit."""
    from resources.duckdb.probe import probe_tables
    from voyant_assets.stages.ingest import ingest as run_ingest

    found = _environment(home)
    found.engine.warm()
    found.lake.warm()
    watch = Watch()
    landing = found.landings.land_file(Path(csv))
    watch.lap("landing")
    path = found.landings.path(landing.sha256)
    (table,) = probe_tables(path, landing.file_name, found.settings.files, found.engine)
    watch.lap("probe")
    done = run_ingest(ADDRESS, table, landing, path, found.lake, found.engine)
    watch.lap("ingest")
    return watch.figures(rows=done.snapshot.rows, parquet_bytes=done.snapshot.size_bytes, sha256=landing.sha256)


def copy(csv: str, parquet: str) -> dict[str, Any]:
    """The floor: DuckDB's own sniffing and COPY, same threads, memory limit and compression."""
    chosen = Settings().engine
    connection = opened(chosen.memory_limit, chosen.threads, Path(parquet).parent / "spill")
    connection.execute("SELECT 1").fetchall()
    watch = Watch()
    ((rows,),) = connection.execute(
        f"COPY (FROM read_csv('{csv}')) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)"
    ).fetchall()
    return watch.figures(rows=rows, parquet_bytes=Path(parquet).stat().st_size)


def _pinned(home: str) -> tuple[Environment, TableSnapshot]:
    found = _environment(home)
    snapshot = found.lake.snapshot(ADDRESS)
    if snapshot is None:
        raise SystemExit(f"no table in {home}")
    return found, snapshot


def profile(home: str) -> dict[str, Any]:
    """The profile stage's work on the pinned table, to the bytes of its artifact."""
    from voyant_assets.analysis.meaning.interpret import interpret
    from voyant_assets.analysis.profile import preview  # noqa: F401  # pyright: ignore[reportUnusedImport]
    from voyant_assets.analysis.profile.table import profile_table
    from voyant_assets.stages.profile import ProfileParameters, budget_of
    from voyant_core.canonical import dumps, sha256

    found, snapshot = _pinned(home)
    found.engine.warm()
    import pyarrow  # noqa: F401  # pyright: ignore[reportUnusedImport]

    watch = Watch()
    found.engine.attach(VIEW, snapshot)
    data = dumps(profile_table(found.engine, VIEW, VIEW, interpret, budget_of(ProfileParameters(), snapshot)))
    figures = watch.figures(rows=snapshot.rows, sha256=sha256(data), files=list(snapshot.files))
    (Path(home) / "profile.json").write_bytes(data)
    return figures


def summarize(home: str) -> dict[str, Any]:
    """The peer: DuckDB's SUMMARIZE over the same Parquet files."""
    found, snapshot = _pinned(home)
    connection = found.engine.connect()
    found.engine.warm()
    watch = Watch()
    connection.execute(f"SUMMARIZE FROM read_parquet({list(snapshot.files)!r})").fetchall()
    return watch.figures(rows=snapshot.rows)


def main() -> None:
    work = {"ingest": ingest, "copy": copy, "profile": profile, "summarize": summarize}[sys.argv[1]]
    print(json.dumps(work(*sys.argv[2:])))


if __name__ == "__main__":
    main()

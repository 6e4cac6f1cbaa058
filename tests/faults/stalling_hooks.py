"""The product's own hooks, with stages that stall where a file in the home says so: `stall` holds `<stage> <manner>`."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from voyant_assets.runtime import execute
from voyant_assets.runtime.execute import execute_run, look_around, rehearsal_job, run_ended, warm_steps
from voyant_core.settings import settings

__all__ = ["execute_run", "look_around", "preload", "rehearsal_job", "run_ended", "run_task", "warm_steps"]

ENDLESS = "SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b"
PATIENCE_S = 60


def preload() -> None:
    execute.preload()
    from voyant_assets.stages import ingest
    from voyant_assets.walk import StageWalk

    recorded, write = StageWalk._recorded, ingest.ingest

    def stalling(self, name, work, held):
        def stalled(started, held):
            manner = _manner_of(name)
            if manner == "copy":
                _begun()
                return _endless_copy(self, write, started, held, work)
            if manner is not None:
                _begun()
                _stall(self, manner)
            return work(started, held)

        return recorded(self, name, stalled, held)

    StageWalk._recorded = stalling


def _manner_of(stage: str) -> str | None:
    with contextlib.suppress(FileNotFoundError):
        name, manner = (settings().home / "stall").read_text().split()
        return manner if name == stage else None
    return None


def _begun() -> None:
    (settings().home / "began").write_text(str(os.getpid()))


def _stall(run, manner: str) -> None:
    match manner:
        case "execute":
            run.environment.engine.rows(ENDLESS)
        case "batches":  # reads through another call of DuckDB, which never looks for signals
            list(run.environment.engine.batches(ENDLESS, 1000))
        case "python":
            for _ in _busy():
                sum(range(1000))


def _busy() -> Iterator[None]:
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        yield


def _endless_copy(run, ingest, started, held, work):
    """Ingest whose COPY goes on and on: files of the new version are on disk, half written, when the cancel comes."""
    from resources.duckdb import convert

    write = convert.write_parquet

    def endless(engine, landing_path, table, columns, field_ids, folder: Path):
        written = write(engine, landing_path, table, columns, field_ids, folder)
        engine.rows(f"COPY ({ENDLESS.replace('sum(a.range * b.range)', 'a.range')}) TO '{folder}/more.parquet' (FORMAT parquet)")
        return written

    convert.write_parquet = endless
    try:
        return work(started, held)
    finally:
        convert.write_parquet = write


def run_task(name, arguments):
    return execute.run_task(name, arguments)

"""A spare's rehearsal: the stages on a tiny table of its own, so that a run finds its code, DuckDB and the lake's client warm.

Nothing of it is seen: the table lies in a temporary folder, and no store is written. Steps are short, because a spare stops warming
between two of them when a run arrives.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voyant_assets.catalogue import catalogue
from voyant_assets.planning import make_plan
from voyant_assets.runtime.environment import Environment
from voyant_core.canonical import sha256
from voyant_core.keys import TableAddress
from voyant_core.model.artifact import Artifact
from voyant_core.model.job import AnalyzeRequest
from voyant_core.model.source import SourceRecord, SourceType
from voyant_core.stage import StageContext, StageSkipped

NAME = "rehearsal"
ROWS = 400


def rehearsal_csv() -> str:
    """A time, a category, a code, two quantities with gaps and an outlier: something for every stage to do."""
    start = dt.date(2024, 1, 1)
    lines = ["day,shop,code,amount,weight"]
    for row in range(ROWS):
        amount = "" if row % 50 == 7 else f"{(row * 37 % 101) + row / 10:.2f}"
        weight = "9999" if row == 200 else f"{(row * 53 % 89) / 7:.3f}"
        lines.append(f"{start + dt.timedelta(days=row)},{'ABCDE'[row % 5]},K{row % 17:03},{amount},{weight}")
    return "\n".join(lines) + "\n"


class StageRehearsal:
    """One rehearsal in one process."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment
        self._folder: Path | None = None
        self._context: StageContext | None = None
        self._results: dict[str, Any] = {}
        self._artifacts: list[Artifact] = []

    def steps(self) -> list[Callable[[], None]]:
        stages = [functools.partial(self._run, name) for name in catalogue().stages]
        return [self._ingest, *stages, self._clear]

    @property
    def rehearsed(self) -> tuple[str, ...]:
        return tuple(self._results)

    def _ingest(self) -> None:
        from resources.duckdb.probe import probe_tables
        from resources.files.landing import Landings
        from resources.iceberg.catalog import IcebergLake
        from voyant_assets.stages.ingest import ingest

        environment = self._environment
        folder = self._folder = Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir=environment.temp))
        landings = Landings(folder, environment.settings.files.max_bytes)
        landing = landings.land_stream([rehearsal_csv().encode()], f"{NAME}.csv")
        path = landings.path(landing.sha256)
        tables = probe_tables(path, landing.file_name, environment.settings.files, environment.engine)
        lake = IcebergLake(folder / "catalog.db", folder / "warehouse")
        ingested = ingest(TableAddress(NAME, NAME, NAME), tables[0], landing, path, lake, environment.engine)
        environment.engine.attach(NAME, ingested.snapshot)
        source = SourceRecord(
            id=NAME, tenant=NAME, slug=NAME, type=SourceType.FILE, uri=NAME, title=NAME, tables=tables, landing=landing,
            created_at="", updated_at="",
        )  # fmt: skip
        self._context = StageContext(
            tenant=NAME,
            plan=make_plan(NAME, AnalyzeRequest(source=NAME), [source], catalogue()),
            source_title=NAME,
            found=ingested.found,
            landing=landing,
            snapshot=ingested.snapshot,
            view=NAME,
            parameters=None,
            engine=environment.engine,
            guarded=environment.guarded,
            results={},
            artifacts=(),
            progress=(),
        )

    def _run(self, name: str) -> None:
        stage, context = catalogue().stages[name], self._context
        if context is None or any(need not in self._results for need in stage.needs if need in catalogue().stages):
            return
        context = dataclasses.replace(context, parameters=stage.parameters(), results=dict(self._results), artifacts=tuple(self._artifacts))
        try:
            result = stage.run(context)
        except StageSkipped:
            return
        self._results[name] = result.model
        for output in result.outputs:
            described = {"kind": output.kind, "media_type": output.media_type, "size_bytes": len(output.data)}
            self._artifacts.append(Artifact.model_validate({"name": f"{NAME}/{output.file}", "sha256": sha256(output.data), **described}))

    def _clear(self) -> None:
        self._context = None
        self._results.clear()
        self._environment.engine.detach(NAME)
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

"""The process that reads: one order a line on stdin, one answer a line on stdout. It may die or hang; its parent sees to that.

An order is `{"seed": n, "all": bool}`: the file is made here from its seed, read in the product's own way (probe, then conversion to
Parquet, with `all` every stage too), and judged against what it truly holds.
"""

from __future__ import annotations

import dataclasses
import json
import random
import shutil
import sys
import tempfile
import traceback
from pathlib import Path
from typing import Any

from resources.duckdb.convert import write_parquet
from resources.duckdb.misreading import Reread
from resources.iceberg.catalog import IcebergLake
from resources.iceberg.schema import field_ids, next_schema
from tests.fuzz.damage import damaged
from tests.fuzz.same import differences
from tests.fuzz.well_formed import Sample, make
from voyant_assets.catalogue import catalogue
from voyant_assets.planning import make_plan
from voyant_assets.runtime.environment import Environment
from voyant_assets.stages.ingest import Ingested, ingest
from voyant_assets.unpacking.source import tables_of
from voyant_core import errors
from voyant_core.canonical import sha256
from voyant_core.keys import TableAddress
from voyant_core.model.artifact import Artifact
from voyant_core.model.job import AnalyzeRequest
from voyant_core.model.source import FoundTable, Landing, SourceRecord, SourceType
from voyant_core.settings import Settings
from voyant_core.stage import StageContext, StageSkipped

FUZZ = "fuzz"

WHOLE_SHARE = 0.35


def sample_of(seed: int) -> tuple[Sample, bool]:
    """The file of a seed, and whether it is whole: the same in every process."""
    random_ = random.Random(seed)
    sample = make(random_)
    whole = random_.random() < WHOLE_SHARE
    return (sample, True) if whole else (dataclasses.replace(sample, data=damaged(sample.data, random_), rows=None), False)


def judge(environment: Environment, seed: int, *, every_stage: bool) -> dict[str, Any]:
    """`outcome` is `read`, `refused` (with the code), `lost` or `uncoded` (with what happened)."""
    sample, whole = sample_of(seed)
    try:
        read, columns = _read(environment, sample, every_stage)
    except errors.VoyantError as error:
        what = "lost" if whole and sample.rows else ("uncoded" if error.code.number in {5001, 1005} else "refused")
        return {"outcome": what, "code": error.code.code, "detail": error.detail[:300]}
    except Exception as error:  # noqa: BLE001 - what this driver looks for
        return {
            "outcome": "uncoded",
            "detail": f"{type(error).__name__}: {error}"[:300] + " " + traceback.format_exc().splitlines()[-2][:200],
        }
    if whole and sample.rows is not None:
        if read != sample.rows:
            return {"outcome": "lost", "detail": f"{read} rows of {sample.rows}"}
        if sample.values and (found := differences(sample.values, columns)):
            return {"outcome": "lost", "detail": found}
    return {"outcome": "read", "rows": read}


def _read(environment: Environment, sample: Sample, every_stage: bool) -> tuple[int, list[list[Any]]]:
    landing = environment.landings.land_stream([sample.data], sample.name)
    tables = tables_of(landing, environment, [])
    rows, columns = 0, [[]]
    for table in tables:
        own = table.landing or landing
        rows, columns = _converted(environment, table, own)
        if every_stage:
            _analyzed(environment, table, own)
    return rows, columns


def _converted(environment: Environment, table: FoundTable, landing: Landing) -> tuple[int, list[list[Any]]]:
    """The way of `stages.ingest` without the catalogue."""
    folder = Path(tempfile.mkdtemp(dir=environment.temp))
    try:
        for _ in range(len(table.columns) + 20):
            ids = field_ids(next_schema(table.columns, None))
            try:
                files = write_parquet(environment.engine, environment.landings.path(landing.sha256), table, table.columns, ids, folder)
            except Reread as reread:
                table = reread.found
                continue
            listed = ", ".join(f"'{file}'" for file in files)
            rows = environment.engine.rows(f"SELECT * FROM read_parquet([{listed}])")
            return len(rows), [list(column) for column in zip(*rows, strict=True)]
        raise AssertionError("reads differently on every attempt")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _analyzed(environment: Environment, table: FoundTable, landing: Landing) -> None:
    """All stages, as a run has them: through the catalogue, in their order. Only a stage that says so may go without a result."""
    folder = Path(tempfile.mkdtemp(dir=environment.temp))
    lake = IcebergLake(folder / "catalog.db", folder / "warehouse")
    try:
        ingested = ingest(
            TableAddress(FUZZ, FUZZ, FUZZ), table, landing, environment.landings.path(landing.sha256), lake, environment.engine
        )
        environment.engine.attach(FUZZ, ingested.snapshot)
        _staged(environment, ingested, landing)
    finally:
        environment.engine.detach(FUZZ)
        shutil.rmtree(folder, ignore_errors=True)


def _staged(environment: Environment, ingested: Ingested, landing: Landing) -> None:
    source = SourceRecord(
        id=FUZZ, tenant=FUZZ, slug=FUZZ, type=SourceType.FILE, uri=FUZZ, title=FUZZ, tables=[ingested.found], landing=landing,
        created_at="", updated_at="",
    )  # fmt: skip
    plan = make_plan(FUZZ, AnalyzeRequest(source=FUZZ), [source], catalogue())
    results: dict[str, Any] = {}
    artifacts: list[Artifact] = []
    for name, stage in catalogue().stages.items():
        context = StageContext(
            tenant=FUZZ, plan=plan, source_title=FUZZ, found=ingested.found, landing=landing, snapshot=ingested.snapshot, view=FUZZ,
            parameters=stage.parameters(), engine=environment.engine, guarded=environment.guarded, results=dict(results),
            artifacts=tuple(artifacts), progress=(),
        )  # fmt: skip
        try:
            result = stage.run(context)
        except StageSkipped:
            continue
        results[name] = result.model
        for output in result.outputs:
            described = {"kind": output.kind, "media_type": output.media_type, "size_bytes": len(output.data)}
            artifacts.append(Artifact.model_validate({"name": f"{FUZZ}/{output.file}", "sha256": sha256(output.data), **described}))


def main() -> None:
    home = Path(tempfile.mkdtemp(prefix="voyant-fuzz-"))
    environment = Environment(Settings(home=home))
    environment.prepare()
    try:
        for line in sys.stdin:
            order = json.loads(line)
            answer = judge(environment, order["seed"], every_stage=order["all"])
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()
            for path in environment.layout.landing.rglob("*"):
                if path.is_file():
                    path.unlink()
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()

"""What must hold in a home after an accident, whatever it was. Each check gives the list of what does not hold."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from resources.iceberg import local_io
from resources.metadata.schema import job_artifact, table_version
from tests.faults.matrix_bed import Bed, command_of, processes_of, stat_of
from tests.faults.matrix_moments import Request
from voyant_assets.housekeeping.duty import keep_house
from voyant_core.canonical import sha256
from voyant_core.keys import TableAddress
from voyant_core.model.artifact import Manifest

TENANT = "default"
UNFINISHED = [
    status for status in DagsterRunStatus if status not in (DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED)
]
AGREES = {"succeeded": "SUCCESS", "failed": "FAILURE", "canceled": "CANCELED"}


def job_flaws(request: Request, instance: DagsterInstance) -> list[str]:
    """Of one job that has ended: state, run, stages, events, manifest and artifacts must tell one story."""
    row = request.job()
    if row is None:
        return []
    who = f"{request.name} ({row['state']})"
    if row["state"] not in AGREES:
        return [f"{who}: it has not ended"]
    flaws = [f"{who}: {flaw}" for flaw in _event_flaws(request)]
    run = instance.get_run_by_id(row["run_id"]) if row["run_id"] else None
    if run is not None and run.status.value != AGREES.get(row["state"]):
        flaws.append(f"{who}: its run is {run.status.value}")
    if row["state"] == "failed" and not (row["problem"]["code"].startswith("VYNT-50") and row["problem"]["retryable"]):
        flaws.append(f"{who}: failed with {row['problem']}")
    job = request.bed.environment.store.jobs(TENANT).get(row["id"])
    flaws += [f"{who}: stage {s.name} is {s.state}" for s in job.stages if str(s.state) in ("pending", "running")]
    return flaws + [f"{who}: {flaw}" for flaw in _manifest_flaws(request.bed, row)]


def _event_flaws(request: Request) -> Iterator[str]:
    kinds = [kind for kind, _, _ in request.events()]
    if kinds[:1] != ["job.accepted"]:
        yield f"its first event is {kinds[:1]}"
    if kinds.count("job.finished") != 1 or kinds[-1] != "job.finished":
        yield f"its events end with {kinds[-3:]}, job.finished {kinds.count('job.finished')} times"
    running: set[str] = set()
    for kind, stage, _ in request.events():
        if kind == "stage.started":
            running.add(stage)
        elif kind == "stage.finished":
            running.discard(stage)
    if running:
        yield f"stages {sorted(running)} began and never ended"


def _manifest_flaws(bed: Bed, row: dict[str, Any]) -> Iterator[str]:
    objects, store = bed.environment.objects, bed.environment.store
    manifest = Manifest.model_validate_json(objects.get(TENANT, row["manifest_sha256"]))
    if manifest.state != row["state"]:
        yield f"its manifest says {manifest.state}"
    linked = store.artifacts(TENANT).of_job(row["id"])
    if [a.model_dump() for a in linked] != [a.model_dump() for a in manifest.artifacts]:
        yield "the manifest lists other artifacts than the store"
    for artifact in manifest.artifacts:
        data = objects.path(TENANT, artifact.sha256).read_bytes()
        if sha256(data) != artifact.sha256 or len(data) != artifact.size_bytes:
            yield f"{artifact.name} is damaged"
    if row["state"] == "succeeded" and {s.state for s in manifest.stages} - {"succeeded", "reused", "skipped"}:
        yield f"it succeeded with stages {[(s.name, s.state, s.code) for s in manifest.stages]}"


def unsettled(bed: Bed, instance: DagsterInstance) -> list[str]:
    """What must have settled soon after an accident: runs, jobs, slots, leases, processes, temporary files."""
    found = [f"job {job.job_id} is open" for job in bed.environment.store.open_jobs()]
    found += [f"run {run.run_id} is {run.status.value}" for run in instance.get_runs(RunsFilter(statuses=UNFINISHED))]
    info = bed.info()
    if not info or info["running"] or info["waiting"] or info["tasks"]:
        found.append(f"the worker says {info or 'nothing'}")
    found += [
        f"the lease {name} is held by {owner}"
        for name, owner in bed.environment.store.leases.held_now().items()
        if not name.startswith("housekeeping")
    ]
    return found + list(_stray_processes(bed, info)) + list(_temporary_files(bed))


def _stray_processes(bed: Bed, info: dict[str, Any]) -> Iterator[str]:
    ours = processes_of(bed.home)
    watchers = {pid for pid in ours if "dagster code-server" not in command_of(pid)}  # it never waits for those that it replaces
    server = bed.process.pid if bed.process else -1
    allowed = {server, *info.get("running", {}).values()}
    for pid, (_, parent) in ours.items():
        above = pid
        while above not in allowed and above > 1:
            above = (stat_of(above) or ("", 0))[1]
        if above not in allowed:
            yield f"process {pid} (parent {parent}) belongs to no server: {command_of(pid)[:120]}"
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := stat_of(int(entry.name))) is not None and stat[0] == "Z" and stat[1] in watchers:
            yield f"process {entry.name} is a zombie of {command_of(stat[1])[:80]}"


def _temporary_files(bed: Bed) -> Iterator[str]:
    layout = bed.environment.layout
    for path in layout.temp.iterdir():
        owner = next((part for part in path.name.split("-") if part.isdigit()), None)
        if owner is None or stat_of(int(owner)) is None:
            yield f"{path.relative_to(bed.home)} is left"


def source_flaws(bed: Bed, source_id: str) -> list[str]:
    """Of a source whose bytes never changed: one snapshot per table, one row for it."""
    record = bed.environment.store.sources(TENANT).get(source_id)
    flaws: list[str] = []
    for table in record.tables:
        address = TableAddress(TENANT, record.slug, table.name)
        loaded = bed.environment.lake._table(address)
        snapshots = [] if loaded is None else [str(snapshot.snapshot_id) for snapshot in loaded.metadata.snapshots]
        with bed.environment.store.database.read() as connection:
            query = sa.select(table_version.c.snapshot_id).where(
                table_version.c.source_id == source_id, table_version.c.table_name == table.name
            )
            rows = [row[0] for row in connection.execute(query)]
        if len(snapshots) != 1 or rows != snapshots:
            flaws.append(f"{address}: snapshots {snapshots}, rows {rows}")
    return flaws


def unreferenced(bed: Bed, source_id: str) -> list[Path]:
    """Files of the source's tables in the lake that no version of them names."""
    record = bed.environment.store.sources(TENANT).get(source_id)
    left: list[Path] = []
    for table in record.tables:
        loaded = bed.environment.lake._table(TableAddress(TENANT, record.slug, table.name))
        named: set[Path] = set()
        if loaded is not None:
            named.add(local_io.path_of(loaded.metadata_location))
            named.update(local_io.path_of(entry.metadata_file) for entry in loaded.metadata.metadata_log)
            for snapshot in loaded.metadata.snapshots:
                named.add(local_io.path_of(snapshot.manifest_list))
                for manifest in snapshot.manifests(loaded.io):
                    named.add(local_io.path_of(manifest.manifest_path))
                    named.update(local_io.path_of(e.data_file.file_path) for e in manifest.fetch_manifest_entry(loaded.io))
        folder = bed.environment.layout.warehouse / f"{TENANT}__{record.slug}" / table.name
        left += [path for path in folder.rglob("*") if path.is_file() and path not in named]
    return left


def half_written(bed: Bed) -> list[Path]:
    """Files that a writer had not finished."""
    layout = bed.environment.layout
    return [path for folder in (layout.landing, layout.objects, layout.uploads) for path in folder.rglob("*.part")]


def collect(bed: Bed, instance: DagsterInstance) -> None:
    """Housekeeping as it would be when the grace for files that nobody refers to is over."""
    later = time.time() + (bed.environment.settings.retention.orphan_hours + 1) * 3600
    keep_house(bed.environment, instance.delete_run, now=later, wait_s=30.0)  # the server may be at it


def broken_links(bed: Bed) -> list[str]:
    """Links from jobs to artifacts whose bytes are not there."""
    with bed.environment.store.database.read() as connection:
        jobs = {row[0] for row in connection.execute(sa.select(job_artifact.c.job_id))}
    artifacts = bed.environment.store.artifacts(TENANT)
    return [a.name for job_id in jobs for a in artifacts.of_job(job_id) if not bed.environment.objects.has(TENANT, a.sha256)]


def content_digest(request: Request) -> str | None:
    row = request.job()
    if row is None or row["manifest_sha256"] is None:
        return None
    return json.loads(request.bed.environment.objects.get(TENANT, row["manifest_sha256"]))["content_digest"]

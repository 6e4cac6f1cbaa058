"""A round of housekeeping: gather, decide, remove. Any number of processes may call it; one works at a time, and only when it is due.

Rows go before files, and a removed row leaves what it named to a later round, so a crash anywhere leaves nothing that misses its bytes.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path

from resources._kit.kept_files import remove_left
from voyant_assets.housekeeping.deciding import before, decided, iso
from voyant_assets.housekeeping.gathering import gathered
from voyant_assets.housekeeping.lake import LakeKeeper
from voyant_assets.runtime.environment import Environment
from voyant_core import errors, ids
from voyant_core.model.housekeeping import Facts, Freed, JobFact, Removals, SourceFact, StageFact, UploadFact

AT_WORK, DUE = "housekeeping", "housekeeping:due"
ForgetRun = Callable[[str], None]
log = logging.getLogger(__name__)


def keep_house_if_due(environment: Environment, forget_run: ForgetRun, within_s: float) -> Freed | None:
    """A round, when the last one was `retention.every_minutes` ago and nobody else does it now; else None."""
    leases, owner = environment.store.leases, f"round_{ids.ulid()}"
    if not leases.acquire(DUE, owner, environment.settings.retention.every_minutes * 60):
        return None
    try:
        return keep_house(environment, forget_run, within_s=within_s)
    except errors.VoyantError as error:
        if error.code is errors.LEASE_HELD:
            return None
        raise


def keep_house(
    environment: Environment,
    forget_run: ForgetRun,
    *,
    dry_run: bool = False,
    within_s: float = float("inf"),
    wait_s: float = 0.0,
    now: float | None = None,
) -> Freed:
    """One round of at most about `within_s`. `forget_run` removes a Dagster run. VYNT-5007 if another process does it for `wait_s` more."""
    owner = f"round_{ids.ulid()}"
    with environment.store.leases.held(AT_WORK, owner, wait_s):
        freed = _Round(environment, forget_run, owner, dry_run, within_s, now or time.time()).run()
    if freed.counts:
        log.info("housekeeping", extra={"removed": freed.counts, "bytes": freed.bytes, "dry_run": dry_run})
    return freed


class _Round:
    def __init__(self, environment: Environment, forget_run: ForgetRun, owner: str, dry_run: bool, within_s: float, now: float) -> None:
        self._environment = environment
        self._rows = environment.store.housekeeping
        self._forget_run = forget_run
        self._owner = owner
        self._now = now
        self._retention = environment.settings.retention
        self._orphans_before = now - self._retention.orphan_hours * 3600
        self._give_up = time.monotonic() + within_s
        self._freed = Freed(dry_run=dry_run)

    def run(self) -> Freed:
        facts = gathered(self._environment)
        removals = decided(facts, self._retention, self._now)
        self._remove_rows(removals)
        self._remove_files(removals)
        self._keep_lake(facts, removals)
        return self._freed

    def _is_over(self) -> bool:
        if time.monotonic() > self._give_up:
            self._freed.is_complete = False
        return not self._freed.is_complete

    def _each(self, kind: str, remove: Callable[[], bool], size_bytes: int = 0) -> None:
        if not self._is_over() and (self._freed.dry_run or remove()):
            self._freed.add(kind, size_bytes)

    def _remove_rows(self, removals: Removals) -> None:
        for source in removals.sources:
            self._each("sources", lambda s=source: self._remove_source(s))
        for upload in removals.uploads:
            self._each("uploads", lambda u=upload: self._remove_upload(u))
        for version in removals.versions:
            self._each("versions", lambda v=version: self._rows.remove_version(v))
        for job in removals.jobs:
            self._each("jobs", lambda j=job: self._remove_job(j))
        for stage in removals.stages:
            self._each("stages", lambda s=stage: self._remove_stage(s))
        self._remove_run_out()

    # whoever has just read a row may still want its bytes: those that it named count as stored now

    def _remove_source(self, source: SourceFact) -> bool:
        for sha256 in source.landings:
            self._environment.landings.keep(sha256)
        return self._rows.remove_source(source.id, before(self._now, self._retention.source_days))

    def _remove_upload(self, upload: UploadFact) -> bool:
        self._environment.landings.keep(upload.sha256)
        return self._rows.remove_upload(upload.id)

    def _remove_stage(self, stage: StageFact) -> bool:
        for sha256 in stage.objects:
            self._environment.objects.keep(stage.tenant, sha256)
        return self._rows.remove_stage(stage.tenant, stage.reuse_key)

    def _remove_job(self, job: JobFact) -> bool:
        if job.run_id is not None:
            self._forget_run(job.run_id)
        return self._rows.remove_job(job.id)

    def _remove_run_out(self) -> None:
        keys_before = iso(self._now - self._retention.key_hours * 3600)
        run_out = self._rows.count_rows_before if self._freed.dry_run else self._rows.remove_rows_before
        for _ in range(run_out(keys_before, time.time())):
            self._freed.add("keys and leases")

    def _remove_files(self, removals: Removals) -> None:
        landings, objects, limit = self._environment.landings, self._environment.objects, self._orphans_before
        for file in removals.landings:
            self._each("landings", lambda f=file: landings.remove_older(f.name, limit), file.size_bytes)
        for file in removals.objects:
            self._each("objects", lambda f=file: objects.remove_older(f.tenant, f.name, limit), file.size_bytes)
        for file in removals.left:
            self._each("left-overs", lambda f=file: remove_left(Path(f.name), limit), file.size_bytes)

    def _keep_lake(self, facts: Facts, removals: Removals) -> None:
        LakeKeeper(self._environment, self._owner, self._orphans_before, self._freed).keep(facts, removals.versions, self._is_over)

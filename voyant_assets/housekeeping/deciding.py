"""What of a home may be removed. Pure: facts and settings in, removals out.

A file goes when nothing refers to it now and it was not stored lately. What the removed rows referred to still counts as referred to:
a later look removes it, when whoever had just read those rows is done.
"""

from __future__ import annotations

import datetime as dt

from voyant_core import clock
from voyant_core.model.housekeeping import Facts, FileFact, Removals, SourceFact, StageFact, VersionFact
from voyant_core.settings import Retention

FOR_EVER = ""  # no time is before it


def decided(facts: Facts, retention: Retention, now: float) -> Removals:
    """`now` is seconds since 1970."""
    orphans_before = now - retention.orphan_hours * 3600
    jobs_before = before(now, retention.job_days)
    uploads_before = before(now, retention.upload_days)
    return Removals(
        sources=_unused(facts, before(now, retention.source_days)),
        uploads=[upload for upload in facts.uploads if upload.created_at < uploads_before],
        versions=_old_versions(facts, before(now, retention.version_days)),
        jobs=[job for job in facts.jobs if job.finished_at is not None and job.finished_at < jobs_before],
        stages=_unlinked(facts.stages, iso(orphans_before)),
        landings=_orphans(facts.landings, {("", sha) for sha in _needed_landings(facts)}, orphans_before),
        objects=_orphans(facts.objects, _needed_objects(facts), orphans_before),
        left=_orphans(facts.left, set(), orphans_before),
    )


def iso(at: float) -> str:
    return clock.iso(dt.datetime.fromtimestamp(max(at, 0.0), dt.UTC))


def before(now: float, days: float) -> str:
    """The time before which something is old; 0 days: nothing ever is."""
    return iso(now - days * 86400) if days else FOR_EVER


def _unused(facts: Facts, limit: str) -> list[SourceFact]:
    busy = {source_id for job in facts.open_jobs for source_id in job.source_ids}
    return [source for source in facts.sources if not source.is_pinned and source.id not in busy and source.last_used < limit]


def _old_versions(facts: Facts, limit: str) -> list[VersionFact]:
    pinned = {pin for job in facts.open_jobs for pin in job.pinned}
    return [
        version
        for version in facts.versions
        if version.superseded_at is not None
        and version.superseded_at < limit
        and (f"{version.tenant}__{version.source}.{version.table}", version.snapshot_id) not in pinned
    ]


def _unlinked(stages: list[StageFact], limit: str) -> list[StageFact]:
    return [stage for stage in stages if not stage.is_linked and stage.created_at < limit]


def _needed_landings(facts: Facts) -> set[str]:
    needed = {upload.sha256 for upload in facts.uploads} | {version.landing_sha256 for version in facts.versions}
    return needed.union(*(source.landings for source in facts.sources), *(job.landings for job in facts.open_jobs))


def _needed_objects(facts: Facts) -> set[tuple[str, str]]:
    manifests = {(job.tenant, job.manifest_sha256) for job in facts.jobs if job.manifest_sha256 is not None}
    return manifests | {(stage.tenant, sha) for stage in facts.stages for sha in stage.objects}


def _orphans(files: list[FileFact], needed: set[tuple[str, str]], stored_before: float) -> list[FileFact]:
    return [file for file in files if (file.tenant, file.name) not in needed and file.stored_at < stored_before]

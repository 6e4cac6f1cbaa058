"""The facts of a home. Files are listed after the rows were read: what is stored in between is too young to be removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from resources._kit.kept_files import KeptFile, left_in
from voyant_assets.runtime.environment import Environment
from voyant_assets.runtime.temporary import is_abandoned
from voyant_core.model.housekeeping import Facts, FileFact


def gathered(environment: Environment) -> Facts:
    sources, uploads, versions, jobs, open_jobs, stages = environment.store.housekeeping.facts()
    known_jobs = {job.id for job in jobs}
    return Facts(
        sources=sources,
        uploads=uploads,
        versions=versions,
        jobs=jobs,
        open_jobs=open_jobs,
        stages=stages,
        landings=[_file("", kept) for kept in environment.landings.stored()],
        objects=[_file(tenant, kept) for tenant in environment.objects.tenants() for kept in environment.objects.stored(tenant)],
        left=list(_left(environment, known_jobs)),
    )


def _file(tenant: str, kept: KeptFile) -> FileFact:
    return FileFact(tenant, kept.path.name, kept.size_bytes, kept.stored_at)


def _left(environment: Environment, known_jobs: set[str]) -> Iterator[FileFact]:
    """What writers that died left; copies of a job's artifacts go with the job."""
    layout = environment.layout
    yield from _paths(left_in(layout.landing, hidden_only=True))
    for tenant in environment.objects.tenants():
        yield from _paths(environment.objects.left(tenant))
    yield from _paths(copy for copy in left_in(layout.copies, hidden_only=False) if copy.path.name not in known_jobs)
    yield from _paths(spill for spill in left_in(layout.temp, hidden_only=False) if is_abandoned(spill.path))


def _paths(found: Iterable[KeptFile]) -> Iterator[FileFact]:
    for kept in found:
        yield FileFact("", str(kept.path), kept.size_bytes, kept.stored_at)

"""One service per feature, built once per process from the launch door. The only place where they meet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from voyant_api.features.analyze.service import AnalyzeService
from voyant_api.features.artifacts.service import ArtifactService
from voyant_api.features.jobs.service import JobService
from voyant_api.features.service.service import ServiceService
from voyant_api.features.sources.service import SourceService
from voyant_api.features.tables.service import TableService
from voyant_api.features.uploads.service import UploadService, Writer
from voyant_core.settings import Settings

if TYPE_CHECKING:
    from voyant_assets.launch import Launch
    from voyant_assets.probing import ProbeOrder


@dataclass(frozen=True, slots=True)
class Services:
    analyze: AnalyzeService
    jobs: JobService
    artifacts: ArtifactService
    sources: SourceService
    tables: TableService
    uploads: UploadService
    service: ServiceService


class Backend(Protocol):
    """What a process gives its doors: the launch door, and the state of its neighbours (`voyant_assets.serving.Server`)."""

    @property
    def launch(self) -> Launch: ...
    def open_landing(self, file_name: str) -> Writer: ...
    async def probe(self, order: ProbeOrder) -> dict[str, Any]: ...
    def ready(self) -> dict[str, str]: ...


def wire(backend: Backend, settings: Settings) -> Services:
    from voyant_assets.looking import Looks

    launch = backend.launch
    jobs = JobService(launch)
    sources = SourceService(launch, Looks(backend.probe))
    return Services(
        analyze=AnalyzeService(launch, jobs, sources),
        jobs=jobs,
        artifacts=ArtifactService(launch),
        sources=sources,
        tables=TableService(launch),
        uploads=UploadService(backend.open_landing, launch.register_upload, settings.files.max_bytes),
        service=ServiceService(backend.ready, launch.store.job_counts),
    )

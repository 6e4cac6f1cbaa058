"""The door without a server: the same services on the same home, in this process. A job runs here before `analyze` returns."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ValidationError

from voyant_api.cli.doors import OnEvent
from voyant_api.validation import from_validation
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.tenancy import CallContext

if TYPE_CHECKING:
    from voyant_assets.launch import Launch
    from voyant_assets.runtime.environment import Environment


class LocalDoor:
    def __init__(self, tenant: str) -> None:
        self.url: str | None = None
        self._call = CallContext(tenant=tenant, origin="cli", may_read_any_file=True)

    def analyze(self, body: Mapping[str, Any], on_event: OnEvent, *, wait: bool) -> str:
        if not wait:
            raise VoyantError(
                errors.WORKER_AWAY, "Without a server nobody would run the job.", hint="Start `voyant serve`, or leave --no-wait out."
            )
        from voyant_api.features.analyze.service import check_supported
        from voyant_api.features.jobs.service import JobService
        from voyant_assets.housekeeping.calling import keep_lone_house
        from voyant_assets.local import run_here
        from voyant_assets.runtime.home import HomeLock
        from voyant_core.model.job import AnalyzeRequest

        try:
            request = AnalyzeRequest.model_validate(dict(body))
        except ValidationError as error:
            raise from_validation(error.errors(include_input=False, include_url=False, include_context=False), "json") from error
        check_supported(request)
        with HomeLock(self._environment.layout).held():
            job = run_here(self._environment, request, self._call, lambda event: on_event(event.model_dump(mode="json")))
            keep_lone_house(self._environment)
        return _text(JobService(self._launch).answer(job))

    def jobs(self, state: str | None, limit: int) -> str:
        from voyant_api.features.jobs.service import JobService
        from voyant_core.model.job import JobState

        if state is not None and state not in set(JobState):
            raise VoyantError(errors.INVALID_REQUEST, f"{state[:40]!r} is not a state.", hint=f"The states are {', '.join(JobState)}.")
        wanted = None if state is None else JobState(state)
        return _text(JobService(self._launch).page(self._call, state=wanted, source_id=None, limit=limit, cursor=None))

    def job(self, job_id: str) -> str:
        from voyant_api.features.jobs.service import JobService

        return _text(JobService(self._launch).get(self._call, job_id))

    def cancel(self, job_id: str) -> str:
        from voyant_api.features.jobs.service import JobService

        return _text(JobService(self._launch).answer(self._launch.cancel(job_id, self._call)))

    def artifacts(self, job_id: str) -> str:
        from voyant_api.features.artifacts.schemas import ArtifactList

        return _text(ArtifactList(job_id=job_id, items=self._launch.artifacts(self._call.tenant, job_id)))

    def manifest(self, job_id: str) -> bytes:
        return self._launch.manifest_bytes(self._call.tenant, job_id)

    def copy_artifact(self, job_id: str, name: str, target: Path) -> str:
        _, path = self._launch.artifact(self._call.tenant, job_id, name)
        data = path.read_bytes()
        target.write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    def sources(self, limit: int) -> str:
        from voyant_api.features.sources.schemas import SourcePage

        items, following = self._launch.sources(self._call.tenant, limit, None)
        return _text(SourcePage(items=items, next_cursor=following))

    def source(self, source_id: str) -> str:
        return _text(self._launch.source(self._call.tenant, source_id))

    def connect(self, source: str | dict[str, Any]) -> str:
        return _text(self._launch.connect(source, self._call))

    def forget(self, source_id: str) -> None:
        self._launch.forget(source_id, self._call)

    @cached_property
    def _environment(self) -> Environment:
        from voyant_api.cli.logs import log_to_home
        from voyant_assets.runtime.environment import environment

        found = environment()
        found.prepare()
        log_to_home(found.settings)
        return found

    @cached_property
    def _launch(self) -> Launch:
        from voyant_assets.local import local_launch

        return local_launch(self._environment)


def _text(model: BaseModel) -> str:
    return model.model_dump_json(by_alias=True)

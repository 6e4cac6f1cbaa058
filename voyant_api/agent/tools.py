"""The five tools: thin faces of the services. Names, texts and schemas are the contract that agents see (tests/contract/snapshots).

Schemas come from these signatures and are written flat by `portable.py`. Everything a tool raises is rendered by `server.VoyantServer`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from anyio.to_thread import run_sync
from mcp.server.mcpserver import Context
from mcp.types import CallToolResult, ToolAnnotations
from pydantic import BaseModel, Field

from voyant_api.agent.caller import agent_call
from voyant_api.agent.rendering import absolute, job_result, link, source_text, text_result
from voyant_api.agent.tool_names import Tool
from voyant_api.features.analyze.schemas import KEY_PATTERN, MOST_WAIT_S
from voyant_api.features.artifacts.service import MANIFEST_NAME, excerpt, is_inline, read_small
from voyant_api.features.jobs.schemas import JobAnswer
from voyant_api.features.jobs.service import OnChange
from voyant_api.identity import TokenSource
from voyant_api.wiring import Services
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.model.job import SOURCE, AnalyzeRequest, Job, SourceText, StageState
from voyant_core.model.kpi import KpiRequest
from voyant_core.model.source import SourceRecord

_WAIT = Field(ge=0, le=MOST_WAIT_S, description="Seconds to wait for the end before answering `running`.")
_PATIENCE = Field(ge=0, le=MOST_WAIT_S, description="Seconds to wait for the reading before answering VYNT-5011.")
_JOB_ID = Field(min_length=1, max_length=64, description="A job id from analyze.")
_SOURCE = Field(description=SOURCE)


class ArtifactAnswer(BaseModel):
    """One artifact: its content when it is JSON or text, else a link only."""

    job_id: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    href: str
    content: str | None = Field(default=None, description="Characters from `offset`; null for what is not text.")
    offset: int = 0
    returned_chars: int = 0
    total_chars: int = 0
    truncated: bool = Field(default=False, description="More follows: call again with `offset` = `next_offset`.")
    next_offset: int | None = None


ServicesSource = Callable[[], Services]


@dataclass(frozen=True, slots=True)
class ToolSpec:
    tool: Tool
    title: str
    function: Callable[..., Any]
    annotations: ToolAnnotations


def tools(services: ServicesSource, local_token: TokenSource) -> list[ToolSpec]:
    """The tools over what `services` gives when one is called; a server that only lists them may give none."""

    async def analyze(
        context: Context,
        source: Annotated[SourceText | dict[str, Any], _SOURCE],
        tables: Annotated[list[str], Field(description="Tables of the source; none: all.")] = [],  # noqa: B006
        kpis: Annotated[list[KpiRequest], Field(max_length=50, description="Key figures: a name and one SELECT each.")] = [],  # noqa: B006
        stages: Annotated[list[str], Field(description="Stages to run; none: all that apply.")] = [],  # noqa: B006
        preset: Annotated[str | None, Field(description="A named request. None exists yet.")] = None,
        params: Annotated[dict[str, dict[str, Any]], Field(description="Parameters by stage name.")] = {},  # noqa: B006
        baseline: Annotated[str | None, Field(description="What to compare with. None exists yet.")] = None,
        wait_s: Annotated[float, _WAIT] = 30.0,
        idempotency_key: Annotated[
            str | None, Field(pattern=KEY_PATTERN, description="Same key and request: same job. Use it when you may call twice.")
        ] = None,
    ) -> Annotated[CallToolResult, JobAnswer]:
        """Analyze a file, URL or known source: profile, quality, KPIs, charts, narrative, report, manifest with hashes.

        Returns the finished analysis, or state `running` with a job_id to poll with the status tool. VYNT-5011 means that the source is
        still being read: call again with the same arguments.
        """
        agent = agent_call(context, local_token)
        request = AnalyzeRequest(source=source, tables=tables, kpis=kpis, stages=stages, preset=preset, params=params, baseline=baseline)
        answer = await services().analyze.analyze(
            request, agent.call, wait_s=min(wait_s, agent.most_wait_s), idempotency_key=idempotency_key, on_change=_progress(context)
        )
        return job_result(answer, agent.base_url)

    async def status(
        context: Context, job_id: Annotated[str, _JOB_ID], wait_s: Annotated[float, _WAIT] = 0.0
    ) -> Annotated[CallToolResult, JobAnswer]:
        """State of a job; once it is final also its summary, findings, artifacts and manifest. Can be read again and again."""
        agent = agent_call(context, local_token)
        answer = await services().jobs.follow(agent.call, job_id, min(wait_s, agent.most_wait_s), _progress(context))
        return job_result(answer, agent.base_url)

    async def cancel(context: Context, job_id: Annotated[str, _JOB_ID]) -> Annotated[CallToolResult, JobAnswer]:
        """Stop a job. Stages that are finished keep their results."""
        agent = agent_call(context, local_token)
        return job_result(await services().jobs.cancel(agent.call, job_id, min(5.0, agent.most_wait_s)), agent.base_url)

    async def artifact(
        context: Context,
        job_id: Annotated[str, _JOB_ID],
        name: Annotated[
            str, Field(min_length=1, max_length=400, description="Name as in the manifest, e.g. `orders/profile.json`; or `manifest.json`.")
        ],
        pointer: Annotated[
            str, Field(max_length=1000, description="RFC 6901 pointer into a JSON artifact, as in a finding's evidence; empty: the whole.")
        ] = "",
        offset: Annotated[int, Field(ge=0, description="First character to return.")] = 0,
        max_chars: Annotated[int, Field(ge=100, le=40_000, description="Most characters to return.")] = 10_000,
    ) -> Annotated[CallToolResult, ArtifactAnswer]:
        """Read an artifact: JSON and text inline and in pieces, charts and reports as a link."""
        agent = agent_call(context, local_token)
        if name == MANIFEST_NAME:
            data = await run_sync(services().artifacts.manifest, agent.call, job_id)
            return _artifact_result(job_id, _manifest_facts(job_id, data, agent.base_url), data, pointer, offset, max_chars, [])
        found, path = await run_sync(services().artifacts.find, agent.call, job_id, name)
        facts = {**found.model_dump(include={"name", "media_type", "size_bytes", "sha256"}), "href": absolute(found.href, agent.base_url)}
        inline = is_inline(found.media_type)
        if pointer and not inline:
            raise VoyantError(
                errors.BAD_REQUEST,
                f"{name[:200]!r} is {found.media_type}; pointers lead into JSON.",
                hint="Leave `pointer` out for a link.",
            )
        data = await run_sync(read_small, path, found.size_bytes) if inline else None
        return _artifact_result(job_id, facts, data, pointer, offset, max_chars, [link(found, agent.base_url)])

    async def discover(
        context: Context, source: Annotated[SourceText | dict[str, Any], _SOURCE], wait_s: Annotated[float, _PATIENCE] = 30.0
    ) -> Annotated[CallToolResult, SourceRecord]:
        """Look into a source without keeping it: its tables, their columns and types, and how it is read."""
        agent = agent_call(context, local_token)
        record = await services().sources.discover(source, agent.call, min(wait_s, agent.most_wait_s))
        return text_result(source_text(record), record.model_dump(mode="json"))

    reads = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)
    return [
        ToolSpec(
            Tool.ANALYZE,
            "Analyze a source",
            analyze,
            ToolAnnotations(read_only_hint=False, destructive_hint=False, idempotent_hint=False, open_world_hint=True),
        ),
        ToolSpec(Tool.STATUS, "State of a job", status, reads),
        ToolSpec(
            Tool.CANCEL,
            "Cancel a job",
            cancel,
            ToolAnnotations(read_only_hint=False, destructive_hint=True, idempotent_hint=True, open_world_hint=False),
        ),
        ToolSpec(Tool.ARTIFACT, "Read an artifact", artifact, reads),
        ToolSpec(
            Tool.DISCOVER,
            "Look into a source",
            discover,
            ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=True),
        ),
    ]


def _progress(context: Context) -> OnChange:
    """Report each stage that ends. A client that sent no progress token hears nothing."""
    reported = -1

    async def report(job: Job) -> None:
        nonlocal reported
        ended = [stage for stage in job.stages if stage.state not in (StageState.PENDING, StageState.RUNNING)]
        if len(ended) == reported:
            return
        reported = len(ended)
        running = [f"{stage.table}: {stage.name}" for stage in job.stages if stage.state is StageState.RUNNING]
        message = f"{job.state}" + (f" ({', '.join(running[:3])})" if running else "")
        await context.report_progress(float(len(ended)), float(max(len(job.stages), 1)), message)

    return report


def _manifest_facts(job_id: str, data: bytes, base_url: str) -> dict[str, Any]:
    import hashlib

    return {
        "name": MANIFEST_NAME,
        "media_type": "application/json",
        "size_bytes": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "href": absolute(f"/v1/artifacts/{job_id}/manifest", base_url),
    }


def _artifact_result(
    job_id: str, facts: dict[str, Any], data: bytes | None, pointer: str, offset: int, max_chars: int, links: list[Any]
) -> CallToolResult:
    answer = ArtifactAnswer(job_id=job_id, **facts)
    if data is not None:
        part = excerpt(data, pointer=pointer, offset=offset, max_chars=max_chars)
        answer.content, answer.offset, answer.total_chars = part.content, part.offset, part.total_chars
        answer.returned_chars, answer.next_offset = len(part.content), part.next_offset
        answer.truncated = part.next_offset is not None
    return text_result(answer.model_dump_json(exclude_none=True), answer.model_dump(mode="json"), links)

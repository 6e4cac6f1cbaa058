"""The MCP server: tools under one spelling, either accepted; every failure told by its code; artifacts readable as resources.

`VoyantServer` changes the SDK's `MCPServer` in its public methods only: what a failed call looks like, and how resources are read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

from anyio.to_thread import run_sync
from mcp.server import MCPServer
from mcp.server.caching import CacheHint
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError, ToolError
from mcp.server.mcpserver.tools import Tool as RegisteredTool
from mcp.types import CallToolResult, InputRequiredResult, ResourceTemplate
from pydantic import AnyUrl, ValidationError

from resources.telemetry.logs import bound_ids
from resources.telemetry.tracing import remote_context, span
from voyant_api.agent.caller import agent_call, request_state
from voyant_api.agent.portable import outline, portable
from voyant_api.agent.rendering import error_result
from voyant_api.agent.tool_names import Separator, Tool, recognised, spelled
from voyant_api.agent.tools import ToolSpec
from voyant_api.features.artifacts.service import MANIFEST_NAME, is_inline, read_small
from voyant_api.features.service.service import version
from voyant_api.identity import TokenSource
from voyant_api.metrics import Metrics
from voyant_api.validation import from_validation
from voyant_api.wiring import Services
from voyant_core import errors
from voyant_core.errors import Flaw, VoyantError
from voyant_core.hints import Door

_log = logging.getLogger("voyant.mcp")
_ARTIFACT_URI = re.compile(r"voyant://(?P<tenant>[a-z0-9_]+)/(?P<job>[A-Za-z0-9_]{1,64})/(?P<name>[^?#]{1,400})")
_ARTIFACT_HREF = re.compile(r"https?://[^/]+/v1/artifacts/(?P<job>[A-Za-z0-9_]{1,64})/(?P<name>[^?#]{1,400})")


class Upstream(Protocol):
    """Another Voyant server that does the work (`agent/stdio.py`)."""

    async def call_tool(self, name: str, arguments: dict[str, Any], context: Context[Any, Any]) -> CallToolResult: ...
    async def read_resource(self, uri: str) -> list[ReadResourceContents]: ...


class VoyantServer(MCPServer[Any]):
    """Works through `services`, or passes everything but the lists to `upstream`."""

    def __init__(
        self,
        registered: Mapping[Tool, RegisteredTool],
        separator: Separator,
        *,
        services: Services | None = None,
        local_token: TokenSource = lambda: None,
        metrics: Metrics | None = None,
        upstream: Upstream | None = None,
    ) -> None:
        super().__init__(
            "voyant",
            title="Voyant",
            version=version().version,
            instructions=Path(__file__).with_name("prompts.md").read_text(encoding="utf-8"),
            tools=[entry.model_copy(update={"name": spelled(tool, separator)}) for tool, entry in registered.items()],
            cache_hints={"tools/list": CacheHint(ttl_ms=60_000, scope="private")},
        )
        self.separator: Separator = separator
        self._arguments = {tool: list(entry.parameters["properties"]) for tool, entry in registered.items()}
        self._services = services
        self._local_token = local_token
        self._metrics = metrics
        self._upstream = upstream

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Every failure is a result that starts with its code; the model reads it."""
        tool = recognised(name)
        state = request_state(context) if context is not None else {}
        try:
            if tool is None or context is None:
                known = ", ".join(spelled(each, self.separator) for each in Tool)
                raise VoyantError(errors.BAD_REQUEST, f"There is no tool {name[:80]!r}.", hint=f"The tools are {known}.")
            _refuse_unknown(arguments, self._arguments[tool])
            if self._upstream is not None:
                return await self._upstream.call_tool(spelled(tool, self.separator), arguments, context)
            with bound_ids(request_id=state.get("request_id")), remote_context(state.get("traceparent")), span(f"tool {tool}"):
                result = await super().call_tool(spelled(tool, self.separator), arguments, context)
            self._count(tool, "ok")
        except (ToolError, VoyantError) as error:
            told = _as_voyant_error(error)
            if told.code is errors.INTERNAL:
                _log.error("The tool %s failed", name[:80], exc_info=error)
            self._count(tool, told.code.code)
            return error_result(told, state.get("request_id"))
        return result

    def _count(self, tool: Tool | None, outcome: str) -> None:
        if self._metrics is not None:
            self._metrics.tool_calls.labels(str(tool or "unknown"), outcome).inc()

    async def list_resource_templates(self) -> list[ResourceTemplate]:
        return [
            ResourceTemplate(
                uri_template="voyant://{tenant}/{job_id}/{+name}",
                name="artifact",
                title="Artifact of a job",
                description=f"An artifact by its `uri` in the manifest, or {MANIFEST_NAME}.",
            )
        ]

    async def read_resource(
        self, uri: AnyUrl | str, context: Context[Any, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        """An artifact by its `voyant://` URI or by the link that a tool gave. Another tenant's does not exist."""
        if self._upstream is not None:
            return await self._upstream.read_resource(str(uri))
        found = _ARTIFACT_URI.fullmatch(str(uri)) or _ARTIFACT_HREF.fullmatch(str(uri))
        if found is None or context is None or self._services is None:
            raise ResourceNotFoundError(f"There is no resource {str(uri)[:200]!r}.")
        try:
            call = agent_call(context, self._local_token).call
            if found.groupdict().get("tenant", call.tenant) != call.tenant:
                raise ResourceNotFoundError(f"There is no resource {str(uri)[:200]!r}.")
            if found["name"] in (MANIFEST_NAME, "manifest"):
                data = await run_sync(self._services.artifacts.manifest, call, found["job"])
                return [ReadResourceContents(data.decode(), "application/json")]
            artifact, path = await run_sync(self._services.artifacts.find, call, found["job"], found["name"])
            data = await run_sync(read_small, path, artifact.size_bytes)
        except VoyantError as error:
            kind = ResourceNotFoundError if error.code.status == 404 else ResourceError
            raise kind(error.to_text(Door.MCP)) from error
        as_text = is_inline(artifact.media_type) or artifact.media_type.startswith(("text/", "image/svg"))
        return [ReadResourceContents(data.decode("utf-8", "replace") if as_text else data, artifact.media_type)]


def registered(specs: Sequence[ToolSpec]) -> dict[Tool, RegisteredTool]:
    """The tools with their schemas, derived once for every spelling."""
    return {spec.tool: _registered(spec) for spec in specs}


def _registered(spec: ToolSpec) -> RegisteredTool:
    description = _one_line(spec.function.__doc__)
    name = spelled(spec.tool, "_")
    tool = RegisteredTool.from_function(spec.function, name=name, title=spec.title, description=description, annotations=spec.annotations)
    published = tool.fn_metadata.model_copy(update={"output_schema": outline(tool.fn_metadata.output_schema or {})})
    parameters = {**portable(tool.parameters), "additionalProperties": False}
    return tool.model_copy(update={"parameters": parameters, "fn_metadata": published})


def _refuse_unknown(arguments: Mapping[str, Any], known: Sequence[str]) -> None:
    """The SDK drops arguments that a tool does not have; a misspelt one, or a tenant, would silently give another answer."""
    unknown = [name for name in arguments if name not in known]
    if not unknown:
        return
    if unknown[0] in ("tenant", "tenant_id"):
        advice = "The tenant is the header X-Tenant-ID of the MCP connection."
    else:
        close = get_close_matches(unknown[0], known, 1)
        advice = (f"Did you mean {close[0]!r}? " if close else "") + f"The arguments are {', '.join(known)}."
    flaws = [Flaw(f"/{name[:80]}", "no such argument") for name in unknown[:20]]
    raise VoyantError(errors.INVALID_REQUEST, f"There is no argument {unknown[0][:80]!r}.", hint=advice, errors=flaws)


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def _as_voyant_error(error: ToolError | VoyantError) -> VoyantError:
    if isinstance(error, VoyantError):
        return error
    cause = error.__cause__
    if isinstance(cause, VoyantError):
        return cause
    if isinstance(cause, ValidationError):
        found = from_validation(cause.errors(include_input=False, include_url=False, include_context=False))
        flaws = [Flaw(flaw.pointer, flaw.detail) for flaw in found.errors]
        return VoyantError(found.code, "The arguments do not fit the tool's schema.", hint="Mend them and call again.", errors=flaws)
    return VoyantError(errors.INTERNAL, "The tool failed inside Voyant.", hint="Try again; if it stays, tell the operator.")

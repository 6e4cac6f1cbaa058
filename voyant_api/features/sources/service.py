"""Sources: look at one without keeping it, connect, list, forget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from anyio.to_thread import run_sync

from voyant_api.features.sources.schemas import SourcePage
from voyant_core.model.source import ProbeResult, SourceRecord
from voyant_core.tenancy import CallContext

if TYPE_CHECKING:
    from voyant_assets.launch import Launch, Seen
    from voyant_assets.looking import Looks


class SourceService:
    def __init__(self, launch: Launch, looks: Looks) -> None:
        self.launch = launch
        self._looks = looks

    async def look(self, source: str | dict[str, Any], call: CallContext, wait_s: float) -> Seen:
        """Probe a place, or join or take the probe that an earlier call had to leave. VYNT-5011 when it takes longer than `wait_s`."""
        target = await run_sync(self.launch.target, source, call)
        found = await self._looks.look(call.tenant, target, wait_s)
        return target, await run_sync(ProbeResult.model_validate, found)

    async def discover(self, source: str | dict[str, Any], call: CallContext, wait_s: float) -> SourceRecord:
        return await run_sync(self.launch.discover, source, call, await self.look(source, call, wait_s))

    async def connect(self, source: str | dict[str, Any], call: CallContext, wait_s: float) -> SourceRecord:
        return await run_sync(self.launch.connect, source, call, await self.look(source, call, wait_s))

    def page(self, call: CallContext, limit: int, cursor: str | None) -> SourcePage:
        items, following = self.launch.sources(call.tenant, limit, cursor)
        return SourcePage(items=items, next_cursor=following)

    def get(self, call: CallContext, source_id: str) -> SourceRecord:
        return self.launch.source(call.tenant, source_id)

    def forget(self, source_id: str, call: CallContext) -> None:
        self.launch.forget(source_id, call)

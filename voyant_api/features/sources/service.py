"""Sources: look at one without keeping it, connect, list, forget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from voyant_api.features.sources.schemas import SourcePage
from voyant_core.model.source import SourceRecord
from voyant_core.tenancy import CallContext

if TYPE_CHECKING:
    from voyant_assets.launch import Launch


class SourceService:
    def __init__(self, launch: Launch) -> None:
        self.launch = launch

    def discover(self, source: str | dict[str, Any], call: CallContext) -> SourceRecord:
        return self.launch.discover(source, call)

    def connect(self, source: str | dict[str, Any], call: CallContext) -> SourceRecord:
        return self.launch.connect(source, call)

    def page(self, call: CallContext, limit: int, cursor: str | None) -> SourcePage:
        items, following = self.launch.sources(call.tenant, limit, cursor)
        return SourcePage(items=items, next_cursor=following)

    def get(self, call: CallContext, source_id: str) -> SourceRecord:
        return self.launch.source(call.tenant, source_id)

    def forget(self, source_id: str, call: CallContext) -> None:
        self.launch.forget(source_id, call)

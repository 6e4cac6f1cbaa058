"""The probe: fetch a source's bytes to landing, and list its tables and columns. Runs in a spare of the worker, never in the API.

Arguments and answer are JSON, because they cross a process border.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from voyant_assets.runtime.environment import Environment
from voyant_core.keys import TABLE_STAGE
from voyant_core.model.source import Landing, ProbeResult


class ProbeOrder(BaseModel):
    """Where to fetch from: a path (already allowed), a URL, or bytes that have landed."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["path", "url", "landing"]
    place: str = ""
    landing: Landing | None = None


def probe(environment: Environment, arguments: dict[str, Any]) -> dict[str, Any]:
    """`arguments` is a ProbeOrder; the answer a ProbeResult. VYNT-1xxx, 2008, 6003 or 7xxx when the source cannot be read."""
    from resources.files.fetch import fetch
    from voyant_assets.catalogue import catalogue
    from voyant_assets.unpacking.source import tables_of

    order = ProbeOrder.model_validate(arguments)
    landings = environment.landings
    match order:
        case ProbeOrder(kind="landing", landing=Landing() as landed):
            pass
        case ProbeOrder(kind="url"):
            landed = fetch(order.place, landings, environment.settings.fetch)
        case _:
            landed = landings.land_file(Path(order.place))
    tables = tables_of(landed, environment, [TABLE_STAGE, *catalogue().stages])
    return ProbeResult(landing=landed, tables=tables).model_dump(mode="json")

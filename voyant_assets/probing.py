"""The probe: fetch a source's bytes to landing, and list its tables and columns. Runs in a spare of the worker, never in the API.

Arguments and answer are JSON, because they cross a process border.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from resources.files.folders import split_glob
from voyant_assets.catalogue import catalogue
from voyant_assets.runtime.environment import Environment
from voyant_assets.unpacking.pieces import with_notes
from voyant_assets.unpacking.source import folder_of, tables_of
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
    order = ProbeOrder.model_validate(arguments)
    reserved = [TABLE_STAGE, *catalogue().stages]
    folder, pattern = _folder(order)
    if folder is not None:
        landed, tables = folder_of(folder, pattern, environment, reserved)
    else:
        landed, notes = _landed(order, environment)
        tables = [with_notes(table, notes) for table in tables_of(landed, environment, reserved)]
    return ProbeResult(landing=landed, tables=tables).model_dump(mode="json")


def _folder(order: ProbeOrder) -> tuple[Path | None, str]:
    """The folder to read and the pattern of its files; None for a single file. A file whose name looks like a pattern is a file."""
    place = Path(order.place)
    if order.kind != "path" or place.is_file():
        return None, ""
    folder, pattern = split_glob(place)
    return (folder, pattern) if folder.is_dir() else (None, "")


def _landed(order: ProbeOrder, environment: Environment) -> tuple[Landing, list[str]]:
    """The source's bytes, and what to tell about how they were taken."""
    from resources.files.fetch import fetch
    from resources.sqlite.live import copied, has_log

    landings = environment.landings
    match order:
        case ProbeOrder(kind="landing", landing=Landing() as landed):
            return landed, []
        case ProbeOrder(kind="url"):
            return fetch(order.place, landings, environment.settings.fetch), []
        case ProbeOrder(place=place) if has_log(Path(place)):
            with landings.scratch() as scratch:
                copy = copied(Path(place), scratch.folder() / "copy.db")
                return landings.land_file(copy, Path(place).name), [
                    "The database was in use: this is a copy of it, its write-ahead log included."
                ]
        case _:
            return landings.land_file(Path(order.place)), []

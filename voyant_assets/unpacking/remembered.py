"""What was taken out of a container before: the same bytes, opened by the same code under the same limits, give the same tables.

Kept beside the landings as a file per container; it goes with the leftovers of the home when nobody asked for a while.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from voyant_assets.runtime.code_version import code_version, product_roots
from voyant_assets.runtime.environment import Environment
from voyant_core.canonical import digest
from voyant_core.model.source import FoundTable, Landing

FOLDER = ".opened"
_TABLES = TypeAdapter(list[FoundTable])


class Remembered:
    """The tables of one container. A hit needs all their bytes still there; they then count as new for who collects."""

    def __init__(self, environment: Environment, landing: Landing, reserved: Sequence[str]) -> None:
        settings = environment.settings
        made_by = [code_version(product_roots()), environment.engine.version]
        limits = [settings.archive.model_dump(mode="json"), settings.files.max_columns]
        key = digest([made_by, limits, landing.sha256, landing.file_name, list(reserved)]).partition(":")[2]
        self._landings = environment.landings
        self._path = environment.layout.landing / FOLDER / f"{key}.json"

    def tables(self) -> list[FoundTable] | None:
        try:
            found = _TABLES.validate_json(self._path.read_bytes())
        except (OSError, ValidationError):
            return None
        return found if all(table.landing is None or self._landings.keep(table.landing.sha256) for table in found) else None

    def keep(self, tables: list[FoundTable]) -> list[FoundTable]:
        """Note the tables, and hand them on. What cannot be noted is found again next time."""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            temporary = self._path.with_suffix(f".{os.getpid()}.part")
            temporary.write_bytes(_TABLES.dump_json(tables))
            temporary.replace(self._path)
        return tables

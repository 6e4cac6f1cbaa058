"""What the probe finds in a file or folder, for tests of what it opens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from voyant_assets.probing import probe
from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.model.source import FoundTable, ProbeResult


def probed(environment: Environment, place: Path) -> ProbeResult:
    return ProbeResult.model_validate(probe(environment, {"kind": "path", "place": str(place)}))


def refused(environment: Environment, place: Path) -> errors.VoyantError:
    with pytest.raises(errors.VoyantError) as caught:
        probed(environment, place)
    return caught.value


def rows(environment: Environment, found: FoundTable) -> list[tuple[Any, ...]]:
    """The rows of a table that was exported or joined from several files."""
    assert found.landing is not None
    return environment.engine.rows(f"FROM read_parquet('{environment.landings.path(found.landing.sha256)}')")


def types(found: FoundTable) -> dict[str, str]:
    return {column.name: column.type for column in found.columns}

"""The surfaces that callers depend on, as JSON: `python tests/contract/surfaces.py` writes them to tests/contract/snapshots.

Run it when a surface was changed on purpose, and look at the difference before committing it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

SNAPSHOTS = Path(__file__).parent / "snapshots"
sys.path.insert(0, str(Path(__file__).parents[1] / "unit" / "api"))


def openapi() -> Any:
    from fake_launch import FakeLaunch

    from voyant_api.app import create_app
    from voyant_core.settings import Settings

    with tempfile.TemporaryDirectory() as folder:
        document = create_app(FakeLaunch(Path(folder)), Settings(home=Path(folder))).openapi()
    document["info"]["version"] = "*"
    return document


def tools() -> Any:
    from voyant_api.agent.server import VoyantServer, registered
    from voyant_api.agent.tools import tools

    server = VoyantServer(registered(tools(lambda: (_ for _ in ()).throw(AssertionError), lambda: None)), ".")
    listed = asyncio.run(server.list_tools())
    return {
        "instructions": server.instructions,
        "tools": [tool.model_dump(mode="json", by_alias=True, exclude_none=True) for tool in listed],
    }


def errors() -> Any:
    from voyant_core.errors import CATALOGUE

    return {entry.code: dataclasses.asdict(entry) for _, entry in sorted(CATALOGUE.items())}


def manifest() -> Any:
    from voyant_core.model.artifact import Manifest

    return Manifest.model_json_schema(by_alias=True)


def hints() -> Any:
    from voyant_core.hints import WORDS

    return {hint.name: {str(door): text for door, text in words.items()} for hint, words in WORDS.items()}


SURFACES = {"hints": hints, "openapi": openapi, "mcp_tools": tools, "errors": errors, "manifest": manifest}


def written(surface: Any) -> str:
    return json.dumps(surface, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main() -> None:
    SNAPSHOTS.mkdir(exist_ok=True)
    for name, surface in SURFACES.items():
        (SNAPSHOTS / f"{name}.json").write_text(written(surface()), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The tools, and how their names are spelled: `voyant.analyze` at `/mcp`, `voyant_analyze` at `/mcp-flat`.

Dots are legal in MCP and rejected by several clients; so each server lists one spelling and accepts both.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

Separator = Literal[".", "_"]
PREFIX = "voyant"


class Tool(StrEnum):
    ANALYZE = "analyze"
    STATUS = "status"
    CANCEL = "cancel"
    ARTIFACT = "artifact"
    DISCOVER = "discover"


def spelled(tool: Tool, separator: Separator) -> str:
    return f"{PREFIX}{separator}{tool}"


def recognised(name: str) -> Tool | None:
    """The tool that either spelling, or the bare name, means."""
    bare = name.removeprefix(f"{PREFIX}.").removeprefix(f"{PREFIX}_")
    return Tool(bare) if bare in {str(tool) for tool in Tool} else None

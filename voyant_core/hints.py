"""What to do next, in the words of the door that the caller came through.

An error is raised far from any door, so a hint that names a call holds a mark (`Hint`), which the door replaces (`spoken`). Marks are plain
text: they pass process borders and storage.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Door(StrEnum):
    REST = "rest"
    MCP = "mcp"
    CLI = "cli"


class Hint(StrEnum):
    """Each is a whole sentence at every door."""

    JOBS = "{voyant:jobs}"
    ARTIFACTS = "{voyant:artifacts}"
    SOURCES = "{voyant:sources}"
    TABLES = "{voyant:tables}"
    UPLOAD = "{voyant:upload}"
    AGAIN = "{voyant:again}"

    def of(self, subject: str) -> str:
        """The mark with what its sentence is about."""
        return f"{self[:-1]}:{re.sub('[{}]', '', subject)}}}"


_MARK = re.compile(r"(\{voyant:[a-z]+)(?::([^{}]*))?\}")
WORDS: Mapping[Hint, Mapping[Door, str]] = {
    Hint.JOBS: {
        Door.REST: "GET /v1/jobs lists the jobs.",
        Door.MCP: "Use the job_id that the analyze tool returned.",
        Door.CLI: "`voyant jobs` lists the jobs.",
    },
    Hint.ARTIFACTS: {
        Door.REST: "GET /v1/artifacts/{} lists the job's artifacts.",
        Door.MCP: "The status tool lists the artifacts of {}.",
        Door.CLI: "`voyant artifacts {}` lists the job's artifacts.",
    },
    Hint.SOURCES: {
        Door.REST: "GET /v1/sources lists the sources.",
        Door.MCP: "Use the source_id that the analyze tool returned, or give a path or URL.",
        Door.CLI: "`voyant sources` lists the sources.",
    },
    Hint.TABLES: {
        Door.REST: "GET /v1/tables lists the tables.",
        Door.MCP: "The discover tool lists the tables of a source.",
        Door.CLI: "`voyant sources ID` lists the tables of a source.",
    },
    Hint.UPLOAD: {
        Door.REST: "POST /v1/uploads gives the id.",
        Door.MCP: "Use the upload_id that POST /v1/uploads of this server returned, or give a path or URL.",
        Door.CLI: "Give the path of the file instead.",
    },
    Hint.AGAIN: {
        Door.REST: "It goes on: make the same call again within {}, and it waits further or takes what was found.",
        Door.MCP: "It goes on: call this tool again with the same arguments within {}, and it waits further or takes what was found.",
        Door.CLI: "It goes on: give the same command again within {}, and it waits further or takes what was found.",
    },
}


def spoken(text: str, door: Door) -> str:
    """`text` with every mark replaced by the door's words."""

    def words(found: re.Match[str]) -> str:
        known = next((hint for hint in Hint if hint == f"{found[1]}}}"), None)
        return found[0] if known is None else WORDS[known][door].format(found[2] or "")

    return _MARK.sub(words, text)

"""The contract of a stage: what the graph, the doors and a plugin must know about one step of analysis.

A stage is one `Stage` object. The catalogue finds the product's own in `voyant_assets/stages/` (module attribute `STAGE`) and those of
other packages in the entry-point group `voyant.stages`. Nothing else lists stages by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from voyant_core import errors
from voyant_core.model.artifact import Artifact, ArtifactKind
from voyant_core.model.job import Plan, StageRun
from voyant_core.model.source import FoundTable, Landing
from voyant_core.model.table import TableSnapshot
from voyant_core.ports import GuardedQuery, QueryEngine


class NoParameters(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StageSkipped(Exception):  # noqa: N818 - a skip is a result, not an error
    """Raised by a stage that cannot apply: not an error, the reason is shown. `code` is a line of the error catalogue."""

    def __init__(self, code: errors.ErrorCode, reason: str) -> None:
        super().__init__(reason)
        self.code, self.reason = code, reason


@dataclass(frozen=True, slots=True)
class Output:
    """One artifact to be. `file` is the name behind the table's: `profile.json`."""

    file: str
    kind: ArtifactKind
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class CheckOutcome:
    """The verdict on one quality dimension, shown by Dagster as an asset check on the table.

    `severity` is WARN or ERROR; `metadata` values are JSON scalars or Markdown.
    """

    name: str
    passed: bool
    severity: Literal["WARN", "ERROR"]
    description: str
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class StageResult:
    """What a stage gives back.

    `model` is what later stages read from `StageContext.results`. `metadata` holds numbers worth plotting over time. `preview` is
    Markdown (images as data URIs allowed) that an analyst sees in Dagit.
    """

    model: Any
    outputs: tuple[Output, ...] = ()
    metadata: Mapping[str, float | int | str] = field(default_factory=dict[str, float | int | str])
    preview: str | None = None
    checks: tuple[CheckOutcome, ...] = ()


@dataclass(frozen=True, slots=True)
class StageContext:
    """What a stage gets.

    `view` is the name under which `engine` reads the pinned table. `results` holds the models of the stages in `needs` and of the
    `wants` that succeeded. `artifacts` are those made so far for this table (names start with `<table>/`), `progress` the states of the
    table's stages so far. `snapshot` is the pinned table.
    """

    tenant: str
    plan: Plan
    source_title: str
    found: FoundTable
    landing: Landing
    snapshot: TableSnapshot
    view: str
    parameters: Any
    engine: QueryEngine
    guarded: GuardedQuery
    results: Mapping[str, Any]
    artifacts: tuple[Artifact, ...]
    progress: tuple[StageRun, ...]

    @property
    def table(self) -> str:
        return self.found.name


@dataclass(frozen=True, slots=True, kw_only=True)
class StageDeclaration:
    """What every stage declares, over one table or over several.

    `needs` must have succeeded, `wants` are waited for but may be missing. `load` rebuilds `model` from the bytes of the stage's
    artifacts by file name, so that a reused stage can feed the next. With `required` its failure fails the job even when nobody
    named it.
    Raise `code_version` whenever the output for the same input may change: it keys reuse.
    """

    name: str
    title: str
    load: Callable[[Mapping[str, bytes]], Any]
    code_version: str
    needs: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    produces: tuple[ArtifactKind, ...] = ()
    parameters: type[BaseModel] = NoParameters
    checks: tuple[str, ...] = ()
    required: bool = False
    kind: str = "duckdb"
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage(StageDeclaration):
    """A stage over one table. `ingest` in `needs` is the table itself."""

    run: Callable[[StageContext], StageResult]

"""What was done, and what was not and why. Durations and reuse are left out: they are not the same twice."""

from __future__ import annotations

from dataclasses import dataclass

from voyant_assets.report.inputs import ReportInputs
from voyant_core.model.job import StageRun, StageState

OWN_STAGE = "report"
TOLD = (StageState.FAILED, StageState.SKIPPED)


@dataclass(frozen=True, slots=True)
class ToldStage:
    name: str
    state: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class StagesView:
    told: list[ToldStage]
    done: list[str]


def shown_runs(inputs: ReportInputs) -> list[StageRun]:
    """The stages that have ended, without the report itself."""
    return [run for run in inputs.progress if run.name != OWN_STAGE and (run.state.is_done or run.state in TOLD)]


def is_told(run: StageRun) -> bool:
    return run.state in TOLD


def stages_view(inputs: ReportInputs) -> StagesView:
    runs = shown_runs(inputs)
    told = sorted((run for run in runs if is_told(run)), key=lambda run: TOLD.index(run.state))
    return StagesView(
        told=[ToldStage(run.name, str(run.state), run.code or "", run.reason or "") for run in told],
        done=[run.name for run in runs if not is_told(run)],
    )

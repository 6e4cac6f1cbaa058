"""The profile: every column and the table as a whole in figures, exact where they can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from voyant_core.canonical import dumps
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.profile import TableProfile
from voyant_core.settings import settings
from voyant_core.stage import Output, Stage, StageContext, StageResult

if TYPE_CHECKING:
    from voyant_assets.analysis.profile.collect import Budget
    from voyant_core.model.table import TableSnapshot

FILE = "profile.json"


class ProfileParameters(BaseModel):
    """The budget for exact figures. The defaults are those of the server's settings, so that a changed setting computes anew."""

    model_config = ConfigDict(extra="forbid")

    exact: bool = Field(default=False, description="Every figure from all rows, whatever the table's size.")
    exact_rows: int = Field(
        default_factory=lambda: settings().profile.exact_rows, ge=0, description="Beyond so many rows quantiles come from a sample."
    )
    exact_bytes: int = Field(
        default_factory=lambda: settings().profile.exact_bytes, ge=0, description="The same for the bytes of the stored table."
    )
    sample_rows: int = Field(
        default_factory=lambda: settings().profile.sample_rows, ge=1000, le=20_000_000, description="Rows of the sample, about."
    )
    salt: int = Field(default=0, ge=0, le=2**31 - 1, description="Another salt draws another sample.")


def budget_of(parameters: ProfileParameters, snapshot: TableSnapshot) -> Budget:
    """What the parameters allow for this table."""
    from voyant_assets.analysis.profile.collect import Budget

    is_small = parameters.exact or snapshot.size_bytes <= parameters.exact_bytes
    exact_rows = snapshot.rows if parameters.exact else parameters.exact_rows if is_small else 0
    return Budget(exact_rows=exact_rows, sample_rows=parameters.sample_rows, salt=parameters.salt)


def run(context: StageContext) -> StageResult:
    from voyant_assets.analysis.meaning.interpret import interpret
    from voyant_assets.analysis.profile.preview import markdown
    from voyant_assets.analysis.profile.table import profile_table

    data = dumps(profile_table(context.engine, context.view, context.table, interpret, budget_of(context.parameters, context.snapshot)))
    # Later stages cite what stands in the artifact, so they read its rounded figures, not the ones behind them.
    profile = load({FILE: data})
    return StageResult(
        model=profile,
        outputs=(Output(FILE, ArtifactKind.PROFILE, "application/json", data),),
        metadata=metadata_of(profile),
        preview=markdown(profile),
    )


def metadata_of(profile: TableProfile) -> dict[str, float | int | str]:
    """Figures worth plotting over time. `null_share` is of all cells; duplicate rows are left out where they were not counted."""
    columns = profile.columns.values()
    figures: dict[str, float | int | str] = {
        "rows": profile.rows,
        "columns": len(columns),
        "null_share": sum(column.null_share for column in columns) / len(columns) if columns else 0.0,
        "complete_rows": profile.missingness.complete_rows,
        "empty_columns": sum(column.count == 0 for column in columns),
        "measures": sum(column.role == "measure" for column in columns),
    }
    if profile.duplicate_rows.count is not None:
        figures["duplicate_rows"] = profile.duplicate_rows.count
    if profile.sampling is not None:
        figures["sampled_rows"] = profile.sampling.rows
    return figures


def load(files: Mapping[str, bytes]) -> TableProfile:
    return TableProfile.model_validate_json(files[FILE])


STAGE = Stage(
    name="profile",
    title="Profile",
    description="Counts, quantiles, histograms, frequent values and patterns of every column; correlations, missingness, duplicates.",
    run=run,
    load=load,
    code_version="3",
    needs=("ingest",),
    produces=(ArtifactKind.PROFILE,),
    parameters=ProfileParameters,
    required=True,
)

"""The profile: every column and the table as a whole in figures, exact where they can be."""

from __future__ import annotations

from collections.abc import Mapping

from voyant_core.canonical import dumps
from voyant_core.model.artifact import ArtifactKind
from voyant_core.model.profile import TableProfile
from voyant_core.stage import Output, Stage, StageContext, StageResult

FILE = "profile.json"


def run(context: StageContext) -> StageResult:
    from voyant_assets.analysis.meaning.interpret import interpret
    from voyant_assets.analysis.profile.preview import markdown
    from voyant_assets.analysis.profile.table import profile_table

    data = dumps(profile_table(context.engine, context.view, context.table, interpret))
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
    return figures


def load(files: Mapping[str, bytes]) -> TableProfile:
    return TableProfile.model_validate_json(files[FILE])


STAGE = Stage(
    name="profile",
    title="Profile",
    description="Counts, quantiles, histograms, frequent values and patterns of every column; correlations, missingness, duplicates.",
    run=run,
    load=load,
    code_version="1",
    needs=("ingest",),
    produces=(ArtifactKind.PROFILE,),
    required=True,
)

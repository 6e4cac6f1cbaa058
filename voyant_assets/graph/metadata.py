"""What an analyst sees on an asset in Dagit: stage outcomes as Dagster metadata, check results and data versions."""

from __future__ import annotations

import urllib.parse
from typing import Any

import dagster as dg

from voyant_assets.graph.registry import RegisteredTable
from voyant_assets.walk import Outcome
from voyant_core.canonical import content_digest
from voyant_core.keys import TABLE_STAGE, JointAddress, TableAddress
from voyant_core.model.artifact import Artifact
from voyant_core.model.table import TableSnapshot
from voyant_core.stage import CheckOutcome

SHOWN_ARTIFACTS = 40


def column_schema(snapshot: TableSnapshot) -> dg.TableSchema:
    return dg.TableSchema(columns=[dg.TableColumn(column.name, column.type.lower()) for column in snapshot.columns])


def column_lineage(source_key: dg.AssetKey, table: RegisteredTable, snapshot: TableSnapshot) -> dg.TableColumnLineage:
    """Each column comes from the source's column of the same, or the original, name."""
    return dg.TableColumnLineage(
        deps_by_column={
            column.name: [dg.TableColumnDep(asset_key=source_key, column_name=table.renamed.get(column.name, column.name))]
            for column in snapshot.columns
        }
    )


def materialization(outcome: Outcome, address: TableAddress, table: RegisteredTable, job_id: str) -> dg.MaterializeResult[Any]:
    """The event of a stage that succeeded or was reused. Artifacts are links: Dagit and REST share one port."""
    stage = outcome.stage
    own: dict[str, Any] = {}
    if stage.name == TABLE_STAGE and (snapshot := outcome.snapshot) is not None:
        source_key = dg.AssetKey([address.tenant, address.source])
        own |= {
            "dagster/row_count": snapshot.rows,
            "dagster/column_schema": column_schema(snapshot),
            "dagster/column_lineage": column_lineage(source_key, table, snapshot),
            "dagster/table_name": str(address),
            "dagster/uri": f"voyant://{address.tenant}/{address.source}/{address.table}",
            "voyant/size_bytes": snapshot.size_bytes,
            "voyant/snapshot_id": snapshot.snapshot_id,
        }
        if outcome.found is not None and outcome.found.read.notes:
            own["voyant/reading"] = dg.MetadataValue.md("\n".join(f"- {note}" for note in outcome.found.read.notes))
    return _materialized(outcome, address.asset_key(stage.name), own, job_id)


def joint_materialization(outcome: Outcome, address: JointAddress, job_id: str) -> dg.MaterializeResult[Any]:
    """The event of a stage over several tables."""
    return _materialized(outcome, address.asset_key(outcome.stage.name), {}, job_id)


def _materialized(outcome: Outcome, key: list[str], own: dict[str, Any], job_id: str) -> dg.MaterializeResult[Any]:
    metadata: dict[str, Any] = {}
    result = outcome.result
    if result is not None and result.preview is not None:
        # first: it is what an analyst came for
        metadata["preview"] = dg.MetadataValue.md("\n\n".join([result.preview, *_pictures(outcome, job_id)]))
    metadata |= {"voyant/state": str(outcome.stage.state), "voyant/duration_s": outcome.stage.duration_s, **own}
    if result is not None:
        metadata |= {f"voyant/{name}": value for name, value in result.metadata.items()}
    if outcome.artifacts:
        metadata["artifacts"] = dg.MetadataValue.md(_artifact_list(outcome, job_id))
    return dg.MaterializeResult(asset_key=dg.AssetKey(key), metadata=metadata, data_version=dg.DataVersion(data_version(outcome)))


def data_version(outcome: Outcome) -> str:
    """Of a table: its content version. Of a stage: the digest of its artifacts."""
    if not outcome.artifacts and outcome.snapshot is not None:
        return outcome.snapshot.content_version
    return content_digest((artifact.name, artifact.sha256) for artifact in outcome.artifacts).removeprefix("sha256:")[:32]


def _href(artifact: Artifact, job_id: str) -> str:
    return f"/v1/artifacts/{job_id}/{urllib.parse.quote(artifact.name)}"


def _pictures(outcome: Outcome, job_id: str) -> list[str]:
    """Markdown that shows the stage's pictures. By address: Dagit leaves out images that stand in the text itself."""
    pictures = [artifact for artifact in outcome.artifacts if artifact.media_type == "image/svg+xml"]
    return [f"![{artifact.name}]({_href(artifact, job_id)})" for artifact in pictures]


def _artifact_list(outcome: Outcome, job_id: str) -> str:
    lines = [
        f"- [{artifact.name}]({_href(artifact, job_id)}) ({artifact.size_bytes:,} bytes) sha256 `{artifact.sha256}`"
        for artifact in outcome.artifacts[:SHOWN_ARTIFACTS]
    ]
    more = len(outcome.artifacts) - SHOWN_ARTIFACTS
    return "\n".join([*lines, f"- and {more} more"] if more > 0 else lines)


def check_result(check: CheckOutcome, key: dg.AssetKey) -> dg.AssetCheckResult:
    severity = dg.AssetCheckSeverity(check.severity)
    shown = {name: dg.MetadataValue.md(value) if isinstance(value, str) else value for name, value in check.metadata.items()}
    return dg.AssetCheckResult(
        asset_key=key, check_name=check.name, passed=check.passed, severity=severity, description=check.description, metadata=shown
    )


def idle_check_result(name: str, key: dg.AssetKey) -> dg.AssetCheckResult:
    """A declared check for which this table gave no rule: nothing was broken, and nothing was tested."""
    return dg.AssetCheckResult(
        asset_key=key, check_name=name, passed=True, description="No rule of this kind applies to this table.", metadata={"rules": 0}
    )

"""How a run finds its definitions again: a pointer with ids and a digest, no configuration, URL or SQL (Dagit shows it)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg
from dagster._core.code_pointer import CustomPointer, ModuleCodePointer
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository
from dagster._core.remote_origin import ManagedGrpcPythonEnvCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin

from voyant_assets.graph.factory import ASSET_JOB, JOB_TAG, SOURCE_TAG, TENANT_TAG, definitions_for
from voyant_core.keys import JointAddress
from voyant_core.model.job import Job

LOCATION = "voyant"
REPOSITORY = "__repository__"
DEFINITIONS_MODULE = "voyant_assets.definitions"
SILENT = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Run config without which Dagster also prints what it writes to the event log."""


def reconstructable(source_ids: Sequence[str], version: str, job_id: str) -> ReconstructableJob:
    """What runs a job over these sources, for any process to rebuild. `version` changes whenever their tables do."""
    arguments = [",".join(source_ids), version, job_id]
    pointer = CustomPointer(ModuleCodePointer("voyant_assets.graph.factory", "definitions_for", None), arguments, [])
    return ReconstructableJob(ReconstructableRepository(pointer), ASSET_JOB)


def create_run(instance: dg.DagsterInstance, job: Job, run_config: Mapping[str, Any] | None = None) -> str:
    """The Dagster run of a job, not yet submitted: its id."""
    source_ids = list(dict.fromkeys(table.source_id for table in job.plan.tables))
    definitions = definitions_for(",".join(source_ids), job.plan.digest, job.id).get_repository_def().get_job(ASSET_JOB)
    keys = {
        dg.AssetKey([job.tenant, table.source, table.name, *([] if stage == "ingest" else [stage])])
        for table in job.plan.tables
        for stage in table.stages
    }
    if (joint := job.plan.joint) is not None:
        keys |= {dg.AssetKey(JointAddress(job.tenant, joint.source, joint.digest).asset_key(stage)) for stage in joint.stages}
    location = ManagedGrpcPythonEnvCodeLocationOrigin(LoadableTargetOrigin(module_name=DEFINITIONS_MODULE), LOCATION)
    run = instance.create_run_for_job(
        definitions,
        asset_selection=keys,
        run_config=run_config,
        tags={TENANT_TAG: job.tenant, JOB_TAG: job.id, SOURCE_TAG: job.plan.tables[0].source},
        remote_job_origin=RemoteJobOrigin(RemoteRepositoryOrigin(location, REPOSITORY), ASSET_JOB),
        job_code_origin=reconstructable(source_ids, job.plan.digest, job.id).get_python_origin(),
    )
    return run.run_id

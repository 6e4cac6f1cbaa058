"""Executing a Dagster run inside this process, from its record alone."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dagster import DagsterInstance
    from dagster._core.definitions.reconstruct import ReconstructableJob

log = logging.getLogger(__name__)


def execute_dagster_run(run_id: str, instance: DagsterInstance, job: ReconstructableJob | None = None) -> bool:
    """Runs to the end and writes it to the event log. False: it ended before its time, or was canceled before it began.

    `job` replaces the one that the run's record points to. SIGINT cancels. Runs in the main thread.
    """
    from dagster import DagsterRunStatus
    from dagster._core.events import EngineEventData
    from dagster._grpc.impl import core_execute_run
    from dagster._utils.hosted_user_process import recon_job_from_origin
    from dagster._utils.interrupts import capture_interrupts

    with capture_interrupts():
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return True
        if run.status == DagsterRunStatus.CANCELING or run.job_code_origin is None:
            return False
        instance.report_engine_event(f"Run process {os.getpid()} took the run", run, EngineEventData.in_process(os.getpid()))
        try:
            for _event in core_execute_run(job or recon_job_from_origin(run.job_code_origin), run, instance, inject_env_vars=False):
                pass
        except Exception:  # the boundary of a run; core_execute_run has written the failure to the event log
            log.exception("Run %s ended with an exception", run_id)
            return False
    return True


def rehearse(job: ReconstructableJob) -> None:
    """Takes the way of a real run on an instance in memory: pulls in what Dagster imports lazily and fills its caches.

    Three times, because CPython specialises bytecode only after a few calls.
    """
    from dagster import DagsterInstance

    logging.disable(logging.CRITICAL)
    try:
        with DagsterInstance.ephemeral() as instance:
            for _ in range(3):
                run = instance.create_run_for_job(job.get_definition(), job_code_origin=job.get_python_origin())
                if not execute_dagster_run(run.run_id, instance):
                    raise RuntimeError("the rehearsal of a run failed")
    finally:
        logging.disable(logging.NOTSET)

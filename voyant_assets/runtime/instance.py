"""The Dagster instance of a home: its dagster.yaml, written from the settings at every start, and opening it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voyant_core.settings import HomeLayout, Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance

HEADER = "# Written by Voyant whenever it starts: change the settings (VOYANT_*), not this file.\n"
TENANT_TAG = "voyant/tenant"
DEQUEUE_INTERVAL_S = 5
AWAY_DELAY_S = 5
AWAY_RETRIES = 720  # a queued run outlives a worker that is away for hours


def dagster_config(layout: HomeLayout, settings: Settings) -> dict[str, Any]:
    """The content of dagster.yaml. Pure."""
    return {
        "telemetry": {"enabled": False},
        "nux": {"enabled": False},
        "storage": _storage(layout, settings),
        "run_launcher": _ours("launcher", "ForkRunLauncher", {"socket": str(layout.worker_socket)}),
        "run_coordinator": _ours("coordinator", "FastPathRunCoordinator", _queue(settings)),
        "run_monitoring": {
            "enabled": True,
            # a run may be STARTING for as long as a fork server imports, on a busy machine
            "start_timeout_seconds": 180,
            "cancel_timeout_seconds": int(settings.runs.cancel_grace_s) + 20,
            "poll_interval_seconds": 30,
        },
        "compute_logs": {"module": "dagster._core.storage.noop_compute_log_manager", "class": "NoOpComputeLogManager", "config": {}},
        # Dagster prints what it logs; its own events (DEBUG) reach the event log all the same
        "python_logs": {"python_log_level": "INFO"},
        # the freshness daemon visits every asset each 30 s
        "freshness": {"enabled": False},
        "retention": {
            "schedule": {"purge_after_days": 30},
            "sensor": {"purge_after_days": {"skipped": 1, "success": 7, "failure": 30}},
        },
    }


def _storage(layout: HomeLayout, settings: Settings) -> dict[str, Any]:
    if settings.postgres.for_dagster is not None:
        return _ours("postgres_storage", "PooledPostgresStorage", {}, key="custom")  # the URL, a secret, stays in the settings
    return _ours("storage", "PooledSqliteStorage", {"base_dir": str(layout.dagster)}, key="custom")


def _queue(settings: Settings) -> dict[str, Any]:
    return {
        "max_concurrent_runs": settings.runs.slots,
        "tag_concurrency_limits": [{"key": TENANT_TAG, "value": {"applyLimitPerUniqueValue": True}, "limit": settings.runs.per_tenant}],
        # the worker starts queued runs as soon as one ends; the daemon is the safety net
        "dequeue_interval_seconds": DEQUEUE_INTERVAL_S,
        # Dagster's words for "nobody took the run" (WorkerAwayError): back into the queue instead of failing it
        "max_user_code_failure_retries": AWAY_RETRIES,
        "user_code_failure_retry_delay": AWAY_DELAY_S,
    }


def _ours(module: str, name: str, config: dict[str, Any], key: str | None = None) -> dict[str, Any]:
    entry = {"module": f"voyant_assets.runtime.{module}", "class": name, "config": config}
    return {key: entry} if key else entry


def write_dagster_yaml(layout: HomeLayout, settings: Settings) -> Path:
    """Creates the instance's folder and dagster.yaml, or brings it up to date. Atomic; the same settings leave the file untouched."""
    layout.dagster.mkdir(parents=True, exist_ok=True)
    path = layout.dagster / "dagster.yaml"
    text = HEADER + json.dumps(dagster_config(layout, settings), indent=2) + "\n"  # JSON is YAML
    if not path.exists() or path.read_text() != text:
        fresh = path.with_name(f"dagster.yaml.{os.getpid()}")
        fresh.write_text(text)
        fresh.replace(path)
    return path


def open_instance(layout: HomeLayout) -> DagsterInstance:
    """The home's instance, connected. The caller disposes of it, or uses it in a `with`."""
    from dagster import DagsterInstance

    instance = DagsterInstance.from_config(str(layout.dagster))
    instance.get_run_by_id("none")  # connects now, so that a spare does it ahead of its run
    return instance

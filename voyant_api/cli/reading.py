"""`voyant jobs`, `voyant artifacts`, `voyant sources`."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from voyant_api.cli.analyze import places
from voyant_api.cli.copying import copy_all
from voyant_api.cli.display import artifact_table, job_lines, job_table, source_lines, source_table
from voyant_api.cli.doors import named_source, open_door
from voyant_api.cli.terminal import is_rich, shown


def list_jobs(tenant: str, state: str | None, limit: int, *, as_json: bool) -> None:
    _show(open_door(tenant).jobs(state, limit), job_table, as_json=as_json)


def show_job(tenant: str, job_id: str, *, cancel: bool, as_json: bool) -> int:
    """1 for a job that failed, so that scripts can poll; a cancellation that was asked for is a success."""
    door = open_door(tenant)
    text = door.cancel(job_id) if cancel else door.job(job_id)
    _show(text, lambda answer: job_lines(answer, places(answer, door, None), is_rich(sys.stdout)), as_json=as_json)
    return 1 if not cancel and json.loads(text)["state"] in ("failed", "canceled") else 0


def artifacts(tenant: str, job_id: str, name: str | None, out: Path | None, *, as_json: bool) -> None:
    door = open_door(tenant)
    if name is not None:
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / "artifact"
            door.copy_artifact(job_id, name, target)
            sys.stdout.flush()
            sys.stdout.buffer.write(target.read_bytes())
        return
    text = door.artifacts(job_id)
    if out is not None:
        for path in copy_all(door, job_id, json.loads(text)["items"], out):
            sys.stderr.write(f"{path}\n")
    if out is None or as_json:
        _show(text, artifact_table, as_json=as_json)


def sources(tenant: str, source_id: str | None, connect: str | None, limit: int, *, forget: bool, as_json: bool) -> None:
    door = open_door(tenant)
    if connect is not None:
        _show(door.connect(named_source(connect)), source_lines, as_json=as_json)
    elif source_id is None:
        _show(door.sources(limit), source_table, as_json=as_json)
    elif forget:
        door.forget(source_id)
        sys.stderr.write(f"Forgot {source_id}.\n")
    else:
        _show(door.source(source_id), source_lines, as_json=as_json)


def _show(text: str, lines: Callable[[Any], Sequence[str]], *, as_json: bool) -> None:
    sys.stdout.write(f"{text}\n" if as_json else shown(lines(json.loads(text)), sys.stdout))

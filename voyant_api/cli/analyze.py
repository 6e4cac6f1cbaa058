"""`voyant analyze`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from voyant_api.cli.copying import MANIFEST, copy_all
from voyant_api.cli.display import Progress, job_lines
from voyant_api.cli.doors import Door, named_source, open_door
from voyant_api.cli.terminal import is_rich, shown
from voyant_core.settings import settings

MOST_REPORTS = 6


@dataclass(frozen=True, slots=True)
class Order:
    """The options, as typed."""

    source: str
    tables: Sequence[str]
    kpis: Sequence[str]
    stages: Sequence[str]
    tenant: str

    def body(self) -> dict[str, Any]:
        """The body of `POST /v1/analyze`."""
        stages = [name.strip() for group in self.stages for name in group.split(",") if name.strip()]
        body = {
            "source": named_source(self.source),
            "tables": list(self.tables),
            "kpis": [_kpi(text) for text in self.kpis],
            "stages": stages,
        }
        return {name: value for name, value in body.items() if value}


def _kpi(text: str) -> dict[str, str]:
    name, equals, sql = text.partition("=")
    if not equals or not name.strip() or not sql.strip():
        raise typer.BadParameter(f"--kpi takes NAME=SQL, not {text[:60]!r}")
    return {"name": name.strip(), "sql": sql.strip()}


def run(order: Order, *, wait: bool, out: Path | None, as_json: bool) -> int:
    """0 when the job succeeded or was only accepted, 1 when it failed or was canceled."""
    body = order.body()
    door = open_door(order.tenant)
    progress = Progress(quiet=as_json, rich=is_rich(sys.stderr))
    try:
        text = door.analyze(body, progress.on_event, wait=wait)
    finally:
        progress.close()
    answer = json.loads(text)
    if answer["manifest"] is not None and (out is not None or not as_json):
        folder: Path = out or settings().layout.copies / answer["job_id"]
        copy_all(door, answer["job_id"], answer["manifest"]["artifacts"], folder)
        out = folder
    if as_json:
        sys.stdout.write(text + "\n")
    else:
        sys.stdout.write(shown(job_lines(answer, places(answer, door, out), is_rich(sys.stdout)), sys.stdout))
    return 1 if answer["state"] in ("failed", "canceled") else 0


def places(answer: dict[str, Any], door: Door, out: Path | None) -> list[str]:
    """Where report, manifest and Dagit are."""
    job_id, manifest = answer["job_id"], answer["manifest"]
    if manifest is None:
        return [f"Follow    voyant jobs {job_id}"]
    lines: list[str] = []
    reports = [item for item in manifest["artifacts"] if item["kind"] == "report"]
    if out is not None:
        lines += [f"Report    {out / name}" for name in listed_reports([report["name"] for report in reports])] + [
            f"Manifest  {out / MANIFEST}"
        ]
    lines.append(f"Digest    {manifest['content_digest']}")
    if answer["run_id"]:
        at = f"{door.url}/dagit/runs/{answer['run_id']}" if door.url else "start `voyant serve`, then open /dagit there"
        lines.append(f"Dagit     {at}")
    return lines


def listed_reports(reports: Sequence[str]) -> list[str]:
    """The report over all tables first; it leads to the others, so of many only this one is named."""
    over = [name for name in reports if name.startswith("joint/")]
    each = [name for name in reports if name not in over]
    return [*over, *each] if len(each) <= MOST_REPORTS or not over else over

"""`voyant gc`: a round of housekeeping now, beside a running server or without one."""

from __future__ import annotations

import typer

from voyant_core.model.housekeeping import Freed

KINDS = {
    "jobs": "jobs with their history, past VOYANT_RETENTION__JOB_DAYS",
    "sources": "sources that nobody pinned or used",
    "uploads": "uploads that became no source",
    "tables": "tables of sources that are gone",
    "versions": "old versions of tables",
    "snapshots": "old snapshots in the lake",
    "stages": "computed stages that no job shows",
    "landings": "landed files that nothing refers to",
    "objects": "artifacts that nothing refers to",
    "lake files": "files in the lake that no snapshot names",
    "left-overs": "files of writers that died",
    "keys and leases": "idempotency keys and leases that have run out",
}


def run(*, dry_run: bool, as_json: bool) -> None:
    from voyant_api.cli.logs import log_to_home
    from voyant_assets.housekeeping.calling import keep_house_now
    from voyant_assets.runtime.environment import environment

    here = environment()
    here.prepare()
    log_to_home(here.settings)
    freed = keep_house_now(here, dry_run=dry_run)
    typer.echo(freed.model_dump_json() if as_json else told(freed))


def told(freed: Freed) -> str:
    """A line for each kind, and the sum."""
    would = "would be removed" if freed.dry_run else "removed"
    if not freed.counts:
        return f"Nothing {'would be' if freed.dry_run else 'had to be'} removed."
    lines = [
        f"{count:>8,}  {KINDS.get(kind, kind)}" for kind, count in sorted(freed.counts.items(), key=lambda item: list(KINDS).index(item[0]))
    ]
    return "\n".join([*lines, f"{freed.bytes / 1e6:,.1f} MB {would}."])

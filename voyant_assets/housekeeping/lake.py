"""Housekeeping in the lake: tables of removed sources, old versions, and files that no version names. Under each table's ingest lease."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from resources._kit.kept_files import left_in
from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.keys import TableAddress
from voyant_core.model.housekeeping import Facts, Freed, VersionFact


def kept_snapshots(address: TableAddress, facts: Facts, removed: list[VersionFact]) -> set[str]:
    """The versions of the table that stay, and those that open jobs read."""
    gone = {(version.source_id, version.table, version.snapshot_id) for version in removed}
    here = [v for v in facts.versions if (v.tenant, v.source, v.table) == (address.tenant, address.source, address.table)]
    kept = {v.snapshot_id for v in here if (v.source_id, v.table, v.snapshot_id) not in gone}
    return kept | {snapshot for job in facts.open_jobs for table, snapshot in job.pinned if table == str(address)}


class LakeKeeper:
    """`orphans_before` is seconds since 1970."""

    def __init__(self, environment: Environment, owner: str, orphans_before: float, freed: Freed) -> None:
        self._environment = environment
        self._owner = owner
        self._before = orphans_before
        self._freed = freed

    def keep(self, facts: Facts, removed: list[VersionFact], is_over: Callable[[], bool]) -> None:
        for address in self._environment.lake.tables():
            if is_over():
                return
            try:
                with self._environment.store.leases.held(f"ingest:{address}", self._owner, 0):
                    self._keep_table(address, facts, removed)
            except errors.VoyantError as error:
                if error.code is not errors.LEASE_HELD:  # somebody writes the table: the next round comes back to it
                    raise

    def _keep_table(self, address: TableAddress, facts: Facts, removed: list[VersionFact]) -> None:
        if not self._environment.store.housekeeping.source_exists(address.tenant, address.source):
            self._drop(address)
            return
        lake = self._environment.lake
        kept = kept_snapshots(address, facts, removed)
        *old, _current = lake.snapshot_times(address) or [("", 0.0)]
        expired = [snapshot for snapshot, at in old if snapshot not in kept and at < self._before]
        for _ in expired:
            self._freed.add("snapshots")
        if not self._freed.dry_run:
            lake.expire(address, expired)
        for path in lake.leftovers(address):
            self._remove(path)

    def _drop(self, address: TableAddress) -> None:
        folder = self._environment.lake.folder(address)
        self._freed.add("tables", sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()))
        if not self._freed.dry_run:
            self._environment.lake.drop(address)

    def _remove(self, path: Path) -> None:
        found = next((entry for entry in left_in(path.parent, hidden_only=False) if entry.path == path), None)
        if found is None or found.stored_at >= self._before:
            return
        self._freed.add("lake files", found.size_bytes)
        if self._freed.dry_run:
            return
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()

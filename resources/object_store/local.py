"""Artifacts' bytes in a local directory: `<root>/<tenant>/objects/<sha256>`."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from resources._kit import kept_files
from voyant_core import canonical, errors, keys

_HEX = frozenset("0123456789abcdef")


class LocalObjectStore:
    """Safe for any number of processes: an object appears whole or not at all, and never changes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, tenant: str, data: bytes) -> str:
        sha256 = canonical.sha256(data)
        path = self.path(tenant, sha256)
        with errors.of_disk("Storing an artifact"):
            if kept_files.keep(path.parent.parent, path):
                return sha256
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
                Path(temporary).rename(path)
            except BaseException:
                with contextlib.suppress(FileNotFoundError):
                    Path(temporary).unlink()
                raise
        return sha256

    def get(self, tenant: str, sha256: str) -> bytes:
        path = self.path(tenant, sha256)
        with errors.of_disk("Reading an artifact"):
            try:
                return path.read_bytes()
            except FileNotFoundError as error:
                raise errors.VoyantError(errors.ARTIFACT_NOT_FOUND, "The bytes of this artifact are no longer stored.") from error

    def has(self, tenant: str, sha256: str) -> bool:
        return self.path(tenant, sha256).is_file()

    def tenants(self) -> list[str]:
        return sorted(folder.parent.name for folder in self._root.glob("*/objects"))

    def stored(self, tenant: str) -> Iterator[kept_files.KeptFile]:
        """Every object of the tenant; its name is the hash."""
        yield from kept_files.files_in(self._root / tenant / "objects")

    def left(self, tenant: str) -> Iterator[kept_files.KeptFile]:
        """What writers that died left behind."""
        yield from kept_files.left_in(self._root / tenant / "objects", hidden_only=True)

    def keep(self, tenant: str, sha256: str) -> bool:
        """This object counts as stored now. False when it is not there."""
        path = self.path(tenant, sha256)
        return kept_files.keep(path.parent.parent, path)

    def remove_older(self, tenant: str, sha256: str, before: float) -> bool:
        """Remove an object that nobody refers to, unless the same bytes were stored after `before` (seconds since 1970)."""
        path = self.path(tenant, sha256)
        return kept_files.remove_older(path.parent.parent, path, before)

    def path(self, tenant: str, sha256: str) -> Path:
        """Where the object lies, or would lie. Both parts are checked, since they become a path."""
        if not keys.is_slug(tenant) or len(sha256) != 64 or not _HEX.issuperset(sha256):
            raise errors.VoyantError(errors.ARTIFACT_NOT_FOUND, "There is no such artifact.")
        return self._root / tenant / "objects" / sha256

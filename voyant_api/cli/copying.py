"""`--out DIR`: every artifact under its name in the manifest, and manifest.json beside them, each checked against its hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from voyant_api.cli.doors import Door
from voyant_core import errors
from voyant_core.errors import VoyantError

MANIFEST = "manifest.json"


def copy_all(door: Door, job_id: str, artifacts: Sequence[Mapping[str, Any]], folder: Path) -> list[Path]:
    """The files written. VYNT-5001 when bytes do not have their hash, VYNT-1006 for a folder that cannot be written."""
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for artifact in artifacts:
            target = folder / _inside(artifact["name"])
            target.parent.mkdir(parents=True, exist_ok=True)
            if door.copy_artifact(job_id, artifact["name"], target) != artifact["sha256"]:
                raise VoyantError(errors.INTERNAL, f"{artifact['name']} does not have the hash that its manifest tells.")
            written.append(target)
        (folder / MANIFEST).write_bytes(door.manifest(job_id))
    except OSError as error:
        raise VoyantError(
            errors.PATH_NOT_ALLOWED, f"{folder} cannot be written: {error.strerror}.", hint="Give another folder with --out."
        ) from error
    return [*written, folder / MANIFEST]


def _inside(name: str) -> PurePosixPath:
    """The name as a relative path; names are made by Voyant, and still none may leave the folder."""
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise VoyantError(errors.INTERNAL, f"{name[:80]!r} is not a name of an artifact.")
    return path

"""pyiceberg's FileIO over the local disk, named in the catalog's property `py-io-impl`.

pyiceberg's own goes through `pyarrow.dataset`, whose import takes a second and pulls in pandas where that is installed.
Locations are `file://` and a plain absolute path, without percent signs for special characters.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyiceberg.io import FileIO, InputFile, OutputFile

SCHEME = "file://"


def location_of(path: Path) -> str:
    return f"{SCHEME}{path}"


def path_of(location: str) -> Path:
    """ValueError for a location that is not on this disk."""
    if location.startswith(SCHEME):
        return Path(location.removeprefix(SCHEME))
    if location.startswith("file:/"):
        return Path(location.removeprefix("file:"))
    if "://" in location:
        raise ValueError(f"not a local file: {location}")
    return Path(location)


class LocalFile(InputFile, OutputFile):
    """One file, read or written whole."""

    def __len__(self) -> int:
        return path_of(self.location).stat().st_size

    def exists(self) -> bool:
        return path_of(self.location).exists()

    def open(self, seekable: bool = True) -> Any:  # noqa: ARG002 - the interface's parameter
        return path_of(self.location).open("rb")

    def create(self, overwrite: bool = False) -> Any:
        path = path_of(self.location)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("wb" if overwrite else "xb")

    def to_input_file(self) -> LocalFile:
        return self


class LocalFileIO(FileIO):
    def new_input(self, location: str) -> LocalFile:
        return LocalFile(location)

    def new_output(self, location: str) -> LocalFile:
        return LocalFile(location)

    def delete(self, location: str | InputFile | OutputFile) -> None:
        path_of(location if isinstance(location, str) else location.location).unlink()

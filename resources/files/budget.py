"""How much may come out of one container: counted as it comes, over everything that is nested in it."""

from __future__ import annotations

from voyant_core import errors, settings


class Budget:
    """Bytes that may still come out of a source of `packed_bytes` bytes."""

    def __init__(self, archive: settings.Archive, packed_bytes: int, file_name: str) -> None:
        self._most = min(archive.max_total_bytes, max(archive.floor_bytes, packed_bytes * archive.max_ratio))
        self._is_total = self._most == archive.max_total_bytes
        self._file_name = file_name
        self._spent = 0

    @property
    def left(self) -> int:
        return self._most - self._spent

    def spend(self, count: int) -> None:
        """TOO_LARGE as soon as there is more than allowed."""
        self._spent += count
        if self._spent > self._most:
            field = "MAX_TOTAL_BYTES" if self._is_total else "MAX_RATIO"
            raise errors.VoyantError(
                errors.TOO_LARGE,
                f"{self._file_name} unpacks to more than {self._most:,} bytes, which is not done for a file of its size.",
                hint=f"Unpack it yourself and give the files, or raise VOYANT_ARCHIVE__{field}.",
            )

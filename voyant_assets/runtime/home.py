"""The lock of a home: one server, or one lone shell that runs plans itself, at a time; and where the server listens.

The file stays when nobody holds it; what counts is the lock on it, which the kernel drops with its holder.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import time
from collections.abc import Generator
from dataclasses import asdict, dataclass
from typing import Any

from voyant_core import errors
from voyant_core.settings import HomeLayout

PATIENCE_S = 0.5  # a reader locks the file for a moment, and a holder has written itself into it a moment after locking it
PAUSE_S = 0.01


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a home. A lone shell has no `url`; `token` opens the server's door as the home's owner (`X-Voyant-Local`)."""

    url: str | None
    pid: int
    token: str


class HomeLock:
    def __init__(self, layout: HomeLayout) -> None:
        self._layout = layout
        self._file: int | None = None

    def acquire(self, url: str | None = None) -> Holder:
        """Takes the home for as long as this process lives, or until `release`. VYNT-5005 when somebody has it; 5009, 4003."""
        with errors.of_disk(f"Taking the home {self._layout.root}"):
            self._layout.root.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._layout.server_lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        give_up = time.monotonic() + PATIENCE_S
        while not _try_lock(file, fcntl.LOCK_EX):
            if time.monotonic() > give_up:
                os.close(file)
                raise self._in_use()
            time.sleep(PAUSE_S)
        holder = Holder(url, os.getpid(), secrets.token_hex(32))
        try:
            with errors.of_disk(f"Taking the home {self._layout.root}"):
                os.fchmod(file, 0o600)
                os.ftruncate(file, 0)
                os.pwrite(file, json.dumps(asdict(holder)).encode(), 0)
        except BaseException:
            os.close(file)
            raise
        self._file = file
        return holder

    def release(self) -> None:
        if self._file is not None:
            os.ftruncate(self._file, 0)
            os.close(self._file)
            self._file = None

    @contextlib.contextmanager
    def held(self, url: str | None = None) -> Generator[Holder]:
        holder = self.acquire(url)
        try:
            yield holder
        finally:
            self.release()

    def held_by(self) -> Holder | None:
        """Who holds the home; None: nobody does."""
        try:
            file = os.open(self._layout.server_lock, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise errors.VoyantError(
                errors.HOME_NOT_WRITABLE, f"The home {self._layout.root} belongs to another user.", hint="Choose another with VOYANT_HOME."
            ) from error
        try:
            give_up = time.monotonic() + PATIENCE_S
            while not _try_lock(file, fcntl.LOCK_SH):
                holder = _parse(os.pread(file, 4096, 0))
                if holder is not None or time.monotonic() > give_up:
                    return holder
                time.sleep(PAUSE_S)
            return None
        finally:
            os.close(file)

    def _in_use(self) -> errors.VoyantError:
        holder = self.held_by()
        who = "another process" if holder is None else f"process {holder.pid}" + (f", which serves {holder.url}" if holder.url else "")
        return errors.VoyantError(
            errors.HOME_IN_USE,
            f"The home {self._layout.root} is in use by {who}.",
            hint=(
                "Wait until its analysis has ended, or choose another home with VOYANT_HOME."
                if holder is not None and holder.url is None
                else "Use that server, stop it, or choose another home with VOYANT_HOME."
            ),
        )


def _try_lock(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _parse(text: bytes) -> Holder | None:
    try:
        document: dict[str, Any] = json.loads(text)
    except ValueError:
        return None
    return Holder(document["url"], document["pid"], document["token"])

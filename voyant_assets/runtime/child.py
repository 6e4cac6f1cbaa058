"""One supervised process: started in a group of its own, its output kept in a file, restarted with growing pauses, ended with its group."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from resources._kit.parent_death import die_with_parent
from voyant_assets.runtime.priority import BACKGROUND, set_niceness
from voyant_assets.runtime.roles import Part

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 10.0
STEADY_S = 5.0  # who lived this long had begun to work: what ended it came from outside, and it is restarted at once again
WAIT_FOR_FILE_S = 30.0
TAIL_BYTES = 2**16
log = logging.getLogger(__name__)


class Child:
    def __init__(self, part: Part, logs: Path) -> None:
        self.part = part
        self.log_path = logs / f"{part.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.exit_code: int | None = None
        self._created = self._started = time.monotonic()
        self._start_at = 0.0
        self._pause_s = FIRST_PAUSE_S

    @property
    def is_running(self) -> bool:
        return self.process is not None

    def start_if_due(self, now: float) -> None:
        if self.process is not None or now < self._start_at:
            return
        if self.part.after is not None and not self.part.after.exists() and now < self._created + WAIT_FOR_FILE_S:
            return
        self._started = now
        with self._output() as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
                self.part.command,
                env={**os.environ, **self.part.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                # the supervisor has one thread, so nothing can hold a lock across this fork
                preexec_fn=self._before_exec(),  # noqa: PLW1509
            )
        log.info("Started %s as process %d", self.part.name, self.process.pid)

    def _output(self) -> BinaryIO:
        """Its log, which `LogFiles` bounds while it is open; on a disk that refuses one the part works all the same."""
        try:
            return self.log_path.open("ab")
        except OSError as error:
            log.error("%s has no log: %s", self.part.name, error)
            return Path(os.devnull).open("ab")

    def _before_exec(self) -> Callable[[], None]:
        number = signal.SIGTERM if self.part.outlives_supervisor else signal.SIGKILL
        supervisor = os.getpid()

        def act() -> None:
            # whatever the server was started with: a part ends when it is told to
            signal.pthread_sigmask(signal.SIG_SETMASK, ())
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            die_with_parent(number)
            if os.getppid() != supervisor:  # it died before the call
                os._exit(1)
            if self.part.is_background:
                set_niceness(os.getpid(), BACKGROUND)

        return act

    def reap(self, now: float) -> bool:
        """True when it has ended since the last call; it is due again after a pause."""
        if self.process is None:
            return False
        # the group first: what it left behind must not hold on to its port or socket, and its pid is still taken
        if os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            return False
        self.kill()
        self.exit_code = self.process.wait()
        self.process = None
        # who was killed did not fail by itself: only failing over and over again is answered by growing pauses
        if now > self._started + STEADY_S or self.exit_code == -signal.SIGKILL:
            self._pause_s = FIRST_PAUSE_S
        self._start_at = now + self._pause_s
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)
        return True

    def terminate(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def kill(self) -> None:
        """It and its group. Runs of the worker have groups of their own and live on."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def restart_now(self) -> None:
        """Ends it; it comes back without a pause."""
        self._pause_s = 0.0
        self.terminate()

    def last_lines(self, count: int = 5) -> list[str]:
        if not self.log_path.exists():
            return []
        with self.log_path.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            return file.read().decode(errors="replace").splitlines()[-count:]

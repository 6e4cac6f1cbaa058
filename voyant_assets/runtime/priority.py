"""How urgent a process is. Linux keeps a nice value per thread, and another per session where autogroups are on (sched(7)).

With autogroups, niceness among threads counts only within one session: a niced process in a session of its own still gets a full share.
So both are set.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

BACKGROUND = 10


def threads(pid: int) -> list[int]:
    try:
        return [int(task.name) for task in Path(f"/proc/{pid}/task").iterdir()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def set_niceness(pid: int, value: int) -> None:
    """For all threads of a process that leads a session of its own, and for the session. A process that is gone is no error.

    PermissionError where a niceness may not be lowered again (see `may_renice`).
    """
    for thread in threads(pid):
        with contextlib.suppress(ProcessLookupError):
            os.setpriority(os.PRIO_PROCESS, thread, value)
    # no such file: no autogroups. Otherwise a refusal (it is rate-limited for unprivileged users) costs speed, never correctness
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/autogroup").write_text(str(value), encoding="ascii")


def may_renice() -> bool:
    """Can a niced process get its priority back? Only with CAP_SYS_NICE or RLIMIT_NICE; elsewhere spares must not be niced."""
    pid = os.fork()
    if pid == 0:
        try:
            os.setpriority(os.PRIO_PROCESS, 0, 5)
            os.setpriority(os.PRIO_PROCESS, 0, 0)
            os._exit(0)
        except OSError:
            os._exit(1)
    return os.waitpid(pid, 0)[1] == 0

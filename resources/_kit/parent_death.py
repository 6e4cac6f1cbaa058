"""A process that does not outlive its parent (Linux, prctl(2))."""

from __future__ import annotations

import ctypes

PR_SET_PDEATHSIG = 1


def die_with_parent(number: int) -> None:
    """The signal that this process gets when its parent ends; 0: none. What a process forks does not inherit it.

    A parent that ended before the call sends none: compare `os.getppid()` with what it was.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)

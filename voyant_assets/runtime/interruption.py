"""How a run process hears that it should stop: SIGINT from the worker, or its job's own record when nobody can send one.

Python handles a signal between two of its instructions, which a long statement of an engine keeps it from. The kernel's part of the handler
writes to a file descriptor at once; a thread reads it and interrupts the engines. It goes on signalling until the block ends, because an
exception that a signal raises can be lost: in a finaliser, or in an engine that puts its own error in its place. The same thread looks at
the job now and then: a cancel that met a dead worker is obeyed all the same.
"""

from __future__ import annotations

import logging
import os
import select
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from voyant_core.errors import VoyantError

LOOK_S = 1.0
AGAIN_S = 0.5
log = logging.getLogger(__name__)


@contextmanager
def stoppable(is_canceled: Callable[[], bool], interrupt: Callable[[], None]) -> Generator[None]:
    """Within the block a SIGINT also calls `interrupt`, in another thread, and comes again; one comes by itself when `is_canceled`."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard, tell = os.pipe()
    os.set_blocking(tell, False)
    before = signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    watch = threading.Thread(target=_watch, args=(heard, is_canceled, interrupt), name="interruption", daemon=True)
    watch.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(before)
        os.close(tell)  # the thread reads the end and ends
        watch.join()
        os.close(heard)


def _watch(heard: int, is_canceled: Callable[[], bool], interrupt: Callable[[], None]) -> None:
    is_told = False
    while True:
        ready, _, _ = select.select([heard], [], [], AGAIN_S if is_told else LOOK_S)
        if ready:
            signals = os.read(heard, 64)
            if not signals:
                return
            if signal.SIGINT in signals:
                is_told = True
                interrupt()
        elif is_told or _asked(is_canceled):
            os.kill(os.getpid(), signal.SIGINT)


def _asked(is_canceled: Callable[[], bool]) -> bool:
    try:
        return is_canceled()
    except VoyantError:  # a store that is busy now may answer the next time
        log.warning("could not look whether the job is canceled", exc_info=True)
        return False

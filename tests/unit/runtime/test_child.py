import os
import signal
import time

import pytest

from voyant_assets.runtime.child import Child
from voyant_assets.runtime.roles import Part


@pytest.fixture
def child(tmp_path):
    made = Child(Part("part", ("sleep", "60"), stop_phase=0, stop_s=1.0), tmp_path)
    yield made
    made.kill()
    while made.is_running and not made.reap(time.monotonic()):
        time.sleep(0.001)


def ended(child: Child, number: int, at: float) -> None:
    os.kill(child.process.pid, number)
    while not child.reap(at):
        time.sleep(0.001)


def pause_after(child: Child, number: int, at: float) -> float:
    """Started at `at` and ended a moment later: how long until it is due again, to a quarter of a second."""
    child.start_if_due(at)
    ended(child, number, at + 0.1)
    waited = 0.0
    while not child.is_running:
        waited += 0.25
        child.start_if_due(at + 0.1 + waited)
    ended(child, signal.SIGKILL, at + 0.1 + waited + 100)
    child._start_at = 0.0
    return waited


def test_a_part_ends_when_told_to_though_its_parent_ignores_the_signal(child):
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    try:
        child.start_if_due(0.0)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})
        signal.signal(signal.SIGTERM, before)
    ended(child, signal.SIGTERM, 0.1)
    assert child.exit_code == -signal.SIGTERM


def test_who_is_killed_again_and_again_is_restarted_at_once(child):
    assert [pause_after(child, signal.SIGKILL, at) for at in (0.0, 1000.0, 2000.0)] == [0.5, 0.5, 0.5]


def test_who_fails_again_and_again_is_restarted_after_growing_pauses(child):
    pauses = []
    for at in (0.0, 1000.0, 2000.0):
        child.start_if_due(at)
        ended(child, signal.SIGTERM, at + 0.1)
        pauses.append(round(child._start_at - (at + 0.1), 3))
    assert pauses == [0.5, 1.0, 2.0]

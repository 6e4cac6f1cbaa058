"""The short form of `python -m tests.fuzz.readers`."""

from __future__ import annotations

from tests.fuzz.readers import run


def test_no_made_up_file_crashes_hangs_or_is_lost() -> None:
    outcomes, bad = run(150, seed=7, readers=2)
    assert bad == []
    assert outcomes["read"] > 40
    assert outcomes["refused"] > 10

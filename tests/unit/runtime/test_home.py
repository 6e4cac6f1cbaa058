import os
import subprocess
import sys
import threading

import pytest

from voyant_assets.runtime.home import HomeLock
from voyant_core.errors import VoyantError
from voyant_core.settings import HomeLayout


@pytest.fixture
def layout(tmp_path) -> HomeLayout:
    return HomeLayout(tmp_path / "home")


def test_a_home_that_nobody_uses_is_held_by_nobody(layout):
    assert HomeLock(layout).held_by() is None


def test_the_holder_is_known_to_others_with_url_pid_and_token(layout):
    with HomeLock(layout).held("http://127.0.0.1:8790") as holder:
        assert HomeLock(layout).held_by() == holder
        assert holder.pid == os.getpid()
        assert len(holder.token) == 64


def test_a_lone_shell_holds_the_home_without_an_address(layout):
    with HomeLock(layout).held():
        holder = HomeLock(layout).held_by()
        assert holder is not None
        assert holder.url is None


def test_only_the_owner_may_read_the_token(layout):
    with HomeLock(layout).held():
        assert layout.server_lock.stat().st_mode & 0o777 == 0o600


def test_a_second_holder_is_refused_and_told_who_has_it(layout):
    with HomeLock(layout).held("http://127.0.0.1:8790"), pytest.raises(VoyantError, match=f"VYNT-5005.*{os.getpid()}.*8790"):
        HomeLock(layout).acquire()


def test_a_released_home_can_be_taken_again(layout):
    lock = HomeLock(layout)
    first = lock.acquire()
    lock.release()
    assert lock.held_by() is None
    assert lock.acquire().token != first.token
    lock.release()


def test_the_lock_of_a_killed_process_is_gone_with_it(layout):
    take = f"""
import os, signal
from pathlib import Path
from voyant_assets.runtime.home import HomeLock, HomeLayout
HomeLock(HomeLayout(Path({str(layout.root)!r}))).acquire("http://x")
os.kill(os.getpid(), signal.SIGKILL)
"""
    subprocess.run([sys.executable, "-c", take], check=False)
    assert layout.server_lock.exists()
    assert HomeLock(layout).held_by() is None
    with HomeLock(layout).held():
        pass


def test_readers_do_not_keep_a_server_from_its_home(layout):
    stop = threading.Event()

    def look() -> None:
        while not stop.is_set():
            HomeLock(layout).held_by()

    readers = [threading.Thread(target=look) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for _ in range(20):
            with HomeLock(layout).held():
                pass
    finally:
        stop.set()
        for reader in readers:
            reader.join()

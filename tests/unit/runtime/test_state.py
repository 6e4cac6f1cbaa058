import os

from voyant_assets.runtime.process import process_start
from voyant_assets.runtime.state import RunProcess, State, StateFile


def test_what_was_written_is_read_back(tmp_path):
    file = StateFile(tmp_path / "runs.json")
    file.write([RunProcess("r1", 12, 345)], ["r2", "r3"], {"r4": "it was killed", "r5": None})
    assert file.read() == State((RunProcess("r1", 12, 345),), ("r2", "r3"), {"r4": "it was killed", "r5": None})


def test_a_new_home_has_no_state(tmp_path):
    assert StateFile(tmp_path / "runs.json").read() == State()


def test_no_process_of_another_boot_is_taken_for_alive(tmp_path):
    before = StateFile(tmp_path / "runs.json")
    before._boot = "an earlier boot"
    before.write([RunProcess("r1", os.getpid(), process_start(os.getpid()))], ["r2"], {})
    state = StateFile(tmp_path / "runs.json").read()
    assert state.running == (RunProcess("r1", os.getpid(), None),)
    assert state.waiting == ("r2",)


def test_a_file_cut_off_by_a_power_failure_counts_as_empty(tmp_path):
    (tmp_path / "runs.json").write_text("")
    assert StateFile(tmp_path / "runs.json").read() == State()


def test_a_process_is_named_by_its_pid_and_start():
    assert process_start(os.getpid()) == process_start(os.getpid())
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert process_start(child) is None  # ended, though nobody has waited for it
    os.waitpid(child, 0)
    assert process_start(child) is None

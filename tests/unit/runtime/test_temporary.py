import os
import subprocess

import pytest

from voyant_assets.runtime.temporary import own_folder, remove_abandoned, remove_of
from voyant_core.errors import VoyantError


def test_what_dead_processes_left_is_removed_and_a_live_one_is_left_alone(tmp_path):
    gone = subprocess.Popen(["true"])
    gone.wait()
    mine = own_folder(tmp_path)
    (mine / "spill").write_text("in use")
    (tmp_path / f"{gone.pid}-1").mkdir()
    (tmp_path / f"{os.getpid()}-1").mkdir()  # another process once had this pid
    (tmp_path / "stray.tmp").write_text("x")
    assert {path.name for path in remove_abandoned(tmp_path)} == {f"{gone.pid}-1", f"{os.getpid()}-1", "stray.tmp"}
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
    pid, start = mine.name.split("-")
    remove_of(tmp_path, int(pid), int(start))
    assert list(tmp_path.iterdir()) == []


def test_a_home_without_the_folder_holds_nothing_to_remove(tmp_path):
    assert remove_abandoned(tmp_path / "tmp") == []


def test_a_folder_that_cannot_be_made_is_told_by_a_code(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(VoyantError, match="VYNT-5001"):
        own_folder(tmp_path / "file")

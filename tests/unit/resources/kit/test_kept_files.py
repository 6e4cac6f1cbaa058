"""What a writer that died left behind, while others go on working beside it."""

import os

from resources._kit.kept_files import left_in


def test_the_age_and_size_of_a_folder_are_those_of_what_is_in_it(tmp_path):
    inside = tmp_path / "left" / "deep"
    inside.mkdir(parents=True)
    (inside / "data").write_bytes(b"x" * 1000)
    os.utime(inside / "data", (2e9, 2e9))
    (found,) = left_in(tmp_path, hidden_only=False)
    assert (found.path, found.size_bytes >= 1000, found.stored_at) == (tmp_path / "left", True, 2e9)


def test_a_folder_that_its_owner_removes_meanwhile_disturbs_nobody(tmp_path, monkeypatch):
    (tmp_path / "left" / "vanishes").mkdir(parents=True)
    (tmp_path / "left" / "stays").write_bytes(b"x" * 1000)
    look = os.scandir

    def gone(path):
        if str(path).endswith("vanishes"):
            raise FileNotFoundError(path)
        return look(path)

    monkeypatch.setattr(os, "scandir", gone)
    (found,) = left_in(tmp_path, hidden_only=False)
    assert found.size_bytes >= 1000

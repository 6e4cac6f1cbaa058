import pytest

from voyant_assets.catalogue import catalogue
from voyant_assets.runtime.stage_rehearsal import StageRehearsal


def test_every_stage_is_rehearsed_and_nothing_is_left_behind(environment):
    rehearsal = StageRehearsal(environment)
    *steps, clear = rehearsal.steps()
    for step in steps:
        step()
    assert set(rehearsal.rehearsed) == set(catalogue().stages)
    clear()
    assert list(environment.temp.glob("rehearsal-*")) == []
    assert environment.engine.rows("select count(*) from duckdb_views() where view_name = 'rehearsal'") == [(0,)]
    assert environment.store.registry_rows() == []


def test_a_rehearsal_that_stops_midway_can_be_cleared(environment):
    first, *_, clear = StageRehearsal(environment).steps()
    first()
    clear()
    assert list(environment.temp.glob("rehearsal-*")) == []


def test_clearing_a_rehearsal_that_could_not_begin_removes_nothing(environment, tmp_path, monkeypatch):
    (tmp_path / "kept.txt").write_text("here")
    monkeypatch.chdir(tmp_path)
    environment.temp.rmdir()
    first, *_, clear = StageRehearsal(environment).steps()
    with pytest.raises(FileNotFoundError):
        first()
    clear()
    assert (tmp_path / "kept.txt").read_text() == "here"

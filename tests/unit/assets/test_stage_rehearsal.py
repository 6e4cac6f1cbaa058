from voyant_assets.catalogue import catalogue
from voyant_assets.runtime.stage_rehearsal import StageRehearsal


def test_every_stage_is_rehearsed_and_nothing_is_left_behind(environment):
    rehearsal = StageRehearsal(environment)
    *steps, clear = rehearsal.steps()
    for step in steps:
        step()
    assert set(rehearsal.rehearsed) == set(catalogue().stages)
    clear()
    assert list(environment.layout.temp.glob("rehearsal-*")) == []
    assert environment.engine.rows("select count(*) from duckdb_views() where view_name = 'rehearsal'") == [(0,)]
    assert environment.store.registry_rows() == []


def test_a_rehearsal_that_stops_midway_can_be_cleared(environment):
    first, *_, clear = StageRehearsal(environment).steps()
    first()
    clear()
    assert list(environment.layout.temp.glob("rehearsal-*")) == []

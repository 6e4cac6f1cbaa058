from hypothesis import given
from hypothesis import strategies as st

from voyant_assets.runtime.admission import Limits, Load, Waiting, may_start_at_once, priority_at_the_end, startable

FOUR_SLOTS_TWO_EACH = Limits(slots=4, per_tenant=2)


def test_a_run_starts_at_once_while_there_is_room():
    assert may_start_at_once(Load({"acme": 1, "beta": 2}), FOUR_SLOTS_TWO_EACH, "acme")


def test_a_run_waits_when_all_slots_are_taken():
    assert not may_start_at_once(Load({"acme": 2, "beta": 2}), FOUR_SLOTS_TWO_EACH, "gamma")


def test_a_run_waits_when_its_tenants_share_is_used_up():
    assert not may_start_at_once(Load({"acme": 2}), FOUR_SLOTS_TWO_EACH, "acme")


def test_a_run_overtakes_queued_runs_that_may_not_start():
    load = Load({"acme": 2}, [Waiting("r1", "acme"), Waiting("r2", "acme", -1)])
    assert may_start_at_once(load, FOUR_SLOTS_TWO_EACH, "beta")


def test_a_run_does_not_take_the_slot_a_queued_run_is_about_to_get():
    load = Load({"acme": 2, "beta": 1}, [Waiting("r1", "gamma")])
    assert not may_start_at_once(load, FOUR_SLOTS_TWO_EACH, "beta")


def test_a_run_does_not_overtake_its_own_tenants_queue():
    assert not may_start_at_once(Load({}, [Waiting("r1", "acme")]), FOUR_SLOTS_TWO_EACH, "acme")


def test_runs_of_no_tenant_know_only_the_slots():
    assert may_start_at_once(Load({None: 3}), FOUR_SLOTS_TWO_EACH, None)
    assert not may_start_at_once(Load({None: 4}), FOUR_SLOTS_TWO_EACH, None)


def test_without_limits_everything_starts():
    assert may_start_at_once(Load({"acme": 1000}), Limits(None, None), "acme")


def test_zero_slots_stop_everything():
    assert not may_start_at_once(Load(), Limits(0, None), "acme")


def joined(*tenants: str) -> list[Waiting]:
    queued: list[Waiting] = []
    for tenant in tenants:
        queued.append(Waiting(f"{tenant}{len(queued)}", tenant, priority_at_the_end(queued, tenant)))
    return queued


def order(queued: list[Waiting]) -> list[str | None]:
    return [run.tenant for run in startable(Load({}, queued), Limits(None, None))]


def test_tenants_take_turns():
    assert order(joined("a", "a", "a", "b", "b", "b")) == ["a", "b", "a", "b", "a", "b"]


def test_a_late_comer_stands_behind_the_head_of_the_line_not_behind_its_tail():
    queued = joined(*["a"] * 100)[60:]  # sixty have run since
    late = [*queued, *joined_to(queued, "b", "b")]
    assert order(late)[:4] == ["a", "b", "a", "b"]


def joined_to(queued: list[Waiting], *tenants: str) -> list[Waiting]:
    everybody = list(queued)
    for tenant in tenants:
        everybody.append(Waiting(f"late{len(everybody)}", tenant, priority_at_the_end(everybody, tenant)))
    return everybody[len(queued) :]


def test_an_operators_priority_goes_first_and_moves_nobody_elses_place():
    queued = [*joined("a", "a", "b"), Waiting("urgent", "a", 10)]
    assert next(iter(startable(Load({}, queued), Limits(None, None)))).run_id == "urgent"
    assert priority_at_the_end(queued, "a") == -2


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)),
    st.lists(st.sampled_from("abcd"), max_size=12),
    st.integers(0, 6),
    st.integers(0, 4),
)
def test_no_limit_is_ever_exceeded_and_no_slot_is_wasted(active, tenants, slots, per_tenant):
    limits, queued = Limits(slots, per_tenant), joined(*tenants)
    started = list(startable(Load(active, queued), limits))
    after = {t: active.get(t, 0) + sum(run.tenant == t for run in started) for t in "abcd"}
    assert sum(after.values()) <= max(slots, sum(active.values()))
    assert all(after[t] <= max(per_tenant, active.get(t, 0)) for t in "abcd")
    for run in set(queued) - set(started):
        assert sum(after.values()) >= slots or after[run.tenant] >= per_tenant

"""Equal work of several runs at once is done once. Each run has an environment of its own, as in a process of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from single_stage import stage

from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.keys import TableAddress

pytestmark = pytest.mark.usefixtures("store_kind")

RUNS = 5


@pytest.fixture
def each(environment, jobs, orders):
    """`each(stages)`: the stage states of `RUNS` equal jobs that run at once."""
    others = [Environment(environment.settings) for _ in range(RUNS)]

    def run(other, stages, start):
        start.wait()
        table_run = type(jobs)(other).start(orders, stages)
        return {outcome.stage.name: str(outcome.stage.state) for outcome in table_run.outcomes()}

    def go(stages):
        start = threading.Barrier(RUNS)
        with ThreadPoolExecutor(RUNS) as pool:
            return list(pool.map(lambda other: run(other, stages, start), others))

    yield go
    for other in others:
        other.engine.close()
        other.store.database.close()


def counting(counts, fails_first=False):
    lock = threading.Lock()

    def run(context):
        with lock:
            counts.append(threading.get_ident())
            is_first = len(counts) == 1
        if fails_first and is_first:
            raise errors.VoyantError(errors.TOO_LITTLE_DATA, "not this time")
        return {"rows": context.engine.rows(f'select count(*) from "{context.view}"')[0][0]}

    return run


def test_equal_runs_at_once_compute_each_stage_once_and_make_one_snapshot(environment, each):
    first, second = [], []
    ended = each([stage("first", counting(first)), stage("second", counting(second), needs=("first",))])
    assert (len(first), len(second)) == (1, 1)
    for name in ("ingest", "first", "second"):
        assert sorted(states[name] for states in ended) == ["reused"] * (RUNS - 1) + ["succeeded"]
    assert len(environment.lake.snapshot_times(TableAddress("acme", "orders", "orders"))) == 1
    assert environment.store.leases.held_now() == {}


def test_when_the_first_fails_the_next_computes(each):
    counts = []
    ended = each([stage("first", counting(counts, fails_first=True))])
    assert len(counts) == 2
    assert sorted(states["first"] for states in ended) == ["failed", *["reused"] * (RUNS - 2), "succeeded"]


def test_when_the_first_died_the_next_computes_as_soon_as_its_lease_is_gone(environment, jobs, orders):
    run = jobs.start(orders, [stage("first")])
    outcomes = run.outcomes()
    next(outcomes)
    (name,) = _lease_of_a_dead_owner(environment, run)
    ended = []
    waiting = threading.Thread(target=lambda: ended.extend(outcomes))
    waiting.start()
    waiting.join(0.3)
    assert waiting.is_alive(), "it must wait for the owner of " + name
    environment.store.leases.release_all("run_dead")
    waiting.join(20)
    assert [str(outcome.stage.state) for outcome in ended] == ["succeeded"]


def _lease_of_a_dead_owner(environment, run):
    """The lease that the run's next stage needs, in the hands of an owner that is gone."""
    key = run._reuse_key(run.catalogue.stages["first"])
    name = f"stage:acme:{key}"
    assert environment.store.leases.acquire(name, "run_dead")
    return list(environment.store.leases.held_now())

"""The launch door when many come at once: keys, sources and the bound on what waits. On both kinds of stores."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from voyant_assets.launch import Launch
from voyant_assets.probing import probe
from voyant_assets.runtime.environment import Environment
from voyant_core import errors
from voyant_core.model.job import AnalyzeRequest
from voyant_core.settings import Runs, Settings
from voyant_core.tenancy import CallContext

pytestmark = pytest.mark.usefixtures("store_kind")

AT_ONCE = 6
CALL = CallContext(tenant="acme", may_read_any_file=True)


@pytest.fixture
def door(store_kind, tmp_path):
    """A door whose runs never begin."""
    environment = Environment(Settings(home=tmp_path / "home", runs=Runs(queued_per_tenant=AT_ONCE)))
    environment.prepare()
    found = {}

    def task(_name, arguments):
        place = arguments["place"]
        if place not in found:
            found[place] = probe(environment, arguments)
        return found[place]

    door = Launch(environment, task, lambda job: None, lambda job: None, lambda: None)
    door.discover(str(_file(tmp_path)), CALL)  # the engine is not for several threads
    yield door
    environment.engine.close()
    environment.store.database.close()


def _file(folder):
    path = folder / "orders.csv"
    path.write_text("id,amount\n1,2\n")
    return path


def at_once(work):
    start = Barrier(AT_ONCE)

    def run(number):
        start.wait()
        return work(number)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(run, range(AT_ONCE)))


def test_one_key_makes_one_job_however_many_come_at_once_and_another_request_is_refused(door, tmp_path):
    request = AnalyzeRequest(source=str(tmp_path / "orders.csv"))
    jobs = at_once(lambda _: door.analyze(request, CALL, "key"))
    assert len({job.id for job in jobs}) == 1
    assert len(door.jobs("acme")[0]) == 1
    with pytest.raises(errors.VoyantError) as refused:
        door.analyze(AnalyzeRequest(source=str(tmp_path / "orders.csv"), stages=["profile"]), CALL, "key")
    assert refused.value.code is errors.IDEMPOTENCY_CONFLICT
    again = Launch(door.environment, door._run_task, lambda job: None, lambda job: None, lambda: None)
    assert again.analyze(request, CALL, "key").id == jobs[0].id


def test_one_place_is_one_source_however_many_register_it_at_once(door, tmp_path):
    (tmp_path / "link.csv").symlink_to("orders.csv")
    ways = [str(tmp_path / "orders.csv"), str(tmp_path / "link.csv")]
    records = at_once(lambda number: door.connect(ways[number % 2], CALL))
    assert len({(record.id, record.slug) for record in records}) == 1
    assert len(door.sources("acme")[0]) == 1


def test_a_tenant_may_not_queue_more_than_its_share_and_others_may(door, tmp_path):
    request = AnalyzeRequest(source=str(tmp_path / "orders.csv"))
    first = [door.analyze(request, CALL, f"key {number}") for number in range(AT_ONCE)]
    with pytest.raises(errors.VoyantError) as refused:
        door.analyze(request, CALL)
    assert (refused.value.code, refused.value.retryable) == (errors.CONCURRENT_QUOTA, True)
    assert door.analyze(request, CALL, "key 0").id == first[0].id
    other = CallContext(tenant="globex", may_read_any_file=True)
    assert door.analyze(request, other).tenant == "globex"
    door.environment.store.jobs("acme").start(first[0].id)
    assert door.analyze(request, CALL).state == "queued"

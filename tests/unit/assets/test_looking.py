"""Probes that take longer than their callers may wait."""

import asyncio
from types import SimpleNamespace

import pytest

from voyant_assets.looking import Looks
from voyant_assets.probing import ProbeOrder
from voyant_core import errors


class Worker:
    """Answers a probe when it is told to."""

    def __init__(self):
        self.asked = []
        self.ended = []

    async def __call__(self, order):
        answer = asyncio.get_running_loop().create_future()
        self.asked.append(answer)
        try:
            return await answer
        except asyncio.CancelledError:
            self.ended.append(order.place)
            raise


def target(place="slow.csv"):
    return SimpleNamespace(title=place, order=ProbeOrder(kind="path", place=place))


async def told_to_come_back(looks, tenant="acme", place="slow.csv"):
    with pytest.raises(errors.VoyantError) as told:
        await looks.look(tenant, target(place), 0)
    assert (told.value.code, told.value.retryable) == (errors.SOURCE_BEING_READ, True)


async def settled():
    for _ in range(5):
        await asyncio.sleep(0)


def with_looks(story, **options):
    worker = Worker()

    async def run():
        await story(Looks(worker, **({"least_s": 0.0} | options)), worker)

    asyncio.run(run())


def test_the_same_call_again_takes_what_was_found_once():
    async def story(looks, worker):
        await told_to_come_back(looks)
        await told_to_come_back(looks)
        worker.asked[0].set_result({"n": 1})
        assert await looks.look("acme", target(), 0) == {"n": 1}
        await told_to_come_back(looks)  # a new probe: the place may be another by now
        assert len(worker.asked) == 2

    with_looks(story)


def test_the_same_call_again_joins_the_probe_that_goes_on_and_learns_of_its_error():
    async def story(looks, worker):
        await told_to_come_back(looks)
        again = asyncio.create_task(looks.look("acme", target(), 60))
        await settled()
        worker.asked[0].set_exception(errors.VoyantError(errors.SOURCE_UNREACHABLE, "gone"))
        with pytest.raises(errors.VoyantError) as told:
            await again
        assert told.value.code is errors.SOURCE_UNREACHABLE
        assert len(worker.asked) == 1

    with_looks(story)


def test_everybody_who_was_told_to_come_back_gets_the_answer():
    async def story(looks, worker):
        await told_to_come_back(looks)
        first, second = (asyncio.create_task(looks.look("acme", target(), 60)) for _ in range(2))
        await settled()
        worker.asked[0].set_result({"n": 1})
        assert [await first, await second] == [{"n": 1}, {"n": 1}]
        assert not looks._left

    with_looks(story)


def test_callers_of_a_quick_source_share_nothing():
    async def story(looks, worker):
        both = [asyncio.create_task(looks.look("acme", target(), 60)) for _ in range(2)]
        await settled()
        for number, answer in enumerate(worker.asked):
            answer.set_result({"n": number})
        assert [await each for each in both] == [{"n": 0}, {"n": 1}]

    with_looks(story)


def test_of_two_probes_that_were_left_the_younger_stays():
    async def story(looks, worker):
        await asyncio.gather(told_to_come_back(looks), told_to_come_back(looks))
        await settled()
        assert worker.ended == ["slow.csv"]
        worker.asked[1].set_result({"n": 2})
        assert await looks.look("acme", target(), 0) == {"n": 2}
        assert await looks.look("acme", target(), 0) == {"n": 2}

    with_looks(story)


def test_tenants_and_places_are_kept_apart():
    async def story(looks, worker):
        await told_to_come_back(looks)
        worker.asked[0].set_result({"n": 1})
        await told_to_come_back(looks, tenant="globex")
        await told_to_come_back(looks, place="other.csv")
        assert len(worker.asked) == 3

    with_looks(story)


def test_a_probe_that_nobody_comes_back_for_is_ended():
    async def story(looks, worker):
        await told_to_come_back(looks)
        while not worker.ended:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        assert not looks._left

    with_looks(story, keep_s=0.01)


def test_a_caller_that_is_cut_off_may_come_back():
    async def story(looks, worker):
        cut_off = asyncio.create_task(looks.look("acme", target(), 60))
        await settled()
        cut_off.cancel()
        await settled()
        assert (cut_off.cancelled(), worker.ended) == (True, [])
        worker.asked[0].set_result({"n": 1})
        assert await looks.look("acme", target(), 0) == {"n": 1}

    with_looks(story)


def test_a_tenant_leaves_so_many_probes_and_old_results_make_room():
    async def story(looks, worker):
        for place in ("a", "b"):
            await told_to_come_back(looks, place=place)
        with pytest.raises(errors.VoyantError) as refused:
            await looks.look("acme", target("c"), 0)
        await settled()
        assert (refused.value.code, worker.ended) == (errors.CONCURRENT_QUOTA, ["c"])
        await told_to_come_back(looks, tenant="globex", place="c")
        worker.asked[1].set_result({})
        await settled()
        await told_to_come_back(looks, place="c")

    with_looks(story, most_left=2)

"""Small tasks of a worker: who waits, who shares, who is gone."""

import socket

import pytest

from voyant_assets.runtime.tasks import Tasks
from voyant_assets.runtime.wire import receive
from voyant_core import errors


class Idle:
    """A pool's process that takes what it is given and never answers by itself."""

    def __init__(self):
        self.given = []
        self.is_killed = False
        self.has_begun = True

    def kill(self):
        self.is_killed = True

    def hand_over(self, work):
        self.given.append(work)


class Pool:
    """Hands out processes that do nothing."""

    def __init__(self):
        self.taken = []

    def take(self):
        self.taken.append(Idle())
        return self.taken[-1]

    def give_back(self, process):
        pass


@pytest.fixture
def pool():
    return Pool()


@pytest.fixture
def ask(pool):
    tasks, open_ends = Tasks(pool, at_once=1), []

    def ask(place):
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        open_ends.extend([ours, theirs])
        tasks.add({"name": "probe", "arguments": {"place": place}, "timeout_s": 60}, theirs)
        return ours

    ask.tasks = tasks
    yield ask
    for end in open_ends:
        end.close()


def test_callers_that_wait_for_the_same_share_one_answer_and_one_that_runs_already_is_not_shared(pool, ask):
    running = ask("a")
    ask.tasks.schedule()
    sharing = [ask("a"), ask("a"), ask("a")]
    other = ask("b")
    assert ask.tasks.count == 3
    ask.tasks.answered(pool.taken[0], {"result": {"n": 1}})
    ask.tasks.schedule()
    ask.tasks.answered(pool.taken[1], {"result": {"n": 2}})
    ask.tasks.schedule()
    assert receive(running)[0] == {"result": {"n": 1}}
    assert [receive(caller)[0] for caller in sharing] == [{"result": {"n": 2}}] * 3
    assert [work["arguments"]["place"] for process in pool.taken for work in process.given] == ["a", "a", "b"]
    ask.tasks.answered(pool.taken[2], {"result": {"n": 3}})
    assert receive(other)[0] == {"result": {"n": 3}}


def test_a_task_whose_callers_are_gone_is_not_begun(pool, ask):
    ask("a").close()
    stays = ask("b")
    ask.tasks.schedule()
    assert [work["arguments"]["place"] for process in pool.taken for work in process.given] == ["b"]
    assert stays.fileno() > 0


def test_a_task_that_runs_for_nobody_any_more_is_ended(pool, ask):
    leaves, stays = ask("a"), ask("b")
    ask.tasks.schedule()
    ask.tasks.tick(0.0)
    assert not pool.taken[0].is_killed
    leaves.close()
    ask.tasks.tick(0.0)
    assert pool.taken[0].is_killed
    ask.tasks.process_exited(pool.taken[0], -9)
    ask.tasks.schedule()
    ask.tasks.answered(pool.taken[1], {"result": {"n": 2}})
    assert receive(stays)[0] == {"result": {"n": 2}}


def test_a_task_whose_process_died_before_it_began_gets_another_but_not_for_ever(pool, ask):
    caller = ask("a")
    for _ in range(3):
        ask.tasks.schedule()
        pool.taken[-1].has_begun = False
        ask.tasks.process_exited(pool.taken[-1], -9)
    assert len(pool.taken) == 3
    assert ask.tasks.count == 0
    message, _ = receive(caller)
    assert message["error"]["number"] == errors.RUN_LOST.number

"""Run workers that are stopped, killed and started again: what becomes of their runs and tasks. Real processes on Unix sockets."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bed import Bed, is_alive, until
from dagster import DagsterEvent, DagsterEventType

from voyant_core import errors


@pytest.fixture
def own_bed(store_kind, tmp_path):
    """A home for tests that stop or kill their worker; they start it themselves."""
    bed = Bed(tmp_path / "home")
    yield bed
    bed.close()


@pytest.fixture
def lone_bed(tmp_path):
    """The same, for what happens between processes whatever the store is."""
    bed = Bed(tmp_path / "home")
    yield bed
    bed.close()


def test_a_restarted_worker_adopts_judges_and_starts_what_its_predecessor_left(own_bed):
    own_bed.start()
    lives, dies, canceled = own_bed.submit_waiting(), own_bed.submit_waiting(), own_bed.submit_waiting()
    waits = own_bed.submit()
    own_bed.kill_worker()
    os.kill(dies[1], signal.SIGKILL)
    assert is_alive(lives[1])
    own_bed.start()
    until(own_bed.info)
    assert own_bed.end(dies[0]) == "FAILURE"
    health = own_bed.instance.run_launcher.check_run_worker_health(own_bed.instance.get_run_by_id(lives[0]))
    assert health.run_worker_id == str(lives[1])
    assert own_bed.instance.run_coordinator.cancel_run(canceled[0])
    assert own_bed.end(canceled[0]) == "CANCELED"
    lives[2].touch()
    assert own_bed.end(lives[0]) == "SUCCESS"
    assert own_bed.end(waits) == "SUCCESS"
    assert [own_bed.told_as_ended(run[0]) for run in (lives, dies, canceled)] == ["SUCCESS", "FAILURE", "CANCELED"]


def test_a_run_handed_over_before_the_worker_was_killed_is_not_lost(own_bed):
    own_bed.start()
    until(own_bed.info)
    runs = [own_bed.submit() for _ in range(3)]  # the fork server still imports: they wait inside the worker
    assert own_bed.info()["waiting"] == 3
    assert own_bed.instance.run_coordinator.cancel_run(runs[2])
    own_bed.kill_worker()
    own_bed.start()
    assert [own_bed.end(run_id) for run_id in runs] == ["SUCCESS", "SUCCESS", "CANCELED"]


def test_a_run_whose_launcher_died_half_way_is_launched_by_the_worker(own_bed):
    own_bed.start("--look-s", "0.2")
    until(own_bed.info)
    run_id = own_bed.create()
    started = DagsterEvent(event_type_value=DagsterEventType.PIPELINE_STARTING.value, job_name="faulty")
    own_bed.instance.report_dagster_event(started, run_id=run_id)
    assert own_bed.end(run_id) == "SUCCESS"


@pytest.mark.parametrize(("reported", "end"), [("PIPELINE_START", "FAILURE"), ("PIPELINE_CANCELING", "CANCELED")])
def test_a_run_that_nobody_works_on_is_ended(own_bed, reported, end):
    own_bed.start("--look-s", "0.2")
    until(own_bed.info)
    run_id = own_bed.create()
    own_bed.instance.report_dagster_event(DagsterEvent(event_type_value=reported, job_name="faulty"), run_id=run_id)
    assert own_bed.end(run_id) == end
    assert own_bed.told_as_ended(run_id) == end


def test_a_task_is_answered_by_a_process_that_was_forked_for_it(lone_bed):
    lone_bed.runs["spares"] = 0
    lone_bed.start()
    until(lone_bed.info)
    for _ in range(20):
        pid = lone_bed.task("echo")["pid"]
        os.kill(pid, signal.SIGKILL)
        until(lambda pid=pid: str(pid) not in lone_bed.info()["spares"])


def test_a_worker_takes_no_run_that_it_cannot_write_down(lone_bed):
    lone_bed.start()
    until(lone_bed.info)
    blocked = lone_bed.layout.run / "runs.json.new"  # as a full disk would
    blocked.mkdir()
    run_id = lone_bed.submit()
    assert lone_bed.status(run_id) in ("QUEUED", "STARTING")
    assert lone_bed.info()["running"] == {}
    blocked.rmdir()
    assert lone_bed.end(run_id) == "SUCCESS"


def test_a_worker_whose_supervisor_died_makes_room_at_once(lone_bed):
    """Its runs are adopted by the next worker."""
    parent = lone_bed.start_below_a_parent()
    run_id, _, release = lone_bed.submit_waiting()
    worker = lone_bed.info()["pid"]
    parent.kill()
    parent.wait()
    os.kill(worker, signal.SIGTERM)
    until(lambda: not is_alive(worker), 8)  # its drain would take 10 s
    lone_bed.start()
    until(lone_bed.info)
    release.touch()
    assert lone_bed.end(run_id) == "SUCCESS"


def test_a_launch_waits_for_a_worker_that_is_being_restarted(lone_bed):
    starter = threading.Timer(0.5, lone_bed.start)
    starter.start()
    run_id = lone_bed.submit()
    starter.join()
    assert lone_bed.end(run_id) == "SUCCESS"


def test_sigterm_lets_runs_end_takes_no_new_ones_and_kills_no_run_that_outlasts_it(own_bed):
    own_bed.runs["drain_s"] = 1.0
    own_bed.start()
    quick, slow = own_bed.submit_waiting(), own_bed.submit_waiting()
    own_bed.worker.terminate()
    until(own_bed.refuses_launches)
    with pytest.raises(errors.VoyantError, match="VYNT-5006"):
        own_bed.task("echo")
    quick[2].touch()
    assert own_bed.end(quick[0]) == "SUCCESS"
    assert own_bed.worker.wait(20) == 0
    assert is_alive(slow[1])
    own_bed.start()
    until(own_bed.info)
    slow[2].touch()
    assert own_bed.end(slow[0]) == "SUCCESS"
    assert own_bed.told_as_ended(slow[0]) == "SUCCESS"


def test_spares_and_tasks_die_with_a_killed_worker(lone_bed):
    lone_bed.start()
    spares = lone_bed.ready_spares()
    began = lone_bed.path("began")
    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(lambda: lone_bed.task("wait", timeout_s=2.0, began=str(began), wait_for="/nowhere"))
        until(began.exists)
        lone_bed.kill_worker()
        with pytest.raises(errors.VoyantError, match="VYNT-5006"):
            task.result(timeout=20)
    until(lambda: not any(is_alive(pid) for pid in spares))


def test_a_cancel_waits_for_a_worker_that_is_being_restarted(lone_bed):
    lone_bed.start()
    run_id, pid, _ = lone_bed.submit_waiting()
    lone_bed.kill_worker()
    starter = threading.Timer(0.3, lone_bed.start)
    starter.start()
    assert lone_bed.instance.run_coordinator.cancel_run(run_id)
    starter.join()
    assert lone_bed.end(run_id) == "CANCELED"
    until(lambda: not is_alive(pid))


def test_without_a_worker_a_task_says_that_it_is_away(lone_bed):
    started = time.monotonic()
    with pytest.raises(errors.VoyantError) as raised:
        lone_bed.task("echo", patience_s=0.2)
    assert raised.value.code == errors.WORKER_AWAY
    assert time.monotonic() - started < 3


def test_code_that_cannot_be_imported_holds_runs_until_it_can(lone_bed):
    broken = Path(lone_bed.settings.home) / "code" / "late_hooks.py"
    broken.write_text("raise ImportError('half saved')\n")
    lone_bed.python_path.append(str(broken.parent))
    lone_bed.start(hooks="late_hooks")
    run_id = lone_bed.submit()
    until(lambda: "while importing" in lone_bed.log())
    broken.write_text("from runtime_hooks import *\n")
    assert lone_bed.end(run_id) == "SUCCESS"

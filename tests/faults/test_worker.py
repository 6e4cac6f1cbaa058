"""A run worker and the faults that it survives: each test says what a run, a task or the pool must come to. Real processes."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from bed import Bed, is_alive, until
from stores import STORES

from voyant_core import errors


@pytest.fixture(scope="module", params=STORES)
def bed(request, stores, tmp_path_factory):
    """One worker for the faults that it survives."""
    with stores.here(request.param):
        bed = Bed(tmp_path_factory.mktemp("shared") / "home")
        bed.start()
        yield bed
        bed.close()


def test_a_run_succeeds_in_a_process_of_its_own_and_the_product_is_told(bed):
    run_id, pid, release = bed.submit_waiting()
    assert pid != bed.info()["pid"]
    release.touch()
    assert bed.end(run_id) == "SUCCESS"
    assert bed.told_as_ended(run_id) == "SUCCESS"
    until(lambda: not is_alive(pid))


def test_a_failed_step_fails_the_run(bed):
    run_id = bed.submit(fail=True)
    assert bed.end(run_id) == "FAILURE"
    assert bed.told_as_ended(run_id) == "FAILURE"


def test_a_run_takes_a_spare_that_was_warmed_ahead(bed):
    ready = bed.ready_spares()
    run_id, pid, release = bed.submit_waiting()
    assert pid in ready
    release.touch()
    assert bed.end(run_id) == "SUCCESS"


def test_a_killed_run_fails_with_its_exit_code(bed):
    run_id, pid, _ = bed.submit_waiting()
    os.kill(pid, signal.SIGKILL)
    assert bed.end(run_id) == "FAILURE"
    assert bed.told_as_ended(run_id) == "FAILURE"
    messages = [event.dagster_event.message for event in bed.instance.all_logs(run_id) if event.dagster_event]
    assert any("exit code -9" in message for message in messages if message)


def test_a_subprocess_that_a_run_left_behind_dies_with_it(bed):
    orphan = bed.path("orphan")
    assert bed.end(bed.submit(orphan=orphan)) == "SUCCESS"
    until(lambda: not is_alive(int(orphan.read_text())))


def test_a_killed_spare_is_replaced(bed):
    victim, *_ = bed.ready_spares()
    os.kill(victim, signal.SIGKILL)
    until(lambda: str(victim) not in bed.info()["spares"])
    assert victim not in bed.ready_spares()


def test_what_comes_right_after_a_spare_was_killed_gets_another(bed):
    for victim in bed.ready_spares():
        os.kill(victim, signal.SIGKILL)
    assert bed.task("echo", text="alive")["text"] == "alive"
    for victim in bed.ready_spares():
        os.kill(victim, signal.SIGKILL)
    assert bed.end(bed.submit()) == "SUCCESS"


def test_runs_go_on_when_the_fork_server_is_killed(bed):
    bed.ready_spares()
    server = bed.info()["fork_server"]
    os.kill(server, signal.SIGKILL)
    runs = [bed.submit() for _ in range(4)]  # more than there are spares: some wait for the next fork server
    assert [bed.end(run_id) for run_id in runs] == ["SUCCESS"] * 4
    assert bed.info()["fork_server"] != server


def test_a_canceled_run_ends_canceled(bed):
    run_id, pid, _ = bed.submit_waiting()
    assert bed.instance.run_coordinator.cancel_run(run_id)
    assert bed.end(run_id) == "CANCELED"
    until(lambda: not is_alive(pid))
    assert bed.told_as_ended(run_id) == "CANCELED"


def test_a_canceled_run_that_does_not_listen_is_killed_after_its_grace(bed):
    run_id, pid, _ = bed.submit_waiting(deaf=True)
    assert bed.instance.run_coordinator.cancel_run(run_id)
    assert bed.end(run_id) == "CANCELED"
    assert not is_alive(pid)


def test_runs_over_the_slots_wait_queued_and_start_as_others_end(bed):
    busy = [bed.submit_waiting() for _ in range(3)]
    waiting = [bed.submit(), bed.submit()]
    assert [bed.status(run_id) for run_id in waiting] == ["QUEUED", "QUEUED"]
    assert bed.instance.run_coordinator.cancel_run(waiting[1])
    assert bed.status(waiting[1]) == "CANCELED"
    busy[0][2].touch()
    assert bed.end(waiting[0]) == "SUCCESS"
    for run_id, _, release in busy:
        release.touch()
        assert bed.end(run_id) == "SUCCESS"


def test_a_live_run_is_known_to_run_monitoring_and_a_stranger_is_not(bed):
    run_id, pid, release = bed.submit_waiting()
    health = bed.instance.run_launcher.check_run_worker_health
    run = bed.instance.get_run_by_id(run_id)
    assert health(run)._asdict() == {"status": health(run).status, "msg": None, "transient": None, "run_worker_id": str(pid)}
    assert health(run).status.value == "RUNNING"
    release.touch()
    bed.end(run_id)
    until(lambda: health(run).status.value == "NOT_FOUND")


def test_a_task_is_answered_by_a_warm_process_that_then_executes_the_run(bed):
    bed.ready_spares()
    answer = bed.task("echo", text="ä")
    assert answer["text"] == "ä"
    assert answer["warmed"]
    assert bed.task("echo")["pid"] == answer["pid"]
    run_id, pid, release = bed.submit_waiting()
    assert pid == answer["pid"]
    release.touch()
    assert bed.end(run_id) == "SUCCESS"


def test_a_task_may_carry_megabytes_both_ways(bed):
    columns = [f"column {n}" for n in range(200_000)]
    assert bed.task("echo", columns=columns)["columns"] == columns


def test_a_tasks_own_error_reaches_the_caller_whole(bed):
    with pytest.raises(errors.VoyantError) as raised:
        bed.task("refuse")
    assert (raised.value.code, raised.value.hint, raised.value.retryable) == (errors.UNREADABLE_FILE, "Try another.", True)


@pytest.mark.parametrize("name", ["stumble", "not_json"])
def test_an_unexpected_exception_is_logged_and_the_caller_learns_no_detail(bed, name):
    with pytest.raises(errors.VoyantError) as raised:
        bed.task(name)
    assert raised.value.code == errors.INTERNAL
    assert "secret" not in str(raised.value)
    assert f"task {name}" in bed.log()


def test_a_task_that_takes_too_long_is_killed(bed):
    began = bed.path("began")
    with pytest.raises(errors.VoyantError) as raised:
        bed.task("wait", timeout_s=0.5, began=began.as_posix(), wait_for="/nowhere")
    assert raised.value.code == errors.TIMEOUT
    until(lambda: not is_alive(int(began.read_text())))


def test_a_task_that_crashes_its_process_says_so_and_the_next_one_works(bed):
    with pytest.raises(errors.VoyantError) as raised:
        bed.task("crash")
    assert raised.value.code == errors.RUN_LOST
    assert bed.task("echo", text="still here")["text"] == "still here"


def test_runs_and_other_tasks_go_on_while_a_task_takes_its_time(bed):
    began, release = bed.path("began"), bed.path("release")
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(lambda: bed.task("wait", began=str(began), wait_for=str(release)))
        until(began.exists)
        assert bed.task("echo", n=1)["n"] == 1
        assert bed.end(bed.submit()) == "SUCCESS"
        assert not slow.done()
        release.touch()
        assert slow.result(timeout=20) == {}


def test_a_caller_that_leaves_harms_nobody(bed):
    from voyant_assets.runtime.wire import connect, send

    with connect(bed.layout.worker_socket) as caller:
        send(caller, {"op": "task", "name": "echo", "arguments": {}, "timeout_s": 5})
    with connect(bed.layout.worker_socket) as caller:
        caller.send(b"this is no JSON")
    assert bed.task("echo", text="fine")["text"] == "fine"


def test_new_code_is_imported_beside_the_old_and_spares_are_replaced(bed):
    before, version = bed.ready_spares(), bed.info()["code_version"]
    (Path(bed.settings.home) / "code" / "module.py").write_text("VERSION = 2\n")
    until(lambda: bed.info()["code_version"] != version)
    assert not before & bed.ready_spares()
    assert bed.end(bed.submit()) == "SUCCESS"


def test_a_second_worker_on_the_same_home_is_refused(bed):
    first = bed.worker
    try:
        bed.start()
        assert bed.worker.wait(20) != 0
    finally:
        bed.worker = first
    assert "VYNT-5005" in bed.log()
    assert bed.task("echo", text="undisturbed")["text"] == "undisturbed"

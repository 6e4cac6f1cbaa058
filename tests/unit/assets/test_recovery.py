"""Accepted jobs whose run nobody submitted, as a dead API leaves them."""

import dagster as dg
import pytest

from voyant_assets.graph.factory import JOB_TAG
from voyant_assets.recovery import Recovery
from voyant_assets.runtime.instance import open_instance, write_dagster_yaml
from voyant_core.model.job import JobState


@dg.job
def nothing() -> None:
    pass


def create_run(instance: dg.DagsterInstance, job) -> str:
    return instance.create_run_for_job(nothing, tags={JOB_TAG: job.id}).run_id


class Started:
    def __init__(self) -> None:
        self.jobs: list[str] = []
        self.runs: list[str] = []


@pytest.fixture
def started():
    return Started()


@pytest.fixture
def instance(environment):
    write_dagster_yaml(environment.layout, environment.settings)
    with open_instance(environment.layout) as opened:
        yield opened


@pytest.fixture
def recovery(environment, instance, started):
    return Recovery(environment, instance, lambda job: started.jobs.append(job.id), started.runs.append)


@pytest.fixture
def job(jobs, orders):
    return jobs.start(orders, []).job


def stored(environment, job):
    return environment.store.jobs("acme").get(job.id)


def test_a_job_without_a_run_is_started(environment, recovery, job, started):
    assert recovery.unsubmitted() == [("acme", job.id)]
    recovery.take_up(stored(environment, job))
    assert started.jobs == [job.id]


def test_a_run_that_was_recorded_and_not_submitted_is_submitted_and_not_made_twice(environment, instance, recovery, job, started):
    run_id = create_run(instance, job)  # and the API died before it could tell the job
    recovery.take_up(stored(environment, job))
    assert (started.jobs, started.runs) == ([], [run_id])
    assert stored(environment, job).run_id == run_id
    assert recovery.unsubmitted() == [("acme", job.id)]


def test_a_job_whose_run_is_on_its_way_is_left_alone(environment, instance, recovery, job, started):
    run_id = create_run(instance, job)
    environment.store.jobs("acme").set_run(job.id, run_id)
    instance.report_run_failed(instance.get_run_by_id(run_id))
    assert recovery.unsubmitted() == []
    recovery.take_up(stored(environment, job))
    assert (started.jobs, started.runs) == ([], [])
    assert stored(environment, job).state is JobState.FAILED


def test_a_job_that_was_canceled_meanwhile_is_not_started(environment, instance, recovery, job, started):
    run_id = create_run(instance, job)
    environment.store.jobs("acme").request_cancel(job.id)
    recovery.take_up(stored(environment, job))
    assert (started.jobs, started.runs) == ([], [])
    assert stored(environment, job).state is JobState.CANCELED
    assert instance.get_run_by_id(run_id).status.value == "CANCELED"


def test_a_job_whose_run_was_deleted_fails_and_says_so(environment, recovery, job, started):
    environment.store.jobs("acme").set_run(job.id, "00000000-0000-0000-0000-000000000000")
    recovery.take_up(stored(environment, job))
    ended = stored(environment, job)
    assert (ended.state, started.jobs) == (JobState.FAILED, [])
    assert "deleted" in ended.problem.detail


def test_a_young_job_is_left_to_the_request_that_made_it(recovery, job):
    assert recovery._forgotten() == []

"""Who may use a home: one server or one lone shell at a time, and what comes of a shell that is killed at work."""

import os
import signal
import subprocess

import pytest
import sqlalchemy as sa
from bed import until
from confined import environment_of, run, voyant

from resources.metadata.schema import job, outbox
from voyant_assets.runtime.environment import Environment
from voyant_assets.runtime.home import HomeLock
from voyant_assets.runtime.instance import open_instance
from voyant_core.settings import Settings


@pytest.fixture
def here(tmp_path):
    made = Environment(Settings(home=tmp_path / "home"))
    made.prepare()
    yield made
    made.store.database.close()


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("id,amount\n" + "".join(f"{row},{row * 0.37:.3f}\n" for row in range(200_000)))
    return path


@pytest.mark.parametrize("arguments", [["serve", "--port", "0"], ["analyze", "orders.csv"]], ids=["a server", "a second shell"])
def test_while_a_shell_works_others_are_told_who_does_and_to_wait(here, arguments):
    with HomeLock(here.layout).held():
        refused = run(voyant(*arguments), here.layout.root)
    assert refused.returncode == 3
    for told in ("VYNT-5005", f"process {os.getpid()}", "Wait"):
        assert told in refused.stderr
    assert "Traceback" not in refused.stderr


def rows(here, query) -> list:
    with here.store.database.read() as connection:
        return connection.execute(query).all()


def test_a_shell_that_was_killed_leaves_its_job_to_the_next_one_to_end(here, orders):
    killed = subprocess.Popen(voyant("analyze", str(orders)), env=environment_of(here.layout.root), stdout=subprocess.DEVNULL)
    until(lambda: rows(here, sa.select(outbox.c.sequence).where(outbox.c.type == "stage.started")), 90)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert HomeLock(here.layout).held_by() is None  # whatever the file says

    assert run(voyant("analyze", str(orders)), here.layout.root).returncode == 0
    (first_state, first_problem, first_run), (second_state, _, second_run) = rows(
        here, sa.select(job.c.state, job.c.problem, job.c.run_id).order_by(job.c.id)
    )
    assert (first_state, first_problem["code"], second_state) == ("failed", "VYNT-5004", "succeeded")
    with open_instance(here.layout) as instance:
        assert [instance.get_run_by_id(run_id).status.value for run_id in (first_run, second_run)] == ["FAILURE", "SUCCESS"]
    assert here.store.open_jobs() == []
    assert list(here.layout.temp.iterdir()) == []

"""A few cells of the kill matrix with a fixed seed; `make faults` runs all of it."""

import pytest

from tests.faults.kill_matrix import run_matrix
from tests.faults.matrix_bed import Bed
from tests.faults.matrix_trial import Trial
from voyant_core.settings import settings

CELLS = (("run", "ingest"), ("spare", "profile"), ("worker", "charts"), ("api", "queue"), ("serve", "report"))


@pytest.fixture
def bed(tmp_path, monkeypatch):
    for name in ("VOYANT_HOME", "VOYANT_RUNS__PER_TENANT"):
        monkeypatch.setenv(name, "1")  # so that what the bed sets is taken back
    (tmp_path / "home").mkdir()
    bed = Bed(tmp_path / "home", "api,worker", {})
    yield bed
    bed.close()
    monkeypatch.undo()
    settings.cache_clear()


@pytest.mark.timeout(400)
def test_whatever_is_killed_every_job_ends_true_and_nothing_is_lost_doubled_or_half_written(bed):
    trials = run_matrix(bed, [Trial(row, column, 0, f"suite/{row}/{column}") for row, column in CELLS])
    assert {trial.seed: trial.violations for trial in trials if trial.violations} == {}
    assert all(trial.outcome for trial in trials)

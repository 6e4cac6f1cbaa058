"""A real environment on an empty home, and jobs on it whose stages the test chooses."""

from collections.abc import Sequence

import pytest
from probed_files import probed

from voyant_assets.catalogue import Catalogue
from voyant_assets.launch import new_job
from voyant_assets.planning import make_plan
from voyant_assets.runner import TableRun
from voyant_assets.runtime.environment import Environment
from voyant_core.model.job import AnalyzeRequest
from voyant_core.model.source import SourceType
from voyant_core.settings import Settings
from voyant_core.stage import Stage
from voyant_core.tenancy import CallContext


@pytest.fixture
def environment(tmp_path):
    made = Environment(Settings(home=tmp_path / "home"))
    made.prepare()
    yield made
    made.engine.close()
    made.guarded.close()
    made.store.database.close()


@pytest.fixture
def orders(tmp_path):
    path = tmp_path / "orders.csv"
    path.write_text("id,amount\n1,10.5\n2,20\n3,NA\n")
    return path


class Jobs:
    """Makes jobs over one CSV file and runs their table."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment

    def source(self, path):
        result = probed(self.environment, path)
        return self.environment.store.sources("acme").register(SourceType.FILE, path.as_uri(), path.stem, result, pinned=False)

    def start(self, path, stages: Sequence[Stage], selected=None, **request) -> TableRun:
        source, catalogue = self.source(path), Catalogue.of(stages)
        plan = make_plan("acme", AnalyzeRequest(source=source.id, **request), [source], catalogue)
        job = self.environment.store.jobs("acme").create(
            new_job(CallContext(tenant="acme"), AnalyzeRequest(source=source.id, **request), plan)
        )
        chosen = frozenset(selected if selected is not None else plan.tables[0].stages)
        return TableRun(self.environment, catalogue, job, plan.tables[0], source, f"run_{job.id}", chosen)


@pytest.fixture
def jobs(environment):
    return Jobs(environment)

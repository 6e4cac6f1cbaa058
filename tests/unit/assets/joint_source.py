"""A source of several tables, each with bytes of its own, and jobs over it that run to their end without Dagster."""

from __future__ import annotations

from probed_files import probed

from voyant_assets.catalogue import catalogue, joint_catalogue
from voyant_assets.finishing import finish
from voyant_assets.joint_runner import JointRun
from voyant_assets.launch import new_job
from voyant_assets.planning import make_plan
from voyant_assets.runner import TableRun
from voyant_core.keys import JointAddress
from voyant_core.model.artifact import Manifest
from voyant_core.model.job import AnalyzeRequest, JobState
from voyant_core.model.source import ProbeResult, SourceType
from voyant_core.tenancy import CallContext

CUSTOMERS = "customer_id,city\n" + "".join(f"{n},{('Rome', 'Oslo')[n % 2]}\n" for n in range(1, 21))
ORDERS = "order_id,customer_id,price\n" + "".join(f"{n},{1 + n % 19 if n > 3 else 90 + n},{n}.5\n" for n in range(1, 61))


def register(environment, folder, tables, title="shop"):
    """`tables`: title -> CSV text."""
    found = []
    for name, text in tables.items():
        path = folder / f"{name}.csv"
        path.write_text(text)
        result = probed(environment, path)
        found.append(result.tables[0].model_copy(update={"landing": result.landing}))
    whole = ProbeResult(landing=result.landing, tables=found)
    return environment.store.sources("acme").register(SourceType.FILE, f"file:///{title}", title, whole, pinned=False)


class Shop:
    def __init__(self, environment, folder, tables=None):
        self.environment = environment
        self.folder = folder
        self.source = register(environment, folder, tables or {"customers": CUSTOMERS, "orders": ORDERS})

    def job(self, **request):
        """A job over the source as it is registered, not run."""
        asked = AnalyzeRequest(source=self.source.id, **request)
        plan = make_plan("acme", asked, [self.source], catalogue(), joint_catalogue())
        return self.environment.store.jobs("acme").create(new_job(CallContext(tenant="acme"), asked, plan))

    def run(self, job):
        """The outcomes of everything in the plan: by (table, stage)."""
        plan = job.plan
        found = {}
        for table in plan.tables:
            run = TableRun(self.environment, catalogue(), job, table, self.source, f"run_{job.id}", frozenset(table.stages))
            found |= {(table.label, outcome.stage.name): outcome for outcome in run.outcomes()}
        if plan.joint is not None:
            tables = [TableRun(self.environment, catalogue(), job, t, self.source, f"run_{job.id}", frozenset()) for t in plan.tables]
            address = JointAddress("acme", plan.joint.source, plan.joint.digest)
            stages = frozenset(plan.joint.stages)
            run = JointRun(self.environment, joint_catalogue(), job, address, self.source, tables, f"run_{job.id}", stages)
            found |= {("joint", outcome.stage.name): outcome for outcome in run.outcomes()}
        return found

    def finished(self, job, ended=JobState.SUCCEEDED):
        done = finish(self.environment.store, self.environment.objects, "acme", job.id, ended)
        return done, Manifest.model_validate_json(self.environment.objects.get("acme", done.manifest_sha256))

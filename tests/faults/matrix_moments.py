"""The phases of an analysis, how to see that one has begun, and a request whose bytes nobody has analyzed yet."""

from __future__ import annotations

import datetime as dt
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
import sqlalchemy as sa

from resources.metadata.schema import job, outbox
from tests.faults.matrix_bed import Bed

STAGES = ("ingest", "profile", "quality", "kpi", "charts", "narrative", "report")
COLUMNS = ("probe", "queue", *STAGES, "finish")
TABLE = "orders"
POLL_S = 0.002
ROWS = 6000
WAIT_S = 40
Event = tuple[str, str, float]  # type, stage, seconds since 1970


def table_of(seed: str) -> str:
    """A table with something for every stage: a time, groups, quantities with gaps and outliers, codes; other bytes for each seed."""
    draw = random.Random(seed)
    lines = ["order_id,ordered_on,region,product,price,quantity,discount,paid,note"]
    start = dt.date(2024, 1, 1)
    for row in range(ROWS):
        price = "" if row % 61 == 5 else f"{draw.lognormvariate(3, 0.7):.2f}"
        day = start + dt.timedelta(days=row * 700 // ROWS)
        product = f"P{draw.randrange(40):03}"
        line = f"{row + 1},{day},{draw.choice(['north', 'south', 'east', 'west'])},{product},{price},{draw.randrange(1, 9)}"
        lines.append(f"{line},{draw.choice([0, 0, 0.05, 0.1])},{draw.choice(['yes', 'no'])},text {draw.randrange(500)}")
    return "\n".join(lines) + "\n"


KPIS = [
    {"name": "revenue", "sql": f"SELECT sum(price * quantity) FROM {TABLE}"},
    {"name": "mean quantity", "sql": f"SELECT avg(quantity) FROM {TABLE}"},
]


@dataclass
class Request:
    """One analyze call, made from a thread of its own, and what became of it."""

    bed: Bed
    name: str
    place: str
    sent_at: float = 0.0
    answered_at: float = 0.0
    answer: httpx.Response | None = None
    failure: str = ""
    _thread: threading.Thread | None = field(default=None, repr=False)

    @staticmethod
    def of_file(bed: Bed, name: str, text: str) -> Request:
        folder = bed.inbox / name
        folder.mkdir()
        (folder / f"{TABLE}.csv").write_text(text)
        return Request(bed, name, str(folder / f"{TABLE}.csv"))

    def again(self, suffix: str) -> Request:
        return Request(self.bed, f"{self.name}-{suffix}", self.place)

    def send(self) -> Request:
        self.sent_at = time.time()
        self._thread = threading.Thread(target=self._call, daemon=True)
        self._thread.start()
        return self

    def _call(self) -> None:
        body = {"source": {"type": "file", "path": self.place}, "kpis": KPIS, "wait_s": WAIT_S}
        try:
            with httpx.Client(base_url=self.bed.http.base_url, trust_env=False, timeout=WAIT_S + 20) as client:
                self.answer = client.post("/v1/analyze", json=body, headers={"X-Request-ID": self.name, "Idempotency-Key": self.name})
        except httpx.HTTPError as error:
            self.failure = type(error).__name__
        self.answered_at = time.time()

    def wait(self, timeout_s: float = WAIT_S + 25) -> None:
        if self._thread is not None:
            self._thread.join(timeout_s)

    @property
    def is_over(self) -> bool:
        return self.answered_at > 0

    def job(self) -> dict[str, Any] | None:
        """The job's row, if the request was accepted."""
        with self.bed.environment.store.database.read() as connection:
            row = connection.execute(sa.select(job).where(job.c.request_id == self.name)).mappings().first()
            return None if row is None else dict(row)

    def events(self) -> list[Event]:
        mine = sa.select(job.c.id).where(job.c.request_id == self.name).scalar_subquery()
        query = sa.select(outbox.c.type, outbox.c.data, outbox.c.at).where(outbox.c.job_id == mine).order_by(outbox.c.sequence)
        with self.bed.environment.store.database.read() as connection:
            rows = connection.execute(query).all()
        return [(kind, data.get("name", ""), dt.datetime.fromisoformat(at).timestamp()) for kind, data, at in rows]

    def document(self) -> dict[str, Any]:
        """The answer's JSON; empty when there was none."""
        try:
            return self.answer.json() if self.answer is not None else {}
        except ValueError:
            return {}


def bounds(column: str, events: list[Event], sent_at: float) -> tuple[float | None, float | None]:
    """When the phase began and ended, as far as the events tell."""
    at = {(kind, stage): seconds for kind, stage, seconds in events}
    match column:
        case "probe":
            return sent_at, at.get(("job.accepted", ""))
        case "queue":
            return at.get(("job.accepted", "")), at.get(("job.started", ""))
        case "finish":
            return at.get(("stage.finished", STAGES[-1])), at.get(("job.finished", ""))
        case stage:
            return at.get(("stage.started", stage)), at.get(("stage.finished", stage))


def await_phase(column: str, request: Request, timeout_s: float = 30.0) -> bool:
    """Returns when the phase has begun; False when the request ended before it was seen."""
    give_up = time.monotonic() + timeout_s
    while time.monotonic() < give_up:
        if bounds(column, request.events(), request.sent_at)[0] is not None:
            return True
        if request.is_over:
            return False
        time.sleep(POLL_S)
    return False

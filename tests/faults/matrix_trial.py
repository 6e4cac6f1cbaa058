"""One trial: a request, a process killed at a random moment of a phase, and whether everything is true again within the time allowed."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from dataclasses import dataclass, field

import httpx
from dagster import DagsterInstance

from tests.faults.matrix_bed import MODULES, Bed, until
from tests.faults.matrix_moments import COLUMNS, Request, await_phase, bounds, table_of
from tests.faults.matrix_truth import collect, content_digest, half_written, job_flaws, source_flaws, unreferenced, unsettled

ROWS = ("run", "spare", "worker", "api", "daemon")
HARMLESS = ("spare", "daemon")  # a request must not notice that one of these was killed
RECOVERY_S = 30.0
LONGEST_S = 180.0
TRANSIENT = ("VYNT-5004", "VYNT-5006")


@dataclass
class Trial:
    row: str
    column: str
    number: int
    seed: str
    outcome: str = ""
    recovery_s: float = 0.0
    hit: bool = False
    delay_s: float = 0.0
    seconds: float = 0.0
    left_files: int = 0
    violations: list[str] = field(default_factory=list)


class Usual:
    """How long each phase took when nothing happened: the median of the latest undisturbed runs."""

    def __init__(self) -> None:
        self._seen: dict[str, list[float]] = {}

    def learn(self, request: Request) -> None:
        events = request.events()
        for column in COLUMNS:
            began, ended = bounds(column, events, request.sent_at)
            if began is not None and ended is not None and column != "queue":
                self._seen.setdefault(column, []).append(max(ended - began, 0.001))

    def of(self, column: str) -> float:
        if column == "queue":  # behind another job of the tenant, most of whose run is to come
            return 0.8 * sum(self.of(stage) for stage in COLUMNS[2:-1])
        latest = sorted(self._seen[column][-15:])
        return latest[len(latest) // 2]


def undisturbed(bed: Bed, name: str, text: str) -> Request:
    request = Request.of_file(bed, name, text).send()
    request.wait()
    return request


def run_trial(bed: Bed, instance: DagsterInstance, usual: Usual, trial: Trial, within_s: float = RECOVERY_S) -> Trial:
    draw = random.Random(trial.seed)
    text = table_of(trial.seed)
    name = trial.seed.replace("/", "-")
    first = Request.of_file(bed, f"{name}-before", text).send() if trial.column == "queue" else None
    if first is not None:
        await_phase("queue", first)
    request = Request.of_file(bed, name, text)
    killed_at = _strike(bed, usual, trial, request, draw)
    requests = [request] if first is None else [first, request]
    _await_truth(bed, instance, trial, requests, killed_at, within_s)
    _judge(trial, requests, instance)
    if not trial.violations:
        _repeat(bed, trial, usual, requests, undisturbed(bed, f"{name}-control", text), instance)
    _forget_sources(bed, trial)
    return trial


def _strike(bed: Bed, usual: Usual, trial: Trial, request: Request, draw: random.Random) -> float:
    """Sends the request and kills the row's process in the column's phase; when."""
    known = bed.pid(trial.row) if trial.row not in ("run", "spare") else None
    if trial.row == "spare":
        until(bed.has_spares, RECOVERY_S)
    if trial.row == "daemon":  # it starts after everything else
        known = until(lambda: bed.pid("daemon"), LONGEST_S)
    request.send()
    await_phase(trial.column, request)
    trial.delay_s = draw.uniform(0, usual.of(trial.column))
    time.sleep(trial.delay_s)
    victim = bed.run_process() if trial.row == "run" else bed.idle_spare() if trial.row == "spare" else known
    killed_at = time.time()
    if victim is None:
        trial.outcome = "nothing to kill"
        return killed_at
    with contextlib.suppress(ProcessLookupError):
        os.kill(victim, signal.SIGKILL)
    if trial.row == "serve":
        bed.process.wait()
        bed.start()
    start, end = bounds(trial.column, request.events(), request.sent_at)
    trial.hit = start is not None and start - 0.002 <= killed_at and (end is None or killed_at <= end + 0.002)
    return killed_at


def _await_truth(bed: Bed, instance: DagsterInstance, trial: Trial, requests: list[Request], killed_at: float, within_s: float) -> None:
    """Recovered: the server is whole, every accepted job has ended, and nothing is left of what was killed."""
    left: list[str] = []
    part = trial.row if trial.row in MODULES else "api"

    def settled() -> bool:
        nonlocal left
        left = [] if bed.is_ready(part) else ["the server is not ready"]
        left = left or unsettled(bed, instance)
        return not left and all(request.is_over for request in requests)

    settled_in_time = until(settled, within_s - (time.time() - killed_at), 0.05)
    trial.recovery_s = round(time.time() - killed_at, 2)
    if not settled_in_time:
        trial.violations += [f"after {within_s:g} s: {what}" for what in left or ["a request has no answer"]]
        until(settled, LONGEST_S, 0.2)  # so that the next trial begins on a whole server


def _judge(trial: Trial, requests: list[Request], instance: DagsterInstance) -> None:
    states = []
    for request in requests:
        row = request.job()
        if row is None:
            code = request.document().get("code")
            states.append(f"refused {code or request.failure}")
            is_coded = code in TRANSIENT and request.document().get("retryable") is True
            if not is_coded and not (trial.row in ("api", "serve") and request.failure):
                trial.violations.append(f"{request.name}: not accepted, answered {request.document() or request.failure}")
        else:
            states.append(row["state"])
            trial.violations += job_flaws(request, instance)
            if request.failure and trial.row not in ("api", "serve"):
                trial.violations.append(f"{request.name}: the connection broke: {request.failure}")
    if trial.row in HARMLESS and set(states) != {"succeeded"}:
        trial.violations.append(f"a killed {trial.row} was noticed: {states}")
    trial.outcome = trial.outcome or ", ".join(states)


def _repeat(bed: Bed, trial: Trial, usual: Usual, requests: list[Request], control: Request, instance: DagsterInstance) -> None:
    """The same request again must succeed, with the bytes of a run that nothing disturbed, and with no second snapshot."""
    wanted = content_digest(control)
    if wanted is None or control.job()["state"] != "succeeded":
        trial.violations.append(f"the undisturbed run failed: {control.document()} {control.failure}")
        return
    usual.learn(control)
    for request in requests:
        again = request.again("again").send()
        again.wait()
        row = again.job()
        if row is None or row["state"] != "succeeded":
            trial.violations.append(f"the repeated request failed: {again.document()} {again.failure}")
            continue
        for done in (request, again):
            earlier = done.job()
            if earlier is not None and earlier["state"] == "succeeded" and content_digest(done) != wanted:
                trial.violations.append(f"{done.name}: the content differs from that of an undisturbed run")
        trial.violations += job_flaws(again, instance) + source_flaws(bed, row["source_id"])
        left = [*unreferenced(bed, row["source_id"]), *half_written(bed)]
        trial.left_files += len(left)
        if left:
            collect(bed, instance)
            still = [*unreferenced(bed, row["source_id"]), *half_written(bed)]
            trial.violations += [f"{path.relative_to(bed.home)} is referred to by nobody and stays" for path in still]


def _forget_sources(bed: Bed, trial: Trial) -> None:
    """So that the home stays small. Also a check: nothing may hold them."""
    try:
        for item in bed.http.get("/v1/sources", params={"limit": 100}).json()["items"]:
            answer = bed.http.delete(f"/v1/sources/{item['id']}")
            if answer.status_code != 204:
                trial.violations.append(f"the source could not be forgotten: {answer.text[:300]}")
    except httpx.HTTPError as error:
        trial.violations.append(f"the server did not answer: {error!r}")

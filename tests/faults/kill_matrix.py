"""The kill matrix: `kill -9` of each process of a server in each phase of an analysis, at random moments.

python -m tests.faults.kill_matrix --moments 20 [--rows run,spare,worker,api,daemon,serve] [--columns probe,queue,...] [--seed N]

Writes one line per trial, then a JSON file with every trial and the Markdown table of `docs/reliability.md`. Exit code 1 with a violation.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import platform
import shutil
import signal
import statistics
import sys
import tempfile
import time
import traceback
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.faults.matrix_bed import Bed
from tests.faults.matrix_moments import COLUMNS, table_of
from tests.faults.matrix_trial import RECOVERY_S, ROWS, Trial, Usual, run_trial, undisturbed
from tests.faults.matrix_truth import broken_links
from voyant_assets.runtime.instance import open_instance

CALIBRATIONS = 3


def run_matrix(bed: Bed, trials: Sequence[Trial], out: Path | None = None, within_s: float = RECOVERY_S) -> list[Trial]:
    """Runs the trials on one server. `bed` is started and stopped here."""
    bed.start()
    bed.await_ready()
    usual = Usual()
    with open_instance(bed.environment.layout) as instance:
        for number in range(CALIBRATIONS):
            usual.learn(undisturbed(bed, f"calibration-{number}", table_of(f"calibration-{number}")))
        for trial in trials:
            began = time.monotonic()
            try:
                run_trial(bed, instance, usual, trial, within_s)
            except Exception as error:  # noqa: BLE001 - one trial that cannot be judged must not hide the others
                trial.violations += [f"the trial broke: {error!r}", traceback.format_exc(limit=-3)]
            trial.seconds = round(time.monotonic() - began, 2)
            sys.stderr.write(f"{_line(trial)}\n")
            if out is not None:
                out.write_text(json.dumps([dataclasses.asdict(done) for done in trials if done.seconds], indent=1))
        lost = broken_links(bed)
        if lost:
            trials[-1].violations.append(f"artifacts without bytes: {lost[:5]}")
    return list(trials)


def _line(trial: Trial) -> str:
    place = f"{trial.row} x {trial.column} {trial.number}"
    beside = "" if trial.hit else ", beside the phase"
    told = f"{place:24} {trial.outcome:32} recovered {trial.recovery_s:5.2f} s, {trial.seconds:5.2f} s{beside}"
    return "\n".join([told, *(f"    VIOLATION {what}" for what in trial.violations)])


def planned(rows: Sequence[str], columns: Sequence[str], moments: int, seed: int) -> list[Trial]:
    """Moment by moment over all cells, so that a run that is cut short has seen every cell."""
    return [
        Trial(row, column, number, f"{seed}/{row}/{column}/{number}") for number in range(moments) for row in rows for column in columns
    ]


def table(trials: Sequence[Trial]) -> str:
    """Markdown: in each cell trials, violations, median and longest recovery in seconds."""
    done = [trial for trial in trials if trial.seconds]
    rows, columns = list(dict.fromkeys(t.row for t in done)), list(dict.fromkeys(t.column for t in done))
    lines = [f"| killed | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for row in rows:
        cells = []
        for column in columns:
            cell = [t for t in done if (t.row, t.column) == (row, column)]
            recovery = [t.recovery_s for t in cell]
            bad = sum(bool(t.violations) for t in cell)
            cells.append(f"{len(cell)} · {bad} · {statistics.median(recovery):.1f} · {max(recovery):.1f}" if cell else "")
        lines.append(f"| {row} | {' | '.join(cells)} |")
    return "\n".join(lines)


def summary(trials: Sequence[Trial]) -> str:
    done = [trial for trial in trials if trial.seconds]
    outcomes: dict[str, int] = {}
    for trial in done:
        outcomes[trial.outcome] = outcomes.get(trial.outcome, 0) + 1
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items(), key=lambda item: -item[1]))
    bad, hits = sum(bool(trial.violations) for trial in done), sum(trial.hit for trial in done)
    longest = max(trial.recovery_s for trial in done)
    return f"{len(done)} trials, {bad} with a violation, {hits} inside the phase, longest recovery {longest} s. {told}."


@contextmanager
def _store(kind: str, folder: Path) -> Generator[Mapping[str, str]]:
    """The settings of the server's stores."""
    if kind == "sqlite":
        yield {}
        return
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from stores import Stores

    stores = Stores(folder / "postgres")
    try:
        with stores.variables(kind) as variables:
            yield variables
    finally:
        stores.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.kill_matrix")
    parser.add_argument("--moments", type=int, default=20)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--columns", default=",".join(COLUMNS))
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--within", type=float, default=RECOVERY_S, help="seconds that a recovery may take")
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite", help="postgres: a server of its own for this run")
    parser.add_argument("--server-roles", default="api,dagit,worker,daemon")
    parser.add_argument("--home", type=Path, help="kept afterwards; not given: a temporary one")
    parser.add_argument("--out", type=Path, default=Path("build/kill_matrix.json"))
    options = parser.parse_args()
    home = (options.home or Path(tempfile.mkdtemp(prefix="voyant-matrix-")) / "home").absolute()
    home.mkdir(parents=True, exist_ok=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    sys.stderr.write(f"seed {options.seed}, home {home}, Python {platform.python_version()}\n")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the server is stopped, too
    trials = planned(options.rows.split(","), options.columns.split(","), options.moments, options.seed)
    with _store(options.store, home.parent) as variables:
        bed = Bed(home, options.server_roles, variables)
        try:
            run_matrix(bed, trials, options.out, options.within)
        finally:
            bed.close()
    sys.stdout.write(f"{table(trials)}\n\n{summary(trials)}\n")
    is_good = not any(trial.violations for trial in trials)
    if is_good and options.home is None:
        shutil.rmtree(home.parent)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())

"""Reads many made-up files in processes that may die: `python -m tests.fuzz.readers --count 10000 --seed 1`.

Counts what must not be: a process that crashes, one that hangs, an error without a code, a well-formed file that is not read as it was
written. Each case is told with its seed; `--only SEED` repeats one.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import select
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

LIMIT_S = 60.0
EVERY_STAGE = 40  # one file in so many goes through all the stages
BAD = ("crash", "hang", "uncoded", "lost")


@dataclass
class Reader:
    """A child that is replaced when it dies or does not answer in time."""

    limit_s: float = LIMIT_S
    _process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def judge(self, seed: int, every_stage: bool, told: bool = False) -> dict[str, Any]:
        """The child's answer, or `crash` or `hang`; `told` on stderr at once when it is bad."""
        answer = self._answer(seed, every_stage)
        if told and answer["outcome"] in BAD:
            sys.stderr.write(f"{seed}: {answer}\n")
        return answer

    def _answer(self, seed: int, every_stage: bool) -> dict[str, Any]:
        child = self._child()
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps({"seed": seed, "all": every_stage}).encode() + b"\n")
        child.stdin.flush()
        if not select.select([child.stdout], [], [], self.limit_s)[0]:
            self.close()
            return {"outcome": "hang", "detail": f"no answer in {self.limit_s:.0f} s"}
        line = child.stdout.readline()
        if line:
            return json.loads(line)
        status = child.wait()
        self._process = None
        return {"outcome": "crash", "detail": f"the process ended with {status}"}

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _child(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [sys.executable, "-m", "tests.fuzz.child"]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "VOYANT_ENGINE__THREADS": "1"},
            )
        return self._process


def run(
    count: int, seed: int, readers: int = 2, limit_s: float = LIMIT_S, *, told: bool = False
) -> tuple[collections.Counter[str], list[str]]:
    """Outcomes and, one line each, the bad cases. The files are those of `seed * 1_000_000` and the numbers after it."""
    seeds = [seed * 1_000_000 + at for at in range(count)]

    def share(first: int) -> list[tuple[int, dict[str, Any]]]:
        reader = Reader(limit_s)
        try:
            return [(number, reader.judge(number, number % EVERY_STAGE == 0, told)) for number in seeds[first::readers]]
        finally:
            reader.close()

    with ThreadPoolExecutor(readers) as pool:
        answers = sorted((item for part in pool.map(share, range(readers)) for item in part), key=lambda item: item[0])
    outcomes = collections.Counter(answer["outcome"] for _, answer in answers)
    bad = [
        f"{number}: {answer['outcome']} {answer.get('code', '')} {answer.get('detail', '')}"
        for number, answer in answers
        if answer["outcome"] in BAD
    ]
    return outcomes, bad


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--readers", type=int, default=2)
    parser.add_argument("--only", type=int, help="the number of one file")
    chosen = parser.parse_args()
    if chosen.only is not None:
        reader = Reader()
        sys.stdout.write(json.dumps(reader.judge(chosen.only, chosen.only % EVERY_STAGE == 0), indent=2) + "\n")
        reader.close()
        return
    started = time.monotonic()
    outcomes, bad = run(chosen.count, chosen.seed, chosen.readers, told=True)
    for line in bad:
        sys.stdout.write(line + "\n")
    rows = {
        "read": "read",
        "refused": "refused with a code",
        "crash": "crashes",
        "hang": "hangs",
        "uncoded": "errors without a code",
        "lost": "lost or changed",
    }
    sys.stdout.write(f"| {chosen.count} files, seed {chosen.seed} | |\n|---|---|\n")
    for outcome, title in rows.items():
        sys.stdout.write(f"| {title} | {outcomes[outcome]} |\n")
    sys.stdout.write(f"{time.monotonic() - started:.0f} s\n")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()

"""What a restarted worker must know: which process has which run, which runs wait for one, and whose end is not yet written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RunProcess:
    """A run and its process. `start` is the process's start in clock ticks, so that a pid used again is not mistaken for it."""

    run_id: str
    pid: int
    start: int | None


@dataclass(frozen=True, slots=True)
class State:
    """`ending`: run ids and why the event log may not hold their end (None: it does)."""

    running: tuple[RunProcess, ...] = ()
    waiting: tuple[str, ...] = ()
    ending: Mapping[str, str | None] = field(default_factory=dict[str, str | None])


def boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


class StateFile:
    """A JSON file replaced as a whole. Not synced: it has to survive the worker's death, and a reboot ends all processes anyway."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._boot = boot_id()

    def write(self, running: Iterable[RunProcess], waiting: Iterable[str], ending: Mapping[str, str | None]) -> None:
        document = {"boot": self._boot, "running": [asdict(row) for row in running], "waiting": list(waiting), "ending": dict(ending)}
        fresh = self._path.with_name(f"{self._path.name}.new")
        fresh.write_text(json.dumps(document))
        fresh.replace(self._path)

    def read(self) -> State:
        """The last written state. Processes of another boot have no `start`: none of them is alive, whatever their pids."""
        try:
            document = json.loads(self._path.read_text())
            same_boot = document["boot"] == self._boot
            running = tuple(RunProcess(row["run_id"], row["pid"], row["start"] if same_boot else None) for row in document["running"])
            return State(running, tuple(document["waiting"]), dict(document["ending"]))
        except FileNotFoundError:
            return State()
        except (ValueError, KeyError, TypeError):  # a power cut can leave an empty file; the worker looks for the runs that it named
            return State()

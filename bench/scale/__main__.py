"""Large tables: ingest against DuckDB's COPY, profile against its SUMMARIZE, on TPC-H lineitem, in pairs, each in a fresh process.

Figures with their goals are printed and kept in bench/results/scale-<date>.json. The profile of the smaller table is compared with what
polars computes from the same files. Ratios of CPU time move least when the machine does other work; goals are of wall time.

python -m bench.scale [--pairs 3] [--sf10] [--skip-truth] [--skip-analyze]
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.processes import CACHE, ROOT, VOYANT, environment_of, measured

PACKAGES = ("duckdb", "pyiceberg", "pyarrow", "numpy")
SAME = 1e-9
"""Relative difference up to which two sums of doubles count as equal: figures are published with 10 digits."""

Figures = dict[str, Any]


def table(scale: int) -> Path:
    """lineitem as CSV with a header, made on first use: 766 MB at scale 1, 7.8 GB at 10."""
    folder = CACHE / f"tpch{scale}"
    if not (folder / ".ready").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        generator = environment_of("scale").with_name("tpchgen-cli")
        print(f"making lineitem at scale {scale} (once) ...", flush=True)
        subprocess.run([str(generator), "csv", "-s", str(scale), "--tables=lineitem", f"--output-dir={folder}"], check=True)
        (folder / ".ready").touch()
    return folder / "lineitem.csv"


def work(*arguments: str) -> Figures:
    """One piece of work in a fresh process; its last line is its answer."""
    usage = measured([sys.executable, "-m", "bench.scale.work", *arguments], env={"PYTHONPATH": str(ROOT)})
    return json.loads(usage.output.strip().splitlines()[-1]) | {"process_wall_s": round(usage.wall_s, 3)}


def pairs(csv: Path, folder: Path, count: int) -> tuple[list[Figures], list[Figures]]:
    """Pairs of (ours, peer) of ingest and of profile. The table of the last ingest stays in `folder/home`."""
    ingests: list[Figures] = []
    for number in range(count):
        shutil.rmtree(folder / "home", ignore_errors=True)
        ours, peer = work("ingest", str(csv), str(folder / "home")), work("copy", str(csv), str(folder / "floor.parquet"))
        (folder / "floor.parquet").unlink()
        ingests.append({"ours": ours, "peer": peer})
        print(f"  ingest {number + 1}: {told(ours)}, COPY {told(peer)}", flush=True)
    shutil.rmtree(folder / "home" / "landing")
    profiles: list[Figures] = []
    for number in range(count):
        ours, peer = work("profile", str(folder / "home")), work("summarize", str(folder / "home"))
        profiles.append({"ours": ours, "peer": peer})
        print(f"  profile {number + 1}: {told(ours)}, SUMMARIZE {told(peer)}", flush=True)
    return ingests, profiles


def told(figures: Figures) -> str:
    return f"{figures['wall_s']:.1f} s ({figures['cpu_s']:.1f} CPU, {figures['peak_rss_mib']:.0f} MiB)"


def ratio(rows: list[Figures], figure: str) -> float:
    return statistics.median(row["ours"][figure] / row["peer"][figure] for row in rows)


def peak(rows: list[Figures]) -> float:
    return max(row["ours"]["peak_rss_mib"] for row in rows)


def differences(home: Path, files: list[str]) -> list[str]:
    """Where the profile and polars do not say the same."""
    script = [str(environment_of("scale")), str(ROOT / "bench" / "scale" / "truth.py"), *files]
    truth = json.loads(subprocess.run(script, check=True, capture_output=True, text=True).stdout)
    profile = json.loads((home / "profile.json").read_text())
    found: list[str] = []
    for name, expected in truth["columns"].items():
        column = profile["columns"][name]
        ours = {key: column.get(key) for key in expected} | {"top_counts": [top["count"] for top in column["top"]]}
        if column["kind"] == "number":
            ours |= column["quantiles"]
        if lengths := column.get("lengths"):
            ours |= {"shortest": lengths["min"], "longest": lengths["max"], "length": lengths["mean"]}
        found += [f"{name}.{key}: {ours[key]} is not {value}" for key, value in expected.items() if not same(ours.get(key), value)]
    if profile["duplicate_rows"]["count"] != 0 or truth["repeated_keys"] != 0:
        found.append(f"duplicates: {profile['duplicate_rows']} with {truth['repeated_keys']} repeated keys")
    return found


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, float) or isinstance(theirs, float):
        return ours is not None and math.isclose(ours, theirs, rel_tol=SAME, abs_tol=SAME)
    return ours == theirs


def analyze(csv: Path, folder: Path) -> Figures:
    """The whole one-call analyze on an empty home: its processes' memory, and seconds by stage."""
    usage = measured([str(VOYANT), "analyze", str(csv), "--json"], env={"VOYANT_HOME": str(folder / "whole")})
    manifest = json.loads(usage.output)["manifest"]
    stages = {stage["name"]: stage["duration_s"] for stage in manifest["stages"]}
    return {
        "wall_s": usage.wall_s,
        "cpu_s": usage.cpu_s,
        "peak_rss_mib": usage.peak_rss_mib,
        "state": manifest["state"],
        "stages_s": stages,
    }


def gates(found: Figures) -> list[tuple[str, float, float]]:
    """(what, figure, limit) for every line of the goals."""
    listed: list[tuple[str, float, float]] = []
    for name, runs in found["tables"].items():
        listed += [
            (f"{name}: ingest / COPY, wall", ratio(runs["ingest"], "wall_s"), 1.2),
            (f"{name}: ingest / COPY, CPU", ratio(runs["ingest"], "cpu_s"), 1.3),
            (f"{name}: ingest, peak MiB", peak(runs["ingest"]), 700.0),
            (f"{name}: profile / SUMMARIZE, wall", ratio(runs["profile"], "wall_s"), 0.8),
            (f"{name}: profile / SUMMARIZE, CPU", ratio(runs["profile"], "cpu_s"), 0.8),
            (f"{name}: profile, peak MiB", peak(runs["profile"]), 1024.0),
        ]
    if found.get("differences") is not None:
        listed.append(("figures that differ from polars", float(len(found["differences"])), 0.0))
    if found.get("analyze"):
        listed.append(("whole analyze, peak MiB", found["analyze"]["peak_rss_mib"], 1100.0))
    return listed


def measure(options: argparse.Namespace, folder: Path) -> Figures:
    found: Figures = {"tables": {}}
    for scale, count in ((1, options.pairs), (10, 1)) if options.sf10 else ((1, options.pairs),):
        print(f"scale {scale}, in pairs:", flush=True)
        here = folder / str(scale)
        here.mkdir()
        ingests, profiles = pairs(table(scale), here, count)
        found["tables"][f"SF{scale}"] = {"ingest": ingests, "profile": profiles}
        if scale == 1 and not options.skip_truth:
            found["differences"] = differences(here / "home", profiles[-1]["ours"]["files"])
            print(
                "\n".join(["  compared with polars:", *(f"    {line}" for line in found["differences"] or ["no difference"])]), flush=True
            )
        if scale == 1 and not options.skip_analyze:
            found["analyze"] = analyze(table(1), here)
        shutil.rmtree(here)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--sf10", action="store_true", help="also 60 million rows; needs 20 GB of disk")
    parser.add_argument("--skip-truth", action="store_true")
    parser.add_argument("--skip-analyze", action="store_true")
    options = parser.parse_args()
    environment_of("scale")
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="scale-", dir=CACHE))
    try:
        found = measure(options, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for row in (row for runs in found["tables"].values() for row in runs["profile"]):
        row["ours"].pop("files")  # paths of this machine
    found["versions"] = {"python": platform.python_version(), **{name: version(name) for name in PACKAGES}}
    found["machine"] = {"cpus": os.cpu_count(), "load": os.getloadavg()}
    results = ROOT / "bench" / "results" / f"scale-{dt.datetime.now(dt.UTC):%Y-%m-%d}.json"
    results.parent.mkdir(exist_ok=True)
    results.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    missed = 0
    for what, figure, limit in gates(found):
        missed += figure > limit
        print(f"{'ok    ' if figure <= limit else 'MISSED'} {what:<36} {figure:8.3f}  (goal <= {limit:g})")
    if found.get("analyze"):
        print("seconds per stage: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in found["analyze"]["stages_s"].items()))
    print(f"results: {results.relative_to(ROOT)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())

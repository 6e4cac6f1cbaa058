"""How often the product says what a person said of the labelled tables: role, semantic type, default aggregation of every column.

python -m bench.labels.score [--labels DIR] [--data DIR] [--json OUT]

Reads the files that `export.py` wrote, with the product's own probe, conversion, statistics and interpretation. An answer counts when
it is the label's or one of its `also_ok`. Exit status 1 where fewer than 90 % of the roles are right, or where an identifier or a
moment came out as a measure; 2 where the files are missing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from resources.duckdb.convert import write_parquet
from resources.duckdb.engine import DuckDBEngine
from resources.duckdb.misreading import Reread
from resources.duckdb.probe import probe_tables
from voyant_assets.analysis.meaning.interpret import interpret
from voyant_assets.analysis.profile.collect import collect_statistics
from voyant_core import settings
from voyant_core.model.profile import ColumnMeaning

HERE = Path(__file__).resolve().parent
QUESTIONS = ("role", "semantic_type", "default_aggregation")
CALENDAR = {"date", "datetime", "time_of_day", "year", "quarter", "month", "weekday", "day", "hour"}
WANTED = 0.9


@dataclass
class Score:
    columns: int = 0
    right: Counter[str] = field(default_factory=Counter[str])
    confusions: Counter[str] = field(default_factory=Counter[str])
    forbidden: list[str] = field(default_factory=list[str])
    missing: list[str] = field(default_factory=list[str])

    def share(self, question: str) -> float:
        return self.right[question] / self.columns if self.columns else 0.0

    def add(self, other: Score) -> None:
        self.columns += other.columns
        self.right.update(other.right)
        self.confusions.update(other.confusions)
        self.forbidden += other.forbidden
        self.missing += other.missing


def read_meanings(table: str, path: Path) -> dict[str, ColumnMeaning]:
    """What the product makes of a file, by the columns' names in the file."""
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckDBEngine(settings.Engine(), Path(folder) / "spill")
        try:
            found = probe_tables(path, path.name, settings.Files(), engine)[0]
            for attempt in range(5):
                stored = Path(folder) / f"stored{attempt}"
                stored.mkdir()
                ids = {column.name: i for i, column in enumerate(found.columns, 1)}
                try:
                    files = write_parquet(engine, path, found, found.columns, ids, stored)
                    break
                except Reread as reread:
                    found = reread.found
            else:
                raise RuntimeError(f"{path.name} is read anew again and again")
            names = ", ".join(f"'{file}'" for file in files)
            engine.connect().execute(f"CREATE VIEW labelled AS SELECT * FROM read_parquet([{names}])")
            rows, statistics, values = collect_statistics(engine, "labelled")
            meanings = interpret(table, rows, statistics, values)
            return {found.read.renamed.get(name, name): meaning for name, meaning in meanings.items()}
        finally:
            engine.close()


def accepted(label: Mapping[str, Any], question: str) -> set[str]:
    return {label[question], *label.get("also_ok", {}).get(question, [])}


def compare(table: str, labels: Mapping[str, Mapping[str, Any]], meanings: Mapping[str, ColumnMeaning]) -> Score:
    score = Score()
    for name, label in labels.items():
        found = meanings.get(str(name))
        score.columns += 1
        if found is None:
            score.missing.append(f"{table}.{name}")
            continue
        for question in QUESTIONS:
            score.right[question] += getattr(found, question) in accepted(label, question)
        if found.role not in accepted(label, "role"):
            score.confusions[f"{label['role']} -> {found.role}"] += 1
            if found.role == "measure" and (label["role"] in {"identifier", "time"} or label["semantic_type"] in CALENDAR):
                score.forbidden.append(f"{table}.{name}")
    return score


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.labels.score")
    parser.add_argument("--labels", type=Path, default=HERE / "tables")
    parser.add_argument("--data", type=Path, default=HERE.parent / ".cache" / "labels")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    files = sorted(options.labels.glob("*.yaml"))
    absent = [file.stem for file in files if not (options.data / f"{file.stem}.csv").is_file()]
    if absent or not files:
        print(f"Nothing to read for {', '.join(absent) or 'no label'}; run export.py in the environment of requirements.lock first.")
        return 2
    total, tables = Score(), dict[str, dict[str, float]]()
    print(f"{'table':26}{'columns':>8}{'role':>8}{'type':>8}{'aggr.':>8}")
    for file in files:
        label = yaml.safe_load(file.read_text(encoding="utf-8"))
        score = compare(file.stem, label["columns"], read_meanings(label["table"], options.data / f"{file.stem}.csv"))
        tables[file.stem] = {"columns": score.columns, **{question: round(score.share(question), 4) for question in QUESTIONS}}
        print(f"{file.stem:26}{score.columns:>8}" + "".join(f"{score.share(question):>8.1%}" for question in QUESTIONS))
        total.add(score)
    print(f"{f'{len(files)} tables':26}{total.columns:>8}" + "".join(f"{total.share(question):>8.1%}" for question in QUESTIONS))
    print(f"identifier or moment taken for a measure: {', '.join(total.forbidden) or 'none'}")
    print("wrong roles: " + (", ".join(f"{pair} {n}" for pair, n in total.confusions.most_common(10)) or "none"))
    if total.missing:
        print(f"columns not found: {', '.join(total.missing)}")
    if options.json:
        summary = {question: round(total.share(question), 4) for question in QUESTIONS}
        report = {"columns": total.columns, **summary, "forbidden": total.forbidden, "confusions": dict(total.confusions), "tables": tables}
        options.json.write_text(json.dumps(report, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return 1 if total.share("role") < WANTED or total.forbidden else 0


if __name__ == "__main__":
    sys.exit(main())

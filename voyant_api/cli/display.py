"""An answer as a person reads it at a shell: 80 columns, plain characters, most important first."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from voyant_api.cli.figures import figure_lines
from voyant_api.cli.terminal import WIDTH, bold, clean, count, seconds, size, wrapped

MOST_FINDINGS = 10
MOST_TABLES = 20
FEW_TABLES = 6
Document = Mapping[str, Any]


def job_lines(answer: Document, places: Sequence[str], rich: bool) -> list[str]:
    """The whole answer. `places` tell where report, manifest and Dagit are."""
    lines = [_headline(answer, rich), *wrapped(answer["summary"])]
    if answer.get("problem"):
        problem = answer["problem"]
        lines += ["", *wrapped(f"{problem['code']} {problem['detail']}")]
        lines += wrapped(problem["hint"], indent="  ") if problem.get("hint") else []
    lines += _inputs(answer, rich) + figure_lines(answer.get("figures", []), rich) + _findings(answer["findings"], rich)
    lines += _stages(answer["stages"], rich)
    return [*lines, "", *places] if places else lines


def _headline(answer: Document, rich: bool) -> str:
    state = f"{answer['state']}{_took(answer)}"
    return f"{bold(state, rich)}{' ' * max(2, WIDTH - len(state) - len(answer['job_id']))}{answer['job_id']}"


def _took(answer: Document) -> str:
    if not (answer.get("finished_at") and answer.get("created_at")):
        return ""
    began, ended = (dt.datetime.fromisoformat(answer[name]) for name in ("created_at", "finished_at"))
    return f" in {seconds((ended - began).total_seconds())}"


def _inputs(answer: Document, rich: bool) -> list[str]:
    manifest: Document = answer.get("manifest") or {}
    inputs: Sequence[Document] = manifest.get("inputs", [])
    if not inputs:
        return []
    lines = ["", bold("Tables", rich)]
    lines += [f"  {clean(used['table']):<50} {count(used['rows']):>16} rows" for used in inputs[:MOST_TABLES]]
    return [*lines, *([f"  and {len(inputs) - MOST_TABLES} more"] if len(inputs) > MOST_TABLES else [])]


def _findings(findings: Sequence[Document], rich: bool) -> list[str]:
    if not findings:
        return []
    lines = ["", bold("Findings", rich)]
    several = len({finding.get("table") for finding in findings}) > 1
    for number, finding in enumerate(findings[:MOST_FINDINGS], 1):
        place = f"{clean(finding['table'])}: " if several and finding["table"] != "joint" else ""
        lines += wrapped(
            f"{place}{finding['text']} {finding['consequence']}".strip(), indent=" " * 13, first=f" {number:>2}. {finding['severity']:<8} "
        )
    if len(findings) > MOST_FINDINGS:
        lines.append(f"     and {len(findings) - MOST_FINDINGS} more in the report")
    return lines


def _stages(stages: Sequence[Document], rich: bool) -> list[str]:
    if not stages:
        return []
    lines = ["", bold("Stages", rich)]
    shown = told = None
    whole = _whole_tables(stages)
    if whole:
        lines.append(f"  {len(whole)} tables: every stage done")
    for stage in stages:
        if stage["table"] in whole:
            continue
        table, shown = ("" if stage["table"] == shown else clean(stage["table"])[:20]), stage["table"]
        time = seconds(stage["duration_s"]) if stage["duration_s"] else ""
        lines.append(f"  {table:<20}  {stage['name']:<14} {stage['state']:<10} {time:>8}".rstrip())
        if stage.get("reason") and stage["state"] in ("skipped", "failed") and stage["reason"] != told:
            told = stage["reason"]
            lines += wrapped(f"{stage.get('code') or ''} {stage['reason']}".strip(), indent=" " * 24)
    return lines


def _whole_tables(stages: Sequence[Document]) -> set[str]:
    """Of many tables those whose stages have all been done: one line tells them."""
    tables = {stage["table"] for stage in stages}
    if len(tables) <= FEW_TABLES:
        return set()
    return tables - {stage["table"] for stage in stages if stage["state"] not in ("succeeded", "reused")} - {"joint"}


def job_table(page: Document) -> list[str]:
    if not page["items"]:
        return ["No jobs."]
    lines = [
        f"{job['job_id']}  {job['state']:<9}  {job['created_at'][:19]}  {clean(', '.join(job['tables']))[:16]}" for job in page["items"]
    ]
    return [*lines, *(["More: --limit"] if page.get("next_cursor") else [])]


def artifact_table(listed: Document) -> list[str]:
    if not listed["items"]:
        return ["No artifacts."]
    return [f"{size(item['size_bytes']):>9}  {item['sha256'][:12]}  {clean(item['name'])}" for item in listed["items"]]


def source_table(page: Document) -> list[str]:
    if not page["items"]:
        return ["No sources."]
    return [f"{source['id']}  {source['type']:<7} {clean(source['title'])[:38]}" for source in page["items"]]


def source_lines(source: Document) -> list[str]:
    lines = [f"{source['id'] or '(not registered)'}  {source['type']}  {clean(source['title'])}", f"  {clean(source['uri'])}"]
    for table in source["tables"]:
        lines.append(f"  {table['name']}: {len(table['columns'])} columns")
        lines += wrapped(", ".join(f"{column['name']} {column['type']}" for column in table["columns"][:60]), indent="    ")
        for note in table["read"]["notes"]:
            lines += wrapped(note, indent="    ", first="  - ")
    return lines


class Progress:
    """Reading and stages on stderr while they run: one line on a terminal, rewritten in place; one line per finished stage elsewhere."""

    def __init__(self, quiet: bool, rich: bool) -> None:
        self._quiet = quiet
        self._rich = rich
        self._open = self._is_reading = False

    def on_event(self, event: Document) -> None:
        data = event["data"]
        if self._quiet:
            return
        if event["type"] == "source.reading" and (self._rich or not self._is_reading):
            self._is_reading = True
            self._write(f"{self._clear()}  reading the source ...", ends=not self._rich)
        elif event["type"] == "stage.started" and self._rich:
            self._write(f"\r\x1b[K  {_stage_name(data)} ...", ends=False)
        elif event["type"] == "stage.finished":
            time = seconds(data["duration_s"]) if data.get("duration_s") else ""
            self._write(f"{self._clear()}  {_stage_name(data):<42} {data['state']:<10} {time:>8}".rstrip(), ends=True)

    def close(self) -> None:
        if self._open:
            sys.stderr.write("\r\x1b[K")
            self._open = False

    def _clear(self) -> str:
        return "\r\x1b[K" if self._rich else ""

    def _write(self, text: str, *, ends: bool) -> None:
        sys.stderr.write(text + ("\n" if ends else ""))
        sys.stderr.flush()
        self._open = not ends


def _stage_name(data: Document) -> str:
    return clean(f"{data.get('table', '')}: {data.get('name', '')}")[:42]

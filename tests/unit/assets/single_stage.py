"""Stages to try the runner with: one JSON file each."""

import json

from voyant_core.canonical import dumps
from voyant_core.model.artifact import ArtifactKind
from voyant_core.stage import Output, Stage, StageResult


def counted(context):
    (rows,) = context.engine.rows(f'select count(*) from "{context.view}"')[0]
    return {"rows": rows}


def stage(name, run=counted, needs=("ingest",), wants=(), code_version="1", required=False):
    def work(context):
        made = run(context)
        return StageResult(model=made, outputs=(Output(f"{name}.json", ArtifactKind.PROFILE, "application/json", dumps(made)),))

    return Stage(
        name=name,
        title=name,
        run=work,
        load=lambda files: json.loads(files[f"{name}.json"]),
        code_version=code_version,
        needs=needs,
        wants=wants,
        required=required,
    )

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from surfaces import SNAPSHOTS, SURFACES, written

from voyant_api.docs_errors import render

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_is_the_one_that_was_agreed(name):
    """Changed on purpose? Run `python tests/contract/surfaces.py` and commit the difference."""
    assert written(SURFACES[name]()) == (SNAPSHOTS / f"{name}.json").read_text(encoding="utf-8")


def test_the_page_of_errors_is_current():
    """Changed on purpose? Run `python -m voyant_api.docs_errors`."""
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == render()


def operations():
    document = SURFACES["openapi"]()
    return [(f"{method.upper()} {path}", operation) for path, methods in document["paths"].items() for method, operation in methods.items()]


def test_openapi_is_3_1_and_every_reference_resolves():
    document = SURFACES["openapi"]()
    assert document["openapi"].startswith("3.1")
    for reference in re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(document)):
        assert reference in document["components"]["schemas"]
    assert "HTTPValidationError" not in json.dumps(document)


def test_every_operation_is_named_summarised_and_declares_its_problems():
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))
    for route, operation in operations():
        assert operation["summary"], route
        assert len(operation["tags"]) == 1, route
        for status, response in operation["responses"].items():
            if status == "default" or (status.startswith(("4", "5")) and "/readyz" not in route):
                assert "application/problem+json" in response["content"], (route, status)


def test_bodies_have_examples_that_their_models_accept():
    from voyant_api.features.analyze.schemas import AnalyzeBody
    from voyant_api.features.jobs.schemas import JobAnswer
    from voyant_api.features.sources.schemas import SourceBody

    for model in (AnalyzeBody, SourceBody):
        examples = model.model_json_schema()["examples"]
        assert examples
        for example in examples:
            model.model_validate(example)
    assert set(JobAnswer.model_json_schema()["examples"][0]) <= set(JobAnswer.model_json_schema()["properties"])


def test_every_code_that_a_route_declares_is_in_the_catalogue():
    known = SURFACES["errors"]()
    declared = set(re.findall(r"VYNT-\d{4}", json.dumps(SURFACES["openapi"]())))
    assert declared
    assert declared <= set(known)


def test_no_parameter_is_offered_as_null_and_every_answer_names_its_request():
    for route, operation in operations():
        for parameter in operation.get("parameters", []):
            assert "anyOf" not in parameter["schema"], (route, parameter["name"])
        for status, response in operation["responses"].items():
            assert "X-Request-ID" in response["headers"], (route, status)


def test_what_a_caller_of_v1_may_get_wrong_is_declared_on_every_route():
    for route, operation in operations():
        if " /v1/" in route:
            bodies = operation.get("requestBody", {}).get("content", {})
            expected = {"400", "403", "422", "default"} | ({"413", "415"} if "application/json" in bodies else set())
            assert expected <= set(operation["responses"]), route


@pytest.mark.parametrize(
    ("number", "status"),
    [
        (1001, 422),
        (2001, 404),
        (2002, 404),
        (2003, 404),
        (2004, 404),
        (3001, 401),
        (4001, 429),
        (5001, 500),
        (6001, 502),
        (7001, 422),
        (9000, 503),
    ],
)
def test_the_original_codes_keep_their_numbers(number, status):
    from voyant_core.errors import CATALOGUE

    assert CATALOGUE[number].status == status


def test_help_loads_nothing_of_the_product():
    script = (
        "import sys; from voyant_api.cli.entry import guarded; guarded(['-h']); print([m for m in sys.modules if m.split('.')[0] in BAD])"
    )
    bad = "BAD = {'fastapi', 'mcp', 'dagster', 'duckdb', 'pydantic', 'sqlalchemy', 'httpx', 'rich', 'voyant_core', 'voyant_assets'}; "
    out = subprocess.run([sys.executable, "-c", bad + script], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "[]"

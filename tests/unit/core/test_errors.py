import errno
import os
import pickle

import pytest

from voyant_core import errors


def test_a_problem_document_carries_code_hint_and_flaws():
    error = errors.VoyantError(
        errors.UNKNOWN_COLUMN, "No column dep_dely.", hint="Did you mean dep_delay?", errors=[errors.Flaw("/kpis/0/sql", "line 1")]
    )
    assert error.to_problem("/v1/analyze", "req_1") == {
        "type": "urn:voyant:problem:VYNT-1002",
        "title": "No such column",
        "status": 400,
        "detail": "No column dep_dely.",
        "instance": "/v1/analyze",
        "code": "VYNT-1002",
        "request_id": "req_1",
        "retryable": False,
        "hint": "Did you mean dep_delay?",
        "errors": [{"pointer": "/kpis/0/sql", "detail": "line 1"}],
    }


def test_the_text_for_a_model_starts_with_the_code():
    assert errors.VoyantError(errors.SOURCE_NOT_FOUND, "No source x.", hint="List them.").to_text() == "VYNT-2003: No source x. List them."


def test_an_error_survives_the_way_to_another_process():
    error = errors.VoyantError(errors.TIMEOUT, "Too slow.", hint="Ask for less.", errors=[errors.Flaw("/a", "b")])
    for copy in (errors.from_wire(errors.to_wire(error)), pickle.loads(pickle.dumps(error))):
        assert (copy.code, copy.detail, copy.hint, copy.retryable, copy.errors) == (
            error.code,
            error.detail,
            error.hint,
            True,
            error.errors,
        )


def test_numbers_and_their_http_status_agree_with_the_ranges():
    ranges = {
        1: {400, 403, 405, 413, 415, 416, 421, 422},
        2: {404, 409},
        3: {400, 401, 403},
        4: {429, 507},
        5: {500, 503, 504},
        6: {502, 503},
        7: {422},
        8: {403, 503},
        9: {503},
    }
    assert {n: c.status for n, c in errors.CATALOGUE.items() if c.status not in ranges[n // 1000]} == {}


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, "VYNT-4003"),
        (errno.EDQUOT, "VYNT-4003"),
        (errno.EROFS, "VYNT-5009"),
        (errno.EACCES, "VYNT-5009"),
        (errno.EIO, "VYNT-5001"),
    ],
)
def test_what_a_disk_refuses_is_told_by_a_code_and_without_a_path(number, code):
    with pytest.raises(errors.VoyantError) as raised, errors.of_disk("Storing it"):
        raise OSError(number, os.strerror(number), "/secret/place")
    assert raised.value.code.code == code
    assert "/secret" not in raised.value.to_text()

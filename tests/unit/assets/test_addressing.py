from __future__ import annotations

from pathlib import Path

import pytest

from voyant_assets.addressing import parse_source
from voyant_core.errors import VoyantError


@pytest.mark.parametrize(
    ("source", "code", "detail"),
    [
        ("", "VYNT-1004", "The source is empty."),
        ("a\0b", "VYNT-1004", "The source holds a null character."),
        ({"path": "a.csv"}, "VYNT-1004", "A source object needs 'type'."),
        ({"type": "ftp"}, "VYNT-1007", "There is no source type 'ftp'."),
        ('{"type": "file"', "VYNT-1007", "The source looks like an object, but is no valid JSON."),
        ("http://", "VYNT-1007", "'http://' names no host."),
        ("s3://bucket/a.csv", "VYNT-1007", "Sources of the kind 's3' are not supported."),
    ],
)
def test_what_is_no_source_is_refused_with_its_reason(tmp_path: Path, source: str | dict[str, str], code: str, detail: str):
    with pytest.raises(VoyantError) as refused:
        parse_source(source, [], tmp_path, may_read_any=False)
    assert (refused.value.code.code, refused.value.detail) == (code, detail)
    assert refused.value.hint


@pytest.mark.parametrize("url", ["http://u:hunter2@example.org:99999/a", "http://u:hunter2@[::1/a"])
def test_a_broken_url_is_refused_without_showing_its_password(tmp_path: Path, url: str):
    with pytest.raises(VoyantError, match="VYNT-1007") as refused:
        parse_source(url, [], tmp_path, may_read_any=False)
    assert "hunter2" not in refused.value.to_text()

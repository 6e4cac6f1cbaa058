from __future__ import annotations

from pathlib import Path

import pytest

from voyant_assets.addressing import Target, parse_source
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


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("HTTPS://Example.ORG:443/a.csv#top", "https://example.org/a.csv"),
        ("http://example.org:80", "http://example.org/"),
        ("http://example.org:443/a.csv", "http://example.org:443/a.csv"),
        ("http://me:secret@example.org/a.csv?b=2&a=1&token=t", "http://example.org/a.csv?b=2&a=1&token=%2A%2A%2A"),
        ("http://[2001:DB8::1]:80/a.csv", "http://[2001:db8::1]/a.csv"),
    ],
)
def test_spellings_of_one_url_are_one_source(url: str, uri: str):
    target = parse_source(url, [], Path("/"), may_read_any=False)
    assert isinstance(target, Target)
    assert (target.uri, target.order.place) == (uri, url)


def test_ways_to_one_file_are_one_source(tmp_path: Path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_text("x\n1\n")
    (tmp_path / "link.csv").symlink_to("data/a.csv")
    ways = ["data/a.csv", "data/../data/./a.csv", "link.csv", f"{tmp_path}/data/a.csv", f"file://{tmp_path}/link.csv"]
    targets = [parse_source(way, [], tmp_path, may_read_any=False) for way in ways]
    assert {target.uri for target in targets if isinstance(target, Target)} == {(tmp_path / "data" / "a.csv").resolve().as_uri()}
    assert all(isinstance(target, Target) for target in targets)


@pytest.mark.parametrize("url", ["http://u:hunter2@example.org:99999/a", "http://u:hunter2@[::1/a"])
def test_a_broken_url_is_refused_without_showing_its_password(tmp_path: Path, url: str):
    with pytest.raises(VoyantError, match="VYNT-1007") as refused:
        parse_source(url, [], tmp_path, may_read_any=False)
    assert "hunter2" not in refused.value.to_text()

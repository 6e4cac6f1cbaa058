from __future__ import annotations

from pathlib import Path

import pytest

from resources.files.roots import resolve_allowed
from voyant_core import errors


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "a.csv").write_text("a\n1\n")
    (tmp_path / "secret.csv").write_text("s")
    return folder


def refused(path: Path | str, roots: list[Path], may_read_any: bool = False) -> errors.VoyantError:
    with pytest.raises(errors.VoyantError) as caught:
        resolve_allowed(str(path), roots, may_read_any)
    return caught.value


def test_a_file_in_an_allowed_folder_is_found(inbox: Path) -> None:
    assert resolve_allowed(str(inbox / "a.csv"), [inbox], False) == (inbox / "a.csv").resolve()


def test_the_answer_outside_does_not_tell_whether_the_file_exists(inbox: Path) -> None:
    there, missing = refused(inbox.parent / "secret.csv", [inbox]), refused(inbox.parent / "nothing.csv", [inbox])
    assert there.code is missing.code is errors.PATH_NOT_ALLOWED
    assert there.to_text() == missing.to_text()
    assert "VOYANT_FILES__ROOTS" in there.to_text()


def test_a_missing_file_inside_is_told(inbox: Path) -> None:
    assert refused(inbox / "b.csv", [inbox]).code is errors.FILE_NOT_FOUND


@pytest.mark.parametrize("way", ["dots", "link", "sibling"])
def test_no_way_leads_out_of_the_folder(inbox: Path, way: str) -> None:
    if way == "link":
        (inbox / "link.csv").symlink_to(inbox.parent / "secret.csv")
        path = inbox / "link.csv"
    elif way == "sibling":
        (inbox.parent / "inbox2").mkdir()
        path = inbox.parent / "inbox2" / "x.csv"
    else:
        path = inbox / ".." / "secret.csv"
    assert refused(path, [inbox]).code is errors.PATH_NOT_ALLOWED


def test_the_owner_at_a_shell_may_read_any_file(inbox: Path) -> None:
    assert resolve_allowed(str(inbox.parent / "secret.csv"), [], True).name == "secret.csv"


@pytest.mark.parametrize("path", ["", " ", "a\x00b"])
def test_a_path_that_is_none_is_an_invalid_request(inbox: Path, path: str) -> None:
    assert refused(path, [inbox]).code is errors.INVALID_REQUEST


def test_a_loop_of_links_is_refused(inbox: Path) -> None:
    (inbox / "loop").symlink_to(inbox / "loop")
    assert refused(inbox / "loop" / "x", [inbox]).code in {errors.PATH_NOT_ALLOWED, errors.FILE_NOT_FOUND}

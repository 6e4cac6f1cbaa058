from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from resources.files import landing as landing_module
from resources.files.landing import Landings, safe_file_name
from voyant_core import errors


def landed_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and path.name != ".collect.lock"]


def test_a_file_lands_under_its_hash(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"a,b\n1,2\n")
    landings = Landings(tmp_path / "landing", 100)
    landing = landings.land_file(source)
    assert landing.sha256 == hashlib.sha256(b"a,b\n1,2\n").hexdigest()
    assert (landing.size_bytes, landing.file_name) == (8, "a.csv")
    assert landings.path(landing.sha256).read_bytes() == b"a,b\n1,2\n"
    assert landings.path(landing.sha256).parent.name == landing.sha256[:2]


@pytest.mark.parametrize("kernel_copies", [True, False])
def test_a_file_of_several_pieces_lands_whole(tmp_path: Path, kernel_copies: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing_module, "PIECE_BYTES", 1000)
    monkeypatch.setattr(landing_module, "CHUNK_BYTES", 300)
    if not kernel_copies:

        def refused(*_: object) -> int:
            raise OSError(errno.EXDEV, "Invalid cross-device link")

        monkeypatch.setattr("os.copy_file_range", refused)
    data = os.urandom(12_345)
    (tmp_path / "a.bin").write_bytes(data)
    landings = Landings(tmp_path / "landing", 20_000)
    landing = landings.land_file(tmp_path / "a.bin")
    assert (landing.sha256, landing.size_bytes) == (hashlib.sha256(data).hexdigest(), len(data))
    assert landings.path(landing.sha256).read_bytes() == data


def test_a_file_that_grows_beyond_the_limit_while_it_is_copied_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landing_module, "PIECE_BYTES", 10)
    source = tmp_path / "a.csv"
    source.write_bytes(b"x" * 90)
    copy = os.copy_file_range

    def growing(*arguments: int) -> int:
        with source.open("ab") as file:
            file.write(b"more")
        return copy(*arguments)

    monkeypatch.setattr("os.copy_file_range", growing)
    with pytest.raises(errors.VoyantError) as caught:
        Landings(tmp_path / "landing", 100).land_file(source)
    assert caught.value.code is errors.TOO_LARGE
    assert landed_files(tmp_path / "landing") == []


def test_the_same_bytes_land_once(tmp_path: Path) -> None:
    landings = Landings(tmp_path, 100)
    assert landings.land_stream([b"ab", b"c"], "x").sha256 == landings.land_stream([b"abc"], "y").sha256
    assert len(landed_files(tmp_path)) == 1


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "unreadable"])
def test_only_a_regular_readable_file_lands(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x"
    if kind == "link":
        (tmp_path / "real").write_text("a")
        path.symlink_to(tmp_path / "real")
    elif kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.write_text("a")

        def refused(*_: object, **__: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("os.open", refused)
    with pytest.raises(errors.VoyantError) as caught:
        Landings(tmp_path / "landing", 100).land_file(path)
    assert caught.value.code is errors.UNREADABLE_FILE


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(errors.VoyantError) as caught:
        Landings(tmp_path, 100).land_file(tmp_path / "none.csv")
    assert caught.value.code is errors.FILE_NOT_FOUND


def test_an_empty_file_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "e.csv").touch()
    with pytest.raises(errors.VoyantError) as caught:
        Landings(tmp_path / "landing", 100).land_file(tmp_path / "e.csv")
    assert caught.value.code is errors.EMPTY_FILE
    assert landed_files(tmp_path / "landing") == []


def test_a_stream_stops_at_the_limit_and_leaves_nothing(tmp_path: Path) -> None:
    taken: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            taken.append(1)
            yield b"x" * 10

    with pytest.raises(errors.VoyantError) as caught:
        Landings(tmp_path, 25).land_stream(endless(), "x")
    assert caught.value.code is errors.TOO_LARGE
    assert len(taken) == 3
    assert landed_files(tmp_path) == []


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    landings = Landings(tmp_path, 100)

    def broken_upload() -> Iterator[bytes]:
        yield b"abc"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        landings.land_stream(broken_upload(), "up.csv")
    assert landed_files(tmp_path) == []


def test_a_full_disk_is_storage_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(errors.VoyantError) as caught:
        Landings(tmp_path, 100).land_stream([b"abc"], "x")
    assert caught.value.code is errors.STORAGE_FULL


@pytest.mark.parametrize(
    ("given", "kept"), [("../../etc/passwd", "passwd"), ("C:\\x\\y.csv", "y.csv"), ("a\nb.csv", "ab.csv"), ("", "data"), ("..", "data")]
)
def test_a_given_file_name_keeps_its_last_part_only(given: str, kept: str) -> None:
    assert safe_file_name(given) == kept


@pytest.mark.parametrize("text", ["../x", "a" * 63, "G" * 64, ""])
def test_only_a_hash_has_a_path(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        Landings(tmp_path, 1).path(text)

from __future__ import annotations

import io
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from resources.files import zips
from resources.files.budget import Budget
from resources.files.containers import container_of
from voyant_core import errors, settings
from voyant_core.model.source import Container

CSV = b"a,b\n" + b"1,2\n" * 3000


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def read(tmp_path: Path, data: bytes, *, most: int = 100, **limits: int) -> tuple[dict[str, bytes], list[str]]:
    path = tmp_path / "pack"
    path.write_bytes(data)
    budget = Budget(settings.Archive.model_validate(limits), len(data), "pack.zip")
    with zips.opened(path, "pack.zip") as archive:
        files, ignored = zips.files_in(archive, "pack.zip", most)
        return {member.name: b"".join(zips.chunks_of(archive, member, "pack.zip", budget)) for member in files}, ignored


def refused(tmp_path: Path, data: bytes, **limits: int) -> errors.VoyantError:
    with pytest.raises(errors.VoyantError) as caught:
        read(tmp_path, data, **limits)
    return caught.value


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_files_come_out_in_the_order_of_their_names(tmp_path: Path, method: int) -> None:
    files, ignored = read(tmp_path, packed({"b.csv": CSV, "a/c.csv": b"x\n"}, method))
    assert list(files.items()) == [("a/c.csv", b"x\n"), ("b.csv", CSV)]
    assert ignored == []


def test_hidden_files_and_leavings_of_systems_are_left_out_and_named(tmp_path: Path) -> None:
    names = [".DS_Store", "__MACOSX/._a.csv", "d/.hidden/x.csv", "Thumbs.db"]
    files, ignored = read(tmp_path, packed({"a.csv": CSV, "folder/": b"", **dict.fromkeys(names, b"junk")}))
    assert list(files) == ["a.csv"]
    assert ignored == sorted(names)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\x\\..\\..\\a.csv", "a\x00b.csv", "\x1b[31ma.csv", ".."])
def test_a_name_is_only_shown_and_never_a_path(tmp_path: Path, name: str) -> None:
    files, _ = read(tmp_path, packed({name: CSV}))
    (shown,) = files
    assert files[shown] == CSV
    assert shown.isprintable()
    assert not shown.startswith("/")


def test_links_are_left_out(tmp_path: Path) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("link.csv")
        link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("a.csv", CSV)
    files, ignored = read(tmp_path, file.getvalue())
    assert (list(files), ignored) == (["a.csv"], ["link.csv"])


def test_an_encrypted_member_is_refused_with_what_to_do(tmp_path: Path) -> None:
    data = bytearray(packed({"a.csv": CSV}))
    for signature, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.index(signature) + at
        data[place] |= 1
    error = refused(tmp_path, bytes(data))
    assert error.code is errors.UNREADABLE_FILE
    assert "password" in error.detail
    assert error.hint == "Pack the files again without a password."


@pytest.mark.parametrize("kept", [20, 60, -10, -30])
def test_a_truncated_zip_is_told_as_such(tmp_path: Path, kept: int) -> None:
    error = refused(tmp_path, packed({"a.csv": CSV})[:kept])
    assert error.code is errors.UNREADABLE_FILE
    assert "cut short" in error.detail


def test_a_zip_without_its_beginning_is_damaged(tmp_path: Path) -> None:
    assert refused(tmp_path, packed({"a.csv": CSV, "b.csv": CSV})[60:]).code is errors.UNREADABLE_FILE


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    data = bytearray(packed({"a.csv": CSV}, zipfile.ZIP_STORED))
    data[data.index(b"1,2")] = ord("7")
    assert "damaged" in refused(tmp_path, bytes(data)).detail


def test_streamed_and_zip64_archives_are_read(tmp_path: Path) -> None:
    class Unseekable(io.BytesIO):
        """As a pipe: zipfile then writes data descriptors."""

        def seekable(self) -> bool:
            return False

        def seek(self, offset: int, whence: int = 0, /) -> int:
            raise OSError("not seekable")

        def tell(self) -> int:
            raise OSError("not seekable")

    file = Unseekable()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.csv", "w", force_zip64=True) as member:
        member.write(CSV)
    assert read(tmp_path, file.getvalue())[0] == {"a.csv": CSV}


def test_a_bomb_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    bomb = bytearray(packed({f"{n}.csv": b"\0" * 2**21 for n in range(4)}))
    at = bomb.index(b"PK\x01\x02")
    bomb[at + 24 : at + 28] = struct.pack("<I", 10)  # a directory that lies about the size
    assert refused(tmp_path, bytes(bomb), floor_bytes=2**20, max_ratio=10).code in {errors.TOO_LARGE, errors.UNREADABLE_FILE}
    error = refused(tmp_path, packed({f"{n}.csv": b"\0" * 2**21 for n in range(4)}), floor_bytes=2**20, max_ratio=10)
    assert error.code is errors.TOO_LARGE


def test_too_many_files_are_refused(tmp_path: Path) -> None:
    error = refused(tmp_path, packed({f"{n}.csv": b"a" for n in range(11)}), most=10)
    assert error.code is errors.TOO_LARGE
    assert "11 files" in error.detail


def test_a_directory_of_many_gigabytes_is_not_read(tmp_path: Path) -> None:
    data = bytearray(packed({"a.csv": CSV}))
    at = data.rindex(b"PK\x05\x06")
    data[at + 12 : at + 16] = struct.pack("<I", 2**31)
    assert refused(tmp_path, bytes(data)).code is errors.UNREADABLE_FILE


def test_documents_that_are_zip_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(packed({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}))
    with pytest.raises(errors.VoyantError, match="a Word document"):
        container_of(path, "x.csv")
    path.write_bytes(packed({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"}))
    assert container_of(path, "x.csv") is Container.EXCEL
    path.write_bytes(packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, zipfile.ZIP_STORED))
    assert container_of(path, "x.csv") is Container.EXCEL
    path.write_bytes(packed({"a.csv": CSV}))
    assert container_of(path, "x.xlsx") is Container.ZIP

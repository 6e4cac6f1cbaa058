from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import zstandard

from resources.files.budget import Budget
from resources.files.containers import container_of
from resources.files.decompress import decompressed
from voyant_core import errors, settings
from voyant_core.model.source import Container

TEXT = b"".join(b"%d,some text %d\n" % (number, number % 7) for number in range(60_000))


def unpacked(tmp_path: Path, data: bytes, container: Container, **limits: int) -> bytes:
    path = tmp_path / "packed"
    path.write_bytes(data)
    budget = Budget(settings.Archive.model_validate(limits), len(data), "data")
    return b"".join(decompressed(path, container, "data", budget))


def refused(tmp_path: Path, data: bytes, container: Container, **limits: int) -> errors.VoyantError:
    with pytest.raises(errors.VoyantError) as caught:
        unpacked(tmp_path, data, container, **limits)
    return caught.value


def zstd(data: bytes, **options: bool) -> bytes:
    return zstandard.ZstdCompressor(**options).compress(data)


def test_every_member_of_a_gzip_file_is_read(tmp_path: Path) -> None:
    half = len(TEXT) // 2
    data = gzip.compress(TEXT[:half]) + gzip.compress(TEXT[half:])
    assert unpacked(tmp_path, data, Container.GZIP) == TEXT
    assert unpacked(tmp_path, data + b"\0" * 5000, Container.GZIP) == TEXT


def test_every_frame_of_a_zstd_file_is_read_and_skippable_ones_are_skipped(tmp_path: Path) -> None:
    half = len(TEXT) // 2
    skippable = b"\x50\x2a\x4d\x18" + (9).to_bytes(4, "little") + b"a comment"
    data = skippable + zstd(TEXT[:half]) + skippable + zstd(TEXT[half:], write_checksum=True, write_content_size=False)
    assert unpacked(tmp_path, data, Container.ZSTD) == TEXT


@pytest.mark.parametrize("kept", [11, 100, -20, -9, -1])
def test_a_truncated_gzip_is_told_as_such(tmp_path: Path, kept: int) -> None:
    error = refused(tmp_path, gzip.compress(TEXT)[:kept], Container.GZIP)
    assert error.code is errors.UNREADABLE_FILE
    assert "cut short" in error.detail


@pytest.mark.parametrize("checksum", [True, False])
@pytest.mark.parametrize("kept", [5, 9, 100, -5, -1])
def test_a_truncated_zstd_is_told_as_such(tmp_path: Path, kept: int, checksum: bool) -> None:
    error = refused(tmp_path, zstd(TEXT, write_checksum=checksum)[:kept], Container.ZSTD)
    assert error.code is errors.UNREADABLE_FILE
    assert "cut short" in error.detail


def test_a_zstd_file_cut_between_blocks_is_told_as_cut(tmp_path: Path) -> None:
    cut = zstd(TEXT * 4)[:-3]
    assert "cut short" in refused(tmp_path, cut, Container.ZSTD).detail
    assert "cut short" in refused(tmp_path, zstd(TEXT) + zstd(TEXT)[:2], Container.ZSTD).detail


def test_damaged_data_are_told_as_such(tmp_path: Path) -> None:
    for data, container in ((bytearray(gzip.compress(TEXT)), Container.GZIP), (bytearray(zstd(TEXT, write_checksum=True)), Container.ZSTD)):
        data[len(data) // 2] ^= 0xFF
        error = refused(tmp_path, bytes(data), container)
        assert error.code is errors.UNREADABLE_FILE
        assert "damaged" in error.detail or "cut short" in error.detail


def test_bytes_behind_the_data_are_not_left_out_silently(tmp_path: Path) -> None:
    assert "behind its gzip data" in refused(tmp_path, gzip.compress(TEXT) + b"more", Container.GZIP).detail
    assert refused(tmp_path, zstd(TEXT) + b"more bytes", Container.ZSTD).code is errors.UNREADABLE_FILE


def test_a_bomb_is_stopped_while_it_unpacks_whatever_its_headers_say(tmp_path: Path) -> None:
    zeros = b"\0" * (8 * 2**20)
    for data, container in ((gzip.compress(zeros), Container.GZIP), (zstd(zeros, write_content_size=False), Container.ZSTD)):
        error = refused(tmp_path, data, container, floor_bytes=2**20, max_ratio=50)
        assert error.code is errors.TOO_LARGE
        assert "VOYANT_ARCHIVE__MAX_RATIO" in (error.hint or "")
        assert "MAX_TOTAL_BYTES" in (refused(tmp_path, data, container, max_total_bytes=2**20).hint or "")
        assert unpacked(tmp_path, data, container, floor_bytes=len(zeros)) == zeros


def test_containers_are_told_by_their_bytes(tmp_path: Path) -> None:
    for data, container in ((gzip.compress(TEXT), Container.GZIP), (zstd(TEXT), Container.ZSTD), (TEXT, None)):
        path = tmp_path / "named.xlsx"
        path.write_bytes(data)
        assert container_of(path, "named.xlsx") is container


def test_a_tar_archive_is_named(tmp_path: Path) -> None:
    import io
    import tarfile

    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"), io.BytesIO())
    path = tmp_path / "a"
    for data in (file.getvalue(), gzip.compress(file.getvalue())):
        path.write_bytes(data)
        with pytest.raises(errors.VoyantError, match="tar archive"):
            container_of(path, "a")

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from resources.object_store.local import LocalObjectStore
from voyant_core import errors


def test_bytes_come_back_under_their_hash_from_the_tenants_folder(tmp_path: Path) -> None:
    store = LocalObjectStore(tmp_path)
    sha256 = store.put("acme", b"abc")
    assert sha256 == hashlib.sha256(b"abc").hexdigest()
    assert store.get("acme", sha256) == b"abc"
    assert (tmp_path / "acme" / "objects" / sha256).read_bytes() == b"abc"


def test_storing_the_same_bytes_twice_is_one_object_and_leaves_no_temporary_file(tmp_path: Path) -> None:
    store = LocalObjectStore(tmp_path)
    assert store.put("acme", b"abc") == store.put("acme", b"abc")
    assert len(list((tmp_path / "acme" / "objects").iterdir())) == 1


def test_another_tenant_does_not_see_the_object(tmp_path: Path) -> None:
    store = LocalObjectStore(tmp_path)
    sha256 = store.put("acme", b"abc")
    assert not store.has("other", sha256)
    with pytest.raises(errors.VoyantError) as caught:
        store.get("other", sha256)
    assert caught.value.code is errors.ARTIFACT_NOT_FOUND


@pytest.mark.parametrize(
    ("tenant", "sha256"), [("../acme", "a" * 64), ("acme", "../../etc/passwd"), ("acme", "A" * 64), ("acme", "a" * 63)]
)
def test_names_that_could_leave_the_folder_are_no_objects(tmp_path: Path, tenant: str, sha256: str) -> None:
    with pytest.raises(errors.VoyantError) as caught:
        LocalObjectStore(tmp_path).get(tenant, sha256)
    assert caught.value.code is errors.ARTIFACT_NOT_FOUND


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, errors.STORAGE_FULL), (errno.EROFS, errors.HOME_NOT_WRITABLE), (errno.EIO, errors.INTERNAL)],
)
def test_a_disk_that_refuses_is_told_and_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: errors.ErrorCode
) -> None:
    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", refuse)
    store = LocalObjectStore(tmp_path)
    with pytest.raises(errors.VoyantError) as caught:
        store.put("acme", b"abc")
    assert caught.value.code is code
    assert list((tmp_path / "acme" / "objects").iterdir()) == []

"""Fetching from a server that lies, hangs and drips, over a real connection."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hostile_server import Answer, dripping, hanging, sending, serving

from resources.files import bounded_http
from resources.files.fetch import fetch
from resources.files.landing import Landings
from voyant_core import errors, settings
from voyant_core.model.source import Landing

OK = b"HTTP/1.1 200 OK\r\n"
CSV = b"a,b\n1,2\n"


def fetched(tmp_path: Path, answer: Answer, path: str = "/a.csv", **limits: object) -> Landing:
    with serving(answer) as url:
        return fetch(url + path, Landings(tmp_path, 2**30), settings.Fetch.model_validate({"allow_private": True, **limits}))


def refused(tmp_path: Path, answer: Answer, **limits: object) -> errors.VoyantError:
    with pytest.raises(errors.VoyantError) as caught:
        fetched(tmp_path, answer, **limits)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    return caught.value


def plain(body: bytes, *headers: bytes) -> bytes:
    return OK + b"".join(header + b"\r\n" for header in headers) + b"Content-Length: %d\r\n\r\n" % len(body) + body


def test_a_file_is_fetched(tmp_path: Path) -> None:
    assert fetched(tmp_path, sending(plain(CSV))).size_bytes == len(CSV)
    assert fetched(tmp_path, sending(OK + b"\r\n" + CSV)).size_bytes == len(CSV)
    assert fetched(tmp_path, sending(OK + b"Transfer-Encoding: chunked\r\n\r\n8\r\n", CSV, b"\r\n0\r\n\r\n")).size_bytes == len(CSV)
    assert fetched(tmp_path, sending(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + plain(CSV))).size_bytes == len(CSV)


def test_an_address_of_this_machine_is_refused_unless_allowed(tmp_path: Path) -> None:
    assert refused(tmp_path, sending(plain(CSV)), allow_private=False).code is errors.URL_NOT_ALLOWED


@pytest.mark.parametrize(
    "answer",
    [hanging, dripping(b"", b"H"), dripping(OK + b"X-Long: ", b"x"), dripping(OK, b"X: y\r\n"), dripping(OK + b"\r\n", b"1\n")],
    ids=["hangs", "drips before the headers", "drips one header", "drips headers", "drips the body"],
)
def test_a_server_that_takes_its_time_is_left_at_the_deadline(tmp_path: Path, answer: Answer) -> None:
    error = refused(tmp_path, answer, timeout_s=0.4)
    assert error.code in {errors.TIMEOUT, errors.SOURCE_UNREACHABLE}
    assert error.retryable


def test_a_body_that_is_shorter_than_announced_is_no_file(tmp_path: Path) -> None:
    error = refused(tmp_path, sending(OK + b"Content-Length: 100\r\n\r\n" + CSV))
    assert (error.code, "the connection broke" in error.detail) == (errors.SOURCE_UNREACHABLE, True)


@pytest.mark.parametrize("pieces", [(b"", CSV * 2), (CSV, CSV)], ids=["at once", "later"])
def test_a_body_that_is_longer_than_announced_is_no_file(
    tmp_path: Path, pieces: tuple[bytes, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded_http, "LAST_LOOK_S", 10)  # the look ends with what comes; a busy machine may take its time to send
    error = refused(tmp_path, sending(OK + b"Content-Length: %d\r\n\r\n" % len(CSV) + pieces[0], pieces[1]))
    assert error.code is errors.SOURCE_UNREACHABLE
    assert "more bytes than the 8" in error.detail


def test_a_chunked_body_that_breaks_off_is_no_file(tmp_path: Path) -> None:
    assert refused(tmp_path, sending(OK + b"Transfer-Encoding: chunked\r\n\r\n8\r\n", CSV)).code is errors.SOURCE_UNREACHABLE


def test_more_than_the_cap_is_refused_by_what_is_announced_and_by_what_comes(tmp_path: Path) -> None:
    for answer in (sending(plain(CSV * 100)), sending(OK + b"\r\n" + CSV * 100)):
        error = refused(tmp_path, answer, max_bytes=100)
        assert (error.code, error.hint) == (errors.TOO_LARGE, "Raise VOYANT_FETCH__MAX_BYTES.")


def test_nonsense_is_no_answer(tmp_path: Path) -> None:
    for answer in (sending(b"\0\1\2\3" * 50), sending(b""), sending(OK + b"Content-Length: -5\r\n\r\n")):
        assert refused(tmp_path, answer).code is errors.SOURCE_UNREACHABLE


def test_a_compressed_body_lands_as_it_was_sent_and_others_are_refused(tmp_path: Path) -> None:
    packed = gzip.compress(CSV, mtime=0)
    assert fetched(tmp_path, sending(plain(packed, b"Content-Encoding: gzip"))).size_bytes == len(packed)
    for encoding in (b"br", b"gzip, gzip", b"deflate"):
        assert refused(tmp_path / "refused", sending(plain(packed, b"Content-Encoding: " + encoding))).code is errors.UNREADABLE_FILE


@pytest.mark.parametrize(
    ("header", "name"),
    [(b'attachment; filename="sales 2024.csv"', "sales 2024.csv"), (b"attachment; filename*=UTF-8''na%C3%AFve.csv", "na\u00efve.csv"),
     (b'attachment; filename="../../etc/passwd"', "passwd"), (b"attachment", "a.csv"), (b'attachment; filename="', "a.csv")],
)  # fmt: skip
def test_the_name_that_the_server_gives_is_used_without_its_folders(tmp_path: Path, header: bytes, name: str) -> None:
    assert fetched(tmp_path, sending(plain(CSV, b"Content-Disposition: " + header))).file_name == name


def test_a_redirect_to_a_private_address_is_refused_on_the_way(tmp_path: Path) -> None:
    redirect = sending(b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n")
    addresses = {"public.example": "93.184.216.34"}
    with serving(redirect) as url:
        start = f"http://public.example:{url.rpartition(':')[2]}/a.csv"
        through = _through(url)
        with pytest.raises(errors.VoyantError) as caught:
            fetch(start, Landings(tmp_path, 2**30), settings.Fetch(), resolve=lambda h, _: [addresses.get(h, h)], transport=through)
    assert caught.value.code is errors.URL_NOT_ALLOWED


def _through(url: str) -> object:
    """A transport that reaches the local server under a public address, as the internet would."""
    import httpx

    class Through(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            request.url = request.url.copy_with(host="127.0.0.1", port=int(url.rpartition(":")[2]))
            return super().handle_request(request)

    return Through()

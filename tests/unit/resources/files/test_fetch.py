from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from resources.files.fetch import fetch, is_public
from resources.files.landing import Landings
from voyant_core import errors, settings
from voyant_core.model.source import Landing

PUBLIC = "93.184.216.34"
Handler = Callable[[httpx.Request], httpx.Response]


def fetched(tmp_path: Path, url: str, handler: Handler, addresses: dict[str, list[str]] | None = None, **limits: object) -> Landing:
    known = addresses or {}

    def streamed(request: httpx.Request) -> httpx.Response:
        answer = handler(request)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

    return fetch(
        url,
        Landings(tmp_path, 2**30),
        settings.Fetch.model_validate(limits),
        transport=httpx.MockTransport(streamed),
        resolve=lambda host, port: known.get(host, [PUBLIC]),
    )


def refused(
    tmp_path: Path, url: str, handler: Handler | None = None, addresses: dict[str, list[str]] | None = None, **limits: object
) -> errors.VoyantError:
    with pytest.raises(errors.VoyantError) as caught:
        fetched(tmp_path, url, handler or (lambda request: httpx.Response(200, content=b"a\n1\n")), addresses, **limits)
    return caught.value


def test_the_body_lands_under_the_name_of_the_path(tmp_path: Path) -> None:
    landing = fetched(tmp_path, "https://example.org/x/data%20set.csv?key=1", lambda request: httpx.Response(200, content=b"a\n1\n"))
    assert (landing.file_name, landing.size_bytes) == ("data set.csv", 4)


def test_the_connection_goes_to_the_checked_address_with_the_hosts_name(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"a")

    fetched(tmp_path, "https://example.org:8443/a.csv", handler)
    assert seen[0].url.host == PUBLIC
    assert seen[0].headers["host"] == "example.org:8443"
    assert seen[0].extensions["sni_hostname"] == "example.org"


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/a", "gopher://x/", "https://", "not a url", "https://[::1"])
def test_only_http_urls_are_fetched(tmp_path: Path, url: str) -> None:
    assert refused(tmp_path, url).code is errors.URL_NOT_ALLOWED


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",
     "::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "::", "nonsense"],
)  # fmt: skip
def test_no_address_behind_the_internet_is_public(tmp_path: Path, address: str) -> None:
    assert not is_public(address)
    assert refused(tmp_path, "http://inner.example/a.csv", addresses={"inner.example": [PUBLIC, address]}).code is errors.URL_NOT_ALLOWED


def test_public_addresses_are_public() -> None:
    assert all(is_public(address) for address in (PUBLIC, "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946"))


def test_a_redirect_is_followed_to_a_public_host_only(tmp_path: Path) -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/start":
            return httpx.Response(302, headers={"location": "/final.csv"})
        if request.url.path == "/evil":
            return httpx.Response(302, headers={"location": "http://metadata.internal/latest"})
        return httpx.Response(200, content=b"a\n1\n")

    assert fetched(tmp_path, "http://example.org/start", handler).file_name == "final.csv"
    error = refused(tmp_path, "http://example.org/evil", handler, {"metadata.internal": ["169.254.169.254"]})
    assert error.code is errors.URL_NOT_ALLOWED
    error = refused(tmp_path, "http://example.org/x", lambda request: httpx.Response(302, headers={"location": "file:///etc/passwd"}))
    assert error.code is errors.URL_NOT_ALLOWED


def test_redirects_end_after_five(tmp_path: Path) -> None:
    count: list[int] = []

    def handler(request: httpx.Request) -> httpx.Response:
        count.append(1)
        return httpx.Response(301, headers={"location": f"/{len(count)}"})

    error = refused(tmp_path, "http://example.org/0", handler)
    assert error.code is errors.SOURCE_UNREACHABLE
    assert len(count) == 6


@pytest.mark.parametrize(("status", "retryable"), [(404, False), (403, False), (503, True), (429, True), (206, False)])
def test_another_status_is_told_with_its_number(tmp_path: Path, status: int, retryable: bool) -> None:
    error = refused(tmp_path, "http://example.org/a", lambda request: httpx.Response(status))
    assert error.code is errors.SOURCE_UNREACHABLE
    assert str(status) in error.detail
    assert error.retryable is retryable


def test_a_body_over_the_limit_is_too_large(tmp_path: Path) -> None:
    error = refused(tmp_path, "http://example.org/a", lambda request: httpx.Response(200, content=b"x" * 100), max_bytes=50)
    assert error.code is errors.TOO_LARGE
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_no_message_carries_a_secret(tmp_path: Path) -> None:
    def broken(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("cannot reach user:hunter2@example.org?sig=hunter2", request=request)

    url = "https://user:hunter2@example.org/a.csv?sig=hunter2#hunter2"
    for handler in (broken, lambda request: httpx.Response(500)):
        assert "hunter2" not in refused(tmp_path, url, handler).to_text()


def test_credentials_of_the_url_are_sent_as_basic_authentication(tmp_path: Path) -> None:
    seen: list[str | None] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("authorization"))
        return (
            httpx.Response(302, headers={"location": "http://other.example/b.csv"}) if len(seen) == 1 else httpx.Response(200, content=b"a")
        )

    fetched(tmp_path, "https://user:p%40ss@example.org/a.csv", handler)
    assert seen == [httpx.BasicAuth("user", "p@ss")._auth_header, None]  # pyright: ignore[reportPrivateUsage]


def test_a_slow_answer_is_a_timeout(tmp_path: Path) -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("slow", request=request)

    assert refused(tmp_path, "http://example.org/a", slow).code is errors.TIMEOUT


def test_private_addresses_can_be_allowed(tmp_path: Path) -> None:
    handler: Handler = lambda request: httpx.Response(200, content=b"a\n1\n")  # noqa: E731
    assert fetched(tmp_path, "http://lan.example/a.csv", handler, {"lan.example": ["10.0.0.5"]}, allow_private=True).size_bytes == 4


def test_a_host_that_may_be_private_does_not_open_the_way_to_others(tmp_path: Path) -> None:
    addresses = {"lab.internal": ["10.0.0.7"], "other.internal": ["10.0.0.8"]}

    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/away":
            return httpx.Response(302, headers={"location": "http://other.internal/a.csv"})
        return httpx.Response(200, content=b"a\n1\n")

    assert fetched(tmp_path, "http://lab.internal/a.csv", handler, addresses, private_hosts=["lab.internal"]).size_bytes == 4
    assert refused(tmp_path, "http://lab.internal/away", handler, addresses, private_hosts=["lab.internal"]).code is errors.URL_NOT_ALLOWED

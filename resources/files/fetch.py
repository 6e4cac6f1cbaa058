"""Fetch a URL into a landing, without being led into the network behind: the server-side request forgery guard.

A host's name is resolved here, every address must be public, and the connection goes to the checked address itself, so that a second
resolution cannot answer otherwise (DNS rebinding). Redirects are followed by hand with the same check. Messages carry no credentials.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Sequence
from email.message import Message
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from resources.files.bounded_http import bounded_transport, surplus_bytes
from resources.files.landing import Landings
from voyant_core import errors, settings
from voyant_core.model.source import Landing

if TYPE_CHECKING:
    import httpx

MOST_REDIRECTS = 5
MOST_ADDRESSES = 4
_KEPT_ENCODINGS = frozenset({"", "identity", "gzip", "x-gzip", "zstd"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_CARRIER_GRADE = ipaddress.ip_network("100.64.0.0/10")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Resolve = Callable[[str, int], Sequence[str]]


def fetch(
    url: str, landings: Landings, fetch_settings: settings.Fetch, *, transport: Any = None, resolve: Resolve | None = None
) -> Landing:
    """The landed body. URL_NOT_ALLOWED, SOURCE_UNREACHABLE, TOO_LARGE, EMPTY_FILE, TIMEOUT.

    `transport` and `resolve` stand in for the network (httpx transport; host and port to addresses).
    """
    import httpx

    deadline = time.monotonic() + fetch_settings.timeout_s
    transport = transport or bounded_transport(deadline)
    with httpx.Client(transport=transport, follow_redirects=False, trust_env=False, timeout=fetch_settings.timeout_s) as client:
        target = _parsed(url, fetch_settings)
        for _ in range(MOST_REDIRECTS + 1):
            addresses = _addresses(target, fetch_settings, resolve or _resolved)
            try:
                response = _sent(client, target, addresses, deadline)
                try:
                    if response.status_code in _REDIRECTS and "location" in response.headers:
                        target = _parsed(str(target.join(response.headers["location"])), fetch_settings)
                        continue
                    return _landed(response, target, landings, fetch_settings, deadline)
                finally:
                    response.close()
            except httpx.TimeoutException as error:
                raise _timed_out(target, fetch_settings) from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise errors.VoyantError(
                    errors.SOURCE_UNREACHABLE,
                    f"{_shown(target)} could not be fetched: {_reason(error)}.",
                    hint="Check the URL, then try again.",
                ) from error
    raise errors.VoyantError(errors.SOURCE_UNREACHABLE, f"{_shown(target)} redirects more than {MOST_REDIRECTS} times.", retryable=False)


def _parsed(url: str, limits: settings.Fetch) -> httpx.URL:
    import httpx

    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, UnicodeError) as error:
        raise errors.VoyantError(
            errors.URL_NOT_ALLOWED, "The URL cannot be read.", hint="Give a URL like https://example.org/data.csv."
        ) from error
    if parsed.scheme not in limits.schemes or parsed.scheme not in {"http", "https"}:
        raise errors.VoyantError(
            errors.URL_NOT_ALLOWED,
            f"URLs of the scheme {parsed.scheme[:20]!r} are not fetched.",
            hint=f"Use {' or '.join(limits.schemes)}.",
        )
    if not parsed.host:
        raise errors.VoyantError(errors.URL_NOT_ALLOWED, "The URL names no host.", hint="Give a URL like https://example.org/data.csv.")
    return parsed


def _addresses(target: httpx.URL, limits: settings.Fetch, resolve: Resolve) -> Sequence[str]:
    """Where the host is. URL_NOT_ALLOWED as soon as one of its addresses is not public."""
    addresses = resolve(target.host, target.port or (443 if target.scheme == "https" else 80))
    may_be_private = limits.allow_private or target.host in limits.private_hosts
    if not addresses or not (may_be_private or all(is_public(address) for address in addresses)):
        raise errors.VoyantError(
            errors.URL_NOT_ALLOWED, f"{_shown(target)} is not at a public address.", hint="Download it and upload the file instead."
        )
    return list(dict.fromkeys(addresses))[:MOST_ADDRESSES]


def _sent(client: httpx.Client, target: httpx.URL, addresses: Sequence[str], deadline: float) -> httpx.Response:
    """The beginning of the answer, from the first address that takes a connection."""
    import httpx

    for address in addresses[:-1]:
        try:
            return client.send(_pinned(client, target, address, deadline), stream=True)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue
    return client.send(_pinned(client, target, addresses[-1], deadline), stream=True)


def _pinned(client: httpx.Client, target: httpx.URL, address: str, deadline: float) -> httpx.Request:
    """A request to the checked address; host header and TLS still carry the name."""
    import httpx

    request = client.build_request(
        "GET",
        target.copy_with(host=address),
        timeout=max(0.1, deadline - time.monotonic()),
        headers={
            "Host": target.netloc.decode("ascii").rsplit("@", 1)[-1],
            "User-Agent": "voyant",
            "Accept-Encoding": "identity",
            "Connection": "close",
        },
        extensions={"sni_hostname": target.host.encode("idna").decode() if not _is_address(target.host) else target.host},
    )
    if target.userinfo:
        user, _, password = target.userinfo.decode().partition(":")
        request = next(httpx.BasicAuth(unquote(user), unquote(password)).auth_flow(request))
    return request


def _resolved(host: str, port: int) -> list[str]:
    try:
        return [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, UnicodeError) as error:
        raise errors.VoyantError(errors.SOURCE_UNREACHABLE, f"The host {host[:100]!r} is not known.", hint="Check the URL.") from error


def is_public(address: str) -> bool:
    """Whether an address is one of the open internet: not private, loopback, link-local, shared, multicast or reserved."""
    try:
        parsed = ipaddress.ip_address(address.split("%", 1)[0])
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if parsed in _NAT64:
            inner = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    elif parsed in _CARRIER_GRADE:
        return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _landed(response: httpx.Response, target: httpx.URL, landings: Landings, limits: settings.Fetch, deadline: float) -> Landing:
    if response.status_code != 200:
        raise errors.VoyantError(
            errors.SOURCE_UNREACHABLE,
            f"{_shown(target)} answered with status {response.status_code}.",
            hint="Check the URL and who may read it.",
            retryable=response.status_code in {408, 425, 429} or response.status_code >= 500,
        )
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in _KEPT_ENCODINGS:
        raise errors.VoyantError(
            errors.UNREADABLE_FILE,
            f"{_shown(target)} is encoded as {encoding[:40]!r}, though the plain file was asked for.",
            hint="Download it and upload the file instead.",
        )
    announced = response.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limits.max_bytes:
        raise _too_large(target, limits)
    with landings.writer(_file_name(response, target), limits.max_bytes) as writer:
        # as sent: what is compressed is unpacked like any such file, under the same limits
        for chunk in response.iter_raw():
            if time.monotonic() > deadline:
                raise _timed_out(target, limits)
            if writer.size_bytes + len(chunk) > limits.max_bytes:
                raise _too_large(target, limits)
            writer.write(chunk)
        if announced and surplus_bytes(response, writer.size_bytes):
            raise errors.VoyantError(
                errors.SOURCE_UNREACHABLE,
                f"{_shown(target)} sent more bytes than the {int(announced):,} that it announced.",
                hint="Its server is at fault: download the file in another way and upload it.",
            )
        return writer.finish()


def _file_name(response: httpx.Response, target: httpx.URL) -> str:
    """What the server calls the file (RFC 6266), else the end of the path."""
    message = Message()
    message["content-disposition"] = response.headers.get("content-disposition", "")
    return (message.get_filename() or "").strip('"') or unquote(target.path.rsplit("/", 1)[-1]) or target.host


def _too_large(target: httpx.URL, limits: settings.Fetch) -> errors.VoyantError:
    return errors.VoyantError(
        errors.TOO_LARGE, f"{_shown(target)} is larger than {limits.max_bytes:,} bytes.", hint="Raise VOYANT_FETCH__MAX_BYTES."
    )


def _timed_out(target: httpx.URL, limits: settings.Fetch) -> errors.VoyantError:
    return errors.VoyantError(
        errors.TIMEOUT,
        f"{_shown(target)} was not fetched within {limits.timeout_s:g} s.",
        hint="Try again, or raise VOYANT_FETCH__TIMEOUT_S.",
    )


def _shown(target: httpx.URL) -> str:
    """The URL without user, password, query and fragment: any of them may be a secret."""
    return str(target.copy_with(username=None, password=None, query=None, fragment=None))[:200]


def _reason(error: Exception) -> str:
    import httpx

    if isinstance(error, httpx.ConnectError):
        return "no connection"
    return "the connection broke" if isinstance(error, httpx.NetworkError | httpx.ProtocolError) else "the request failed"


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True

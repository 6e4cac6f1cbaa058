"""What a caller's `source` means: a path, URL, upload or registered source, its identity and its title. Pure but for path resolution."""

from __future__ import annotations

import os
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resources.files.decompress import without_compression
from resources.files.folders import split_glob
from resources.files.roots import resolve_allowed
from voyant_assets.probing import ProbeOrder
from voyant_core import errors
from voyant_core.model.source import SourceRecord, SourceType

PORTS = {"http": 80, "https": 443}
KINDS = "file, url, upload, source"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a source is. `uri` is its identity within the tenant and never carries a secret."""

    type: SourceType
    uri: str
    title: str
    order: ProbeOrder


@dataclass(frozen=True, slots=True)
class Named:
    """A source (`src_...`) or an upload (`upl_...`) that is known by its id."""

    id: str


def parse_source(source: str | dict[str, Any], roots: Sequence[Path], inbox: Path, *, may_read_any: bool) -> Target | Named:
    """VYNT-1007 for a kind that does not exist, VYNT-1004 for an object without its field, VYNT-1006 for a path outside the roots."""
    if isinstance(source, dict):
        source = _spelled_out(source)
    if source.startswith(("src_", "upl_")):
        return Named(source)
    scheme, mark, rest = source.partition("://")
    if mark and not rest:
        raise errors.VoyantError(errors.UNSUPPORTED_SOURCE, f"{source[:40]!r} names no host.", hint="Give a whole URL or a path.")
    if rest and scheme.lower() in ("http", "https"):
        return url_target(source)
    if rest and scheme.lower() == "file":
        source = urllib.parse.unquote(urllib.parse.urlsplit(source).path)
    elif rest:
        raise errors.VoyantError(
            errors.UNSUPPORTED_SOURCE,
            f"Sources of the kind {scheme[:20]!r} are not supported.",
            hint="Give a path, an http(s) URL, or a source id.",
        )
    if not source or "\0" in source:
        wrong = "The source is empty." if not source else "The source holds a null character."
        raise errors.VoyantError(errors.MISSING_PARAMETER, wrong, hint="Give a path, an http(s) URL, or a source id.")
    if source.startswith("{") and "type" in source:
        raise errors.VoyantError(
            errors.UNSUPPORTED_SOURCE,
            "The source looks like an object, but is no valid JSON.",
            hint='For example {"type": "file", "path": "..."}.',
        )
    place = Path(source).expanduser() if may_read_any else Path(source)
    return file_target(_resolved(place if place.is_absolute() else inbox / place, [*roots, inbox], may_read_any))


def _resolved(place: Path, roots: Sequence[Path], may_read_any: bool) -> Path:
    """The real path; of a pattern (`*`, `?`, `[`) the real folder with the pattern below it. A file of that very name comes first."""
    folder, pattern = split_glob(place)
    if not pattern or os.path.lexists(place):
        return resolve_allowed(str(place), roots, may_read_any)
    if ".." in pattern.split("/"):
        raise errors.VoyantError(errors.PATH_NOT_ALLOWED, "A pattern must not lead upwards.", hint="Leave '..' out of the path.")
    return resolve_allowed(str(folder), roots, may_read_any) / pattern


def _spelled_out(source: dict[str, Any]) -> str:
    kind = source.get("type")
    field = {"file": "path", "url": "url", "upload": "id", "source": "id"}.get(str(kind))
    if kind is None:
        raise errors.VoyantError(errors.MISSING_PARAMETER, "A source object needs 'type'.", hint=f"The types are {KINDS}.")
    if field is None:
        raise errors.VoyantError(errors.UNSUPPORTED_SOURCE, f"There is no source type {str(kind)[:40]!r}.", hint=f"The types are {KINDS}.")
    value = source.get(field)
    if not isinstance(value, str) or not value:
        raise errors.VoyantError(
            errors.MISSING_PARAMETER,
            f"A source of type {kind} needs {field!r}.",
            hint=f'For example {{"type": "{kind}", "{field}": "..."}}.',
        )
    extra = sorted(set(source) - {"type", field})
    if extra:
        raise errors.VoyantError(
            errors.INVALID_REQUEST, f"A source of type {kind} has no field {extra[0]!r}.", hint=f"It takes {field!r} only."
        )
    return f"file://{urllib.parse.quote(value)}" if kind == "file" and value.startswith("/") else value


def file_target(path: Path) -> Target:
    folder, pattern = split_glob(path)
    title = title_of(path.name)
    if pattern and not any(char.isalnum() for char in title):
        title = folder.name  # of `sales/*.csv` the folder says more
    return Target(SourceType.FILE, path.as_uri().replace("%2A", "*"), title, ProbeOrder(kind="path", place=str(path)))


def url_target(url: str) -> Target:
    """The identity leaves user, password, fragment and the scheme's own port away, and hides query values that look like secrets."""
    try:
        parts = urllib.parse.urlsplit(url)
        scheme, name = parts.scheme.lower(), (parts.hostname or "").lower()
        host = f"[{name}]" if ":" in name else name
        host += f":{parts.port}" if parts.port and parts.port != PORTS.get(scheme) else ""
    except ValueError as error:
        raise errors.VoyantError(errors.UNSUPPORTED_SOURCE, "The URL is not valid.", hint="Check host and port.") from error
    query = urllib.parse.urlencode(
        [(k, "***" if _is_secret(k) else v) for k, v in urllib.parse.parse_qsl(parts.query, keep_blank_values=True)]
    )
    uri = urllib.parse.urlunsplit((scheme, host, parts.path or "/", query, ""))
    file_name = urllib.parse.unquote(parts.path.rstrip("/").rpartition("/")[2]) or host
    return Target(SourceType.URL, uri, title_of(file_name), ProbeOrder(kind="url", place=url))


def _is_secret(parameter: str) -> bool:
    return any(word in parameter.lower() for word in ("token", "sig", "secret", "password", "credential", "key", "auth"))


def registered_target(record: SourceRecord) -> Target:
    """A known source, to be read again where it is; an upload's bytes are the ones that landed."""
    if record.type is SourceType.UPLOAD:
        return Target(record.type, record.uri, record.title, ProbeOrder(kind="landing", landing=record.landing))
    if record.type is SourceType.URL:
        if "***" in urllib.parse.unquote(record.uri):
            raise errors.VoyantError(
                errors.MISSING_PARAMETER,
                f"The URL of {record.slug} carries a secret, which is not stored.",
                hint="Give the whole URL as source.",
            )
        return Target(record.type, record.uri, record.title, ProbeOrder(kind="url", place=record.uri))
    path = urllib.parse.unquote(urllib.parse.urlsplit(record.uri).path)
    return Target(record.type, record.uri, record.title, ProbeOrder(kind="path", place=path))


def title_of(file_name: str) -> str:
    """A file's name without its last suffix, and without that of a compression: what a person calls the data."""
    name = without_compression(file_name)
    return Path(name).stem or name

"""What the commands do their work through: the server that holds the home, else this process. Both answer in REST's own JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

Event = Mapping[str, Any]
OnEvent = Callable[[Event], None]


class Door(Protocol):
    """Every answer is the text of the REST answer. Refusals are raised as VoyantError."""

    @property
    def url(self) -> str | None:
        """Address of the server; None without one."""
        ...

    def analyze(self, body: Mapping[str, Any], on_event: OnEvent, *, wait: bool) -> str: ...
    def jobs(self, state: str | None, limit: int) -> str: ...
    def job(self, job_id: str) -> str: ...
    def cancel(self, job_id: str) -> str: ...
    def artifacts(self, job_id: str) -> str: ...
    def manifest(self, job_id: str) -> bytes: ...

    def copy_artifact(self, job_id: str, name: str, target: Path) -> str:
        """Write the artifact's bytes and return their sha256."""
        ...

    def sources(self, limit: int) -> str: ...
    def source(self, source_id: str) -> str: ...
    def connect(self, source: str | dict[str, Any]) -> str: ...
    def forget(self, source_id: str) -> None: ...


def open_door(tenant: str) -> Door:
    """The running server's door when one holds the home, else a local one."""
    from voyant_assets.runtime.home import HomeLock
    from voyant_core.settings import settings
    from voyant_core.tenancy import checked_tenant

    checked_tenant(tenant)
    holder = HomeLock(settings().layout).held_by()
    if holder is not None and holder.url:
        from voyant_api.cli.remote import RemoteDoor

        return RemoteDoor(holder.url, holder.token, tenant)
    from voyant_api.cli.local import LocalDoor

    return LocalDoor(tenant)


def named_source(text: str) -> str | dict[str, Any]:
    """A path becomes absolute here, where the caller's folder is known; URLs and ids pass."""
    if "://" in text or text.startswith(("src_", "upl_")):
        return text
    return {"type": "file", "path": str(Path(text).expanduser().absolute())}

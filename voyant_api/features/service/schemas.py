"""Health and version on the wire."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class Liveness(BaseModel):
    status: Literal["ok"] = "ok"


class Readiness(BaseModel):
    """`components` by name: `ok`, or what is wrong."""

    ready: bool
    components: dict[str, str]
    identity: str = Field(default="none: loopback only, tenant by X-Tenant-ID")
    policy: str = Field(default="allow-all")


class Version(BaseModel):
    version: str
    api: Literal["v1"] = "v1"
    manifest: Literal["voyant.manifest/1"] = "voyant.manifest/1"
    python: str
    libraries: dict[str, str]

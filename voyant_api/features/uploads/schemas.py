"""An accepted upload on the wire."""

from __future__ import annotations

from pydantic import BaseModel, Field


class Upload(BaseModel):
    """`source` is what to give as `source` of an analysis."""

    upload_id: str
    source: dict[str, str] = Field(examples=[{"type": "upload", "id": "upl_01JD5Z3W8K9N2M4P6Q7R8S9T0V"}])
    file_name: str
    size_bytes: int
    sha256: str

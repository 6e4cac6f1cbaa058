"""Artifacts on the wire; the manifest is `voyant_core.model.artifact.Manifest`."""

from __future__ import annotations

from pydantic import BaseModel

from voyant_core.model.artifact import ManifestArtifact


class ArtifactList(BaseModel):
    job_id: str
    items: list[ManifestArtifact]

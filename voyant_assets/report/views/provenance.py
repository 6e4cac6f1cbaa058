"""Provenance: the hashes by which an auditor finds everything again. No ids, no clock, no paths."""

from __future__ import annotations

from dataclasses import dataclass

from voyant_assets.analysis.wording import numbers
from voyant_assets.report.inputs import ReportInputs
from voyant_assets.report.views.masthead import reading
from voyant_core.canonical import content_digest
from voyant_core.model.artifact import ArtifactKind


@dataclass(frozen=True, slots=True)
class FileView:
    name: str
    size: str
    sha256: str


@dataclass(frozen=True, slots=True)
class ProvenanceView:
    digest: str
    landing_sha256: str
    landing_size: str
    file_name: str
    is_part: bool
    reading: str
    notes: list[str]
    renamed: list[tuple[str, str]]
    engine: str
    code_versions: list[tuple[str, str]]
    files: list[FileView]


def provenance_view(inputs: ReportInputs) -> ProvenanceView:
    listed = sorted((a for a in inputs.artifacts if a.kind is not ArtifactKind.REPORT), key=lambda artifact: artifact.name)
    return ProvenanceView(
        digest=content_digest((artifact.name, artifact.sha256) for artifact in listed),
        landing_sha256=inputs.landing.sha256,
        landing_size=numbers.size(inputs.landing.size_bytes) if inputs.landing.size_bytes else "",
        file_name=inputs.landing.file_name,
        is_part=inputs.origin is not None,
        reading=reading(inputs.read),
        notes=[*inputs.read.notes, *inputs.profile.notes],
        renamed=sorted(inputs.read.renamed.items()),
        engine=inputs.engine,
        code_versions=sorted(inputs.code_versions.items()),
        files=[FileView(artifact.name, numbers.size(artifact.size_bytes), artifact.sha256) for artifact in listed],
    )

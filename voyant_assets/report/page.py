"""The report: one self-contained HTML page per table. It loads nothing, sends nothing, and is the same bytes for the same inputs."""

from __future__ import annotations

import base64
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from voyant_assets.analysis.wording import numbers
from voyant_assets.charting.tokens import tokens_css
from voyant_assets.report.inputs import ReportInputs, absence
from voyant_assets.report.markup import clipped, code, rich, without_controls
from voyant_assets.report.views.columns import columns_view
from voyant_assets.report.views.figures import figures_view
from voyant_assets.report.views.findings import findings_view
from voyant_assets.report.views.key_figures import key_figures_view
from voyant_assets.report.views.masthead import masthead
from voyant_assets.report.views.missing import missing_view
from voyant_assets.report.views.provenance import provenance_view
from voyant_assets.report.views.quality import quality_view
from voyant_assets.report.views.relationships import relations_view
from voyant_assets.report.views.stages import stages_view

HERE = Path(__file__).parent
FACES = ((400, "Inter-Regular.woff2"), (600, "Inter-SemiBold.woff2"))


@dataclass(frozen=True, slots=True)
class Frame:
    """What is the same on every page."""

    table: Template
    joint: Template
    css: Markup
    script: Markup
    script_hash: str


def render(inputs: ReportInputs) -> bytes:
    """The page, UTF-8."""
    made = frame()
    html = made.table.render(
        css=made.css,
        script=made.script,
        script_hash=made.script_hash,
        table=clipped(inputs.table),
        source=inputs.source,
        title=inputs.narrative.title,
        summary=rich(inputs.narrative.summary),
        head=masthead(inputs),
        findings=findings_view(inputs),
        key_figures=key_figures_view(inputs),
        quality=quality_view(inputs),
        figures=figures_view(inputs),
        groups=columns_view(inputs),
        n_columns=len(inputs.profile.columns),
        relations=relations_view(inputs),
        missing=missing_view(inputs),
        stages=stages_view(inputs),
        provenance=provenance_view(inputs),
        absent={stage: absence(inputs, stage) for stage in ("kpi", "quality", "charts")},
    )
    return without_controls(html).encode()


def warm() -> None:
    """Compile the templates and read style and fonts, once per process."""
    frame()


@functools.cache
def frame() -> Frame:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, auto_reload=False
    )
    environment.filters["code"] = code
    environment.filters["integer"] = numbers.integer
    for part in ("frame.html", *sorted(f"sections/{path.name}" for path in (HERE / "sections").glob("*.html"))):
        environment.get_template(part)  # compiled now, not within the first page
    script = (HERE / "script.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    css = f"{_font_faces()}{tokens_css()}\n{(HERE / 'style.css').read_text(encoding='utf-8').strip()}"
    table, joint = environment.get_template("table.html"), environment.get_template("joint.html")
    return Frame(table, joint, Markup(css), Markup(script), f"sha256-{digest}")  # noqa: S704 - our own files


def _font_faces() -> str:
    """Charts are laid out in this face: the page must draw them in it."""
    return "".join(
        f"@font-face{{font-family:Inter;font-weight:{weight};font-style:normal;"
        f"src:url(data:font/woff2;base64,{base64.b64encode((HERE / 'fonts' / name).read_bytes()).decode()}) format('woff2')}}\n"
        for weight, name in FACES
    )

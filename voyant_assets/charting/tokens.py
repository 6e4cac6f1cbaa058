"""Colours of charts and report by name, once for light and once for dark.

A stored chart uses the *light* colour, so it stands alone; on the page each becomes `var(--name)` and the page decides. For that every
light colour is unique (tests prove it, and the contrasts: text 4.5:1 on paper, surface and sunken, marks 3:1 on surface).
"""

from __future__ import annotations

TOKENS: dict[str, tuple[str, str]] = {
    "paper": ("#fafaf8", "#13161a"),
    "surface": ("#ffffff", "#1a1e24"),
    "sunken": ("#f2f2ef", "#20252c"),
    "ink": ("#1a1d21", "#eceef1"),
    "ink-2": ("#434952", "#bfc6cf"),
    "ink-3": ("#5f6671", "#9aa2ae"),
    "rule": ("#e3e3df", "#2c323a"),
    "rule-2": ("#c8c9c4", "#475059"),
    "link": ("#0a57a4", "#82bbff"),
    "grid": ("#e8e8e4", "#292f37"),
    "axis": ("#868c96", "#717a86"),
    "context": ("#858d99", "#6f7885"),
    "series-1": ("#2563a8", "#6cabf0"),
    "series-2": ("#bd5807", "#f59f4c"),
    "gap": ("#f0efeb", "#22272e"),
    "high": ("#b42318", "#ff9489"),
    "medium": ("#855000", "#f0b64c"),
    "low": ("#3d5d7d", "#9fbdda"),
    "good": ("#1b6a3e", "#76d09e"),
    "high-bg": ("#fceeec", "#31201f"),
    "medium-bg": ("#faf3e3", "#2c2619"),
    "low-bg": ("#eef3f8", "#1d2731"),
    "seq-0": ("#eaf1f9", "#1c2733"),
    "seq-1": ("#cfe0f1", "#213a52"),
    "seq-2": ("#a9c8e5", "#285074"),
    "seq-3": ("#7caad3", "#336a99"),
    "seq-4": ("#4f8abe", "#4d8abf"),
    "seq-5": ("#2b68a0", "#7fb0db"),
    "seq-6": ("#174a79", "#b9d7f2"),
    "div-0": ("#b3540b", "#f0a052"),
    "div-1": ("#d98a4b", "#b9752f"),
    "div-2": ("#f1cda9", "#5f4128"),
    "div-3": ("#efeeeb", "#262b32"),
    "div-4": ("#b9d3eb", "#27486a"),
    "div-5": ("#6a9fce", "#4a88c4"),
    "div-6": ("#225f9f", "#8cc4f8"),
    "on-low": ("#1a1d22", "#eceef2"),
    "on-mid": ("#1a1d23", "#0f1217"),
    "on-high": ("#fffffe", "#0f1216"),
}

LIGHT: dict[str, str] = {name: light for name, (light, _) in TOKENS.items()}
CLASSES = 7

_TEXT_ON_SEQ = ("on-low", "on-low", "on-low", "on-low", "on-mid", "on-high", "on-high")
_TEXT_ON_DIV = ("on-high", "on-mid", "on-low", "on-low", "on-low", "on-mid", "on-high")
TEXT_ON: dict[str, str] = {
    **{f"seq-{i}": token for i, token in enumerate(_TEXT_ON_SEQ)},
    **{f"div-{i}": token for i, token in enumerate(_TEXT_ON_DIV)},
}


def tokens_css() -> str:
    """The custom properties: light, dark by the system, either by the reader's choice (`data-theme`); print is always light."""
    light, dark = ("".join(f"--{name}:{pair[i]};" for name, pair in TOKENS.items()) for i in (0, 1))
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media screen and (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f"@media screen{{:root[data-theme=dark]{{color-scheme:dark;{dark}}}}}"
    )

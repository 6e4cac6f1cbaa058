"""What a person or a script sees when a command cannot do its work."""

from __future__ import annotations

import json
import logging
import sys

from voyant_api.cli.terminal import shown, wrapped
from voyant_core import errors
from voyant_core.errors import VoyantError
from voyant_core.hints import Door

REFUSED = 3
FAILED = 1


def told(error: Exception, *, as_json: bool) -> int:
    """Say it on stderr, as a problem document on stdout too when JSON was asked for; returns the exit code."""
    known = error if isinstance(error, VoyantError) else _logged(error)
    if as_json:
        sys.stdout.write(json.dumps(known.to_problem(door=Door.CLI), ensure_ascii=False) + "\n")
    lines = [f"{known.code.code} {known.code.title}", *wrapped(known.detail, indent="  ")]
    hint = known.hint_at(Door.CLI)
    lines += wrapped(hint, indent="  ") if hint else []
    for flaw in known.errors[:20]:
        if flaw.detail != known.detail:
            lines += wrapped(f"{flaw.pointer}: {flaw.detail}", indent="    ", first="  ")
    sys.stderr.write(shown(lines, sys.stderr))
    return REFUSED if known.code is not errors.INTERNAL else FAILED


def _logged(error: Exception) -> VoyantError:
    """Nobody expected it: the trace goes to the log file of the home, the person gets its place."""
    from voyant_api.cli.logs import log_to_home
    from voyant_core.settings import settings

    hint = "Run `voyant doctor`."
    try:
        path = log_to_home(settings())
        logging.getLogger("voyant.cli").error("the command failed", exc_info=error)
        hint = f"Run `voyant doctor`; the details are in {path}."
    except Exception:  # noqa: BLE001, S110 - settings or disk may be the failure itself; there is nowhere left to log
        pass
    return VoyantError(errors.INTERNAL, f"The command failed inside Voyant ({type(error).__name__}).", hint=hint)

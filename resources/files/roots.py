"""Which local files a caller may name. A path outside the allowed folders is answered the same way whether it exists or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from voyant_core import errors


def resolve_allowed(path_text: str, roots: Sequence[Path], may_read_any: bool) -> Path:
    """The real path behind `path_text`, links followed. PATH_NOT_ALLOWED outside `roots`, FILE_NOT_FOUND inside them.

    `may_read_any` is for the owner of the home at a shell. Relative paths count from the process's folder.
    """
    if "\x00" in path_text or not path_text.strip():
        raise errors.VoyantError(errors.INVALID_REQUEST, "The path is empty or holds a NUL character.", hint="Give the path of a file.")
    try:
        real = Path(path_text).expanduser().resolve()
    except (OSError, RuntimeError) as error:  # a loop of links, an unknown user
        raise _refused(roots) from error
    if not may_read_any and not any(_is_inside(real, root) for root in roots):
        raise _refused(roots)
    try:
        if real.exists():
            return real
    except OSError as error:  # name too long, no permission to look
        raise errors.VoyantError(errors.UNREADABLE_FILE, f"{real.name[:80]} cannot be opened: {error.strerror}.") from error
    raise errors.VoyantError(errors.FILE_NOT_FOUND, f"There is no file {real.name}.", hint="Check the name; upper and lower case differ.")


def _is_inside(real: Path, root: Path) -> bool:
    return real.is_relative_to(root.expanduser().resolve())


def _refused(roots: Sequence[Path]) -> errors.VoyantError:
    return errors.VoyantError(
        errors.PATH_NOT_ALLOWED,
        "The path is outside the folders that may be read.",
        hint="Put the file into the inbox (VOYANT_HOME/inbox), upload it, or have its folder added to VOYANT_FILES__ROOTS."
        + (" An allowed folder may be missing." if not roots else ""),
    )

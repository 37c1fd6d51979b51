"""A folder of files: written whole or not at all, and never over something that is not of its kind."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path

from optimiser.errors import UsageError


def check_folder(out: Path, known: Collection[str], *, overwrite: bool, kind: str = "run") -> None:
    """Refuse a folder that would have to give way, before any work is done.

    Args:
        out: The folder.
        known: Names of the files that may be in one of its kind.
        overwrite: Whether one of its kind may be replaced.
        kind: What it is a folder of.

    Raises:
        UsageError: `out` is a file, or holds something and `overwrite` is off, or holds something of another kind.
    """
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file; name a folder")
    if not out.is_dir() or not any(out.iterdir()):
        return
    if not overwrite:
        raise UsageError(f"--out {out} is not empty; a {kind} never changes: name another folder, or add --overwrite to replace it")
    strange = sorted(entry.name for entry in out.iterdir() if entry.name not in known)
    if strange:
        raise UsageError(f"--out {out} holds {strange[0]}, which is not a file of a {kind}; name another folder")


def write_folder(out: Path, write: Callable[[Path], None]) -> Path:
    """Have a folder written, at once: `write` fills one beside it, which then takes its place.

    Raises:
        OSError: The disk refused; nothing is left behind.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        write(staging)
        os.chmod(staging, 0o777 & ~_umask())
        _put_in_place(staging, out)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return out


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _put_in_place(staging: Path, out: Path) -> None:
    """Rename; what was there steps aside first and goes only when the new one stands."""
    aside: Path | None = None
    if out.exists():
        aside = Path(tempfile.mkdtemp(prefix=f".{out.name}-old-", dir=out.parent))
        os.rename(out, aside / "run")
    try:
        os.rename(staging, out)
    except OSError:
        if aside is not None:
            os.rename(aside / "run", out)
        raise
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)

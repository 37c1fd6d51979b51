"""Folders and files that are there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from instances.writing.errors import WriteError


def write_whole(folder: Path, write: Callable[[Path], None]) -> None:
    """Write into a folder beside `folder` and rename it, so that it is there whole or not at all."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        write(staging)
        staging.chmod(0o755)
        if folder.exists():
            folder.rmdir()
        os.rename(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def write_file(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file beside `path` and give it that name, so that it is there whole or not at all, and never over another one.

    Raises:
        WriteError: There is one by then.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{path.name}-", dir=path.parent) as folder:
        staged = Path(folder) / "new"
        write(staged)
        if path.exists():
            raise WriteError(f"{path} is there already; name a new file")
        os.rename(staged, path)

"""Instances, overrides and all, written back as folders, for those who read folders themselves."""

from __future__ import annotations

from pathlib import Path

from instances import Instance
from instances.reorganisation import write
from instances.reorganisation.toml_text import fresh


def write_folder(instance: Instance, folder: Path) -> Path:
    """Write an instance as it is after its overrides; tables without rows are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.csv"):
        path.unlink()
    write.write_folder(folder, instance, fresh(instance.settings), ())
    return folder

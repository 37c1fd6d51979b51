"""Finished work, kept as it comes: an interrupted study goes on from there.

A folder with a line of JSON for each finished task. A line that was cut off by the end of a process is not read; nothing is ever changed.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

TASKS, BASE = "tasks.jsonl", "base.json"


class Journal:
    """The finished tasks of one study, by their keys.

    Args:
        folder: Where it is kept; made when there is something to keep.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known = dict(self._lines())

    def __len__(self) -> int:
        """How many tasks are finished."""
        return len(self._known)

    def result(self, key: str, kind: type[BaseModel]) -> BaseModel | None:
        """The result of a task that is finished; None where it is not, or is of another version of the program."""
        try:
            return kind.model_validate(self._known[key]) if key in self._known else None
        except ValidationError:
            return None

    def keep(self, key: str, result: BaseModel) -> None:
        """Keep the result of a task, for good once this returns.

        Raises:
            OSError: The disk refused.
        """
        data = result.model_dump(mode="json")
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / TASKS
        torn = path.exists() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
        with path.open("a", encoding="utf-8") as file:
            file.write(("\n" if torn else "") + json.dumps({"task": key, "result": data}, ensure_ascii=False, allow_nan=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._known[key] = data

    def finish(self) -> None:
        """The study is finished and its files are written: nothing is to be gone on with."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _lines(self) -> Iterator[tuple[str, Any]]:
        try:
            text = (self.folder / TASKS).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return
        for line in text.splitlines():
            try:
                entry = json.loads(line)
                yield entry["task"], entry["result"]
            except (ValueError, KeyError, TypeError):
                continue

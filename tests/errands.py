"""Work for processes of a pool: they look its functions up by module, and find no test module wherever the package is installed."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from pathlib import Path

import pytest
from pydantic import BaseModel

from optimiser.audit import Audit
from optimiser.manifest import versions
from optimiser.sweep.work import Base, Reply, Task, answer_to
from optimiser.whatif import Base as WhatIfs


class Length(BaseModel):
    """The result of the work below."""

    characters: int


def measured(base: WhatIfs, word: str) -> Length:
    """Work that any process knows, and that one word stops."""
    if word == "stop":
        raise KeyboardInterrupt
    return Length(characters=len(word) + len(base.decisions))


def talkative(base: WhatIfs, word: str) -> Length:
    """Work that logs and prints what it is given."""
    logging.getLogger("somebody").warning("logged %s", word)
    print(f"printed {word}", file=sys.stderr)
    return Length(characters=len(word))


def deadly(base: Base, task: Task) -> Reply:
    """Solves, unless the name of the case says that its process dies: every time, or unless a file says that it has done so before."""
    if task.label.startswith("dies"):
        os.kill(os.getpid(), signal.SIGKILL)
    if task.label.startswith("stumbles at "):
        mark = Path(task.label.removeprefix("stumbles at "))
        if not mark.exists():
            mark.touch()
            os.kill(os.getpid(), signal.SIGSEGV)
    return answer_to(base, task)


def unsound(base: Base, task: Task) -> Reply:
    """Solves, with an audit that confirms no plan of cases whose name says so, and a defect in others."""
    with pytest.MonkeyPatch.context() as patch:
        if task.label.startswith("audit"):
            patch.setattr("optimiser.pipeline.audit", lambda *given: Audit(("Thanet: £1 too much",), (), 0.0))
        if task.label.startswith("defect"):
            patch.setattr("optimiser.sweep.work.answered", lambda case: {}["nothing"])
        if task.label.startswith("other versions"):
            patch.setattr("optimiser.manifest.versions", lambda: {"pyomo": "0.1"})
            patch.setattr("optimiser.sweep.work.versions", lambda: {**versions(), "pyomo": "0.1"})
        return answer_to(base, task)


def slow(base: Base, task: Task) -> Reply:
    """Solves, and takes a quarter of a second for it at least; cases whose name says so take a minute."""
    time.sleep(60 if task.label.startswith("long") else 0.25)
    return answer_to(base, task)

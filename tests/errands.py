"""Work for processes of a pool: they look its functions up by module, and find no test module wherever the package is installed."""

from __future__ import annotations

import logging
import sys

from pydantic import BaseModel

from optimiser.whatif import Base


class Length(BaseModel):
    """The result of the work below."""

    characters: int


def measured(base: Base, word: str) -> Length:
    """Work that any process knows, and that one word stops."""
    if word == "stop":
        raise KeyboardInterrupt
    return Length(characters=len(word) + len(base.decisions))


def talkative(base: Base, word: str) -> Length:
    """Work that logs and prints what it is given."""
    logging.getLogger("somebody").warning("logged %s", word)
    print(f"printed {word}", file=sys.stderr)
    return Length(characters=len(word))

"""The one error of this package: what is wrong with the area asked for or with the tables behind it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence


class AreaError(ValueError):
    """An area instance cannot be written. `faults` holds every reason; nothing has been written."""

    def __init__(self, faults: Sequence[str]) -> None:
        """Keep the faults and join them to one message."""
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n  ".join([f"{count}, nothing written", *self.faults]))


def nearest(name: str, known: Iterable[str]) -> str:
    """The ending of a message about an unknown name: the nearest known one, or nothing if none comes close."""
    by_folded = {option.casefold(): option for option in sorted(known)}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1)
    return f"; the nearest name is {by_folded[found[0]]!r}" if found else ""

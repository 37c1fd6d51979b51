"""A console that names sheets or tables where the program's words are those of a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from instances import Instance


def worded(console: Any, instance: Instance) -> Any:
    """The console in the words of the source that an instance was read from."""
    return _Worded(console, instance)


class _Worded:
    """Prints to a rich console in the words of the source that an instance was read from."""

    def __init__(self, console: Any, instance: Instance) -> None:
        """Take the words from the instance."""
        self._console, self._places = console, instance.places

    def print(self, *things: Any, **options: Any) -> None:
        """Print text in those words, and everything else as it is."""
        self._console.print(*(self._places.text(thing) if isinstance(thing, str) else thing for thing in things), **options)

    def __getattr__(self, name: str) -> Any:
        """Everything else is the console's own."""
        return getattr(self._console, name)

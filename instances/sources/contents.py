"""What a source yields, before anything is checked: settings, and each table as rows of text cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from instances.errors import Fault
from instances.settings_file import SettingsReading
from instances.sources.places import FOLDER, Places


@dataclass(frozen=True)
class TableText:
    """A table that is there.

    Attributes:
        cells: Its rows, header first, those that hold nothing included.
        faults: What is wrong with it as a whole, or with single cells that nobody could read.
        complete: Whether every row of it is there.
        first: Row number of the header.
    """

    cells: Sequence[Sequence[str]] = ()
    faults: Sequence[Fault] = ()
    complete: bool = True
    first: int = 1

    @property
    def readable(self) -> bool:
        """Whether there is anything to read."""
        return self.complete or bool(self.cells)


@dataclass
class Contents:
    """Everything in a source.

    Attributes:
        name: What the instance is called; a label.
        shown: The source as messages name it; it holds no secret.
        settings: The settings, or what is wrong with them.
        tables: The tables that are there.
        misspelt: Tables that are most likely there under another name; they are not said to be missing too.
        faults: What is wrong with the source as a whole.
        notes: What was passed over and wants to be said.
        places: How messages name places in this source.
    """

    name: str
    shown: str
    settings: SettingsReading = field(default_factory=SettingsReading)
    tables: dict[str, TableText] = field(default_factory=dict)
    misspelt: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    places: Places = FOLDER

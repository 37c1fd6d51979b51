"""What can be taken out of an instance, each with the overrides that do it: an item is a rule, a part of one, a row or a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from optimiser.explain.edits import Edit

SETTINGS = "instance.toml"


@dataclass(frozen=True)
class Item:
    """Something that can be taken out of an instance.

    Attributes:
        kind: `rule`, `commitment`, `contract`, `can_host`, `host_capacity`, `pair`, `distance`, `performance`, `ceases`, `vehicle`; or
            `group`, all items of one rule or table.
        rule: Rule or datum that acts, by name.
        edits: What takes it out.
        service, council, other: What it is about, as far as that has names; the other council, the vehicle, the alternative.
        part: Part of the rule; decision of a commitment.
        table: File in which it stands.
        row: Its row there, as a spreadsheet numbers it.
        column: Column of the table, or path in instance.toml.
        value: What is asked, or what the data have.
        unit: Its unit.
        demand: Whether it asks for something to be shared or done otherwise, so that without any such item there is a plan.
        source: Figure of a rule, or row of a table, that it is made from.
    """

    kind: str
    rule: str
    edits: tuple[Edit, ...]
    service: str = ""
    council: str = ""
    other: str = ""
    part: str = ""
    table: str = SETTINGS
    row: int | None = None
    column: str = ""
    value: Any = None
    unit: str = ""
    demand: bool = False
    source: Any = None

    @property
    def key(self) -> tuple[Any, ...]:
        """Order among items: kind by kind, by what they are about, then by row."""
        return (not self.demand, KINDS.index(self.kind), self.rule, self.service, self.council, self.other, self.part, self.row or 0)


KINDS = ("commitment", "rule", "contract", "can_host", "host_capacity", "vehicle", "ceases", "performance", "pair", "distance", "group")

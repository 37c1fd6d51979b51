"""Instances of which it is known why they have no plan: the shire with one cause planted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import oracle
from small import SHIRE, TWO_SERVICES, shire
from written import write_folder

from instances import Instance
from optimiser.explain import Explanation
from optimiser.explain.edits import changed

DECIDED = "council, service, decision, other, go_live\n"
SAVES = "process_saving = 0.1\nduplication_avoided = 0.5"
"""Whoever hosts saves a tenth of the variable cost; whoever joins half of the fixed cost too."""
OAK_WITH_ASH = DECIDED + "Oak, payroll, shares_with, Ash,\n"


@dataclass(frozen=True)
class Planted:
    """An instance without a plan.

    Attributes:
        clash: What clashes, each as rule, scope and place; as `named` has it.
        least: For each repair that must be found, an override that goes a little less far, and is not enough; '' where there is none.
        rules, economics, calendar: Parts of instance.toml.
        tables: Tables in the place of those of the shire.
    """

    clash: tuple[str, ...]
    least: Mapping[str, str]
    rules: str = ""
    economics: str = SAVES
    calendar: str = "12 2 3"
    tables: Mapping[str, str] = field(default_factory=dict)

    def instance(self, folder: Path) -> Instance:
        """The instance, written and read."""
        return shire(folder, self.calendar, rules=self.rules, economics=self.economics, **self.tables)


def named(found: Explanation) -> list[set[str]]:
    """Each clash: rule, scope, and row of its table or path in instance.toml."""
    return [
        {f"{item.rule}: {item.scope} [{item.column if item.row is None else f'{item.table} {item.row}'}]" for item in clash.items}
        for clash in found.clash_list
    ]


def optimum(instance: Instance, overrides: tuple[str, ...], folder: Path) -> float | None:
    """The best NPV by enumeration with overrides; None where there is no plan."""
    best = oracle.best(write_folder(changed(instance, overrides), folder))
    return None if best is None else best.npv


__all__ = ["DECIDED", "OAK_WITH_ASH", "SAVES", "SHIRE", "TWO_SERVICES", "Planted", "named", "optimum"]

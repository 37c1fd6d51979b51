"""What the store has of earlier runs, each read once in a start however often it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from instances import Instance
from optimiser.compare.side import Side
from optimiser.plan import Plan
from optimiser.store import Store


@dataclass(frozen=True)
class Past:
    """Earlier runs.

    Attributes:
        store: Where they are.
    """

    store: Store
    _plans: dict[str, Plan] = field(default_factory=dict)
    _instances: dict[str, Instance] = field(default_factory=dict)

    def plan(self, run: str) -> Plan:
        """The plan of a run."""
        if run not in self._plans:
            self._plans[run] = self.store.plan(run)
        return self._plans[run]

    def instance(self, run: str) -> Instance:
        """The data that it read."""
        if run not in self._instances:
            self._instances[run] = self.store.instance(run)
        return self._instances[run]

    def side(self, run: str, name: str) -> Side:
        """A side of a comparison."""
        plan = self.plan(run)
        return Side(name, plan.document, self.instance(run), run, plan.status, plan.instance, plan.document.manifest)

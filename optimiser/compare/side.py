"""A side of a comparison: a plan, the data that it is of, and how it was solved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from instances import Instance
from optimiser.compare.result import SideFigures
from optimiser.plan import PlanDocument


@dataclass(frozen=True)
class Side:
    """One of those that are compared.

    Attributes:
        name: As it was asked for.
        plan: Its plan; None where there is none.
        instance: The data that it is of, scenarios and overrides applied; None where nobody has kept them.
        run: The run that gave it.
        status: How the solve ended.
        label: Name of the instance.
        manifest: What gave it: digests, settings, versions.
    """

    name: str
    plan: PlanDocument | None
    instance: Instance | None
    run: str
    status: str
    label: str
    manifest: Mapping[str, Any]

    def figures(self) -> SideFigures:
        """In a few figures."""
        known = {"name": self.name, "run": self.run, "instance": self.label, "status": self.status}
        if self.plan is None:
            return SideFigures(**known)
        summary = self.plan.summary
        return SideFigures(
            **known,
            npv=self.plan.npv,
            bound=self.plan.bound,
            gap=self.plan.gap,
            annual_saving=summary.annual_saving,
            one_off=summary.one_off,
            net_saving=summary.net_saving,
            partnerships=summary.partnerships,
            options=summary.options,
            councils=summary.councils,
            go_lives=summary.go_lives,
            latest_go_live=max(self.plan.go_lives().values(), default=None),
        )

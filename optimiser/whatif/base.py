"""The base of all what-ifs: an instance with its plan, and how it was solved."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from instances import Instance
from instances.asked import Configuration
from optimiser.audit import Alternative, Decision, alternatives_of, decisions_of, worth
from optimiser.methods.frame import Frame
from optimiser.pipeline import SolveSettings, solve
from optimiser.plan import Plan
from optimiser.start import Start
from optimiser.versions import versions

PASSED_ON = ("time_limit", "threads", "seed", "solver", "method")
"""Settings of the base solve that every what-if is solved with; the gap is passed on too, as it was resolved."""


@dataclass(frozen=True)
class Base:
    """An instance, its plan, and what every other solve has in common with the one that gave it.

    It goes to other processes as it is, so it holds no events and no callbacks.

    Attributes:
        instance: The data, scenarios and overrides applied.
        plan: Its plan; the held plan of every what-if.
        gap: The relative gap that is proven, in every what-if too.
        settings: Other fields of SolveSettings, by name.
    """

    instance: Instance
    plan: Plan
    gap: float
    settings: Mapping[str, Any]

    @cached_property
    def decisions(self) -> tuple[Decision, ...]:
        """What the plan decides, as the audit reads it."""
        return decisions_of(self.plan.document)

    @cached_property
    def alternatives(self) -> tuple[Alternative, ...]:
        """The alternatives to sharing that it takes."""
        return alternatives_of(self.plan.document)

    @cached_property
    def configuration(self) -> Configuration:
        """Its hosts, members and alternatives."""
        return self.plan.document.configuration()

    @cached_property
    def start(self) -> Start:
        """What every what-if starts from: the plan, and what solves in this process have in common."""
        return replace(self.plan.start(), frame=Frame(self.instance, self.plan.learned))

    def __getstate__(self) -> dict[str, Any]:
        """Another process makes a start of its own."""
        return {name: value for name, value in self.__dict__.items() if name != "start"}

    @cached_property
    def worth(self) -> Mapping[str, float]:
        """NPV of what the plan does in each service that it does anything in, GBP."""
        return worth(self.instance, self.decisions, self.alternatives) or {}

    def allowed(self, value: float) -> float:
        """By how much another plan may be worth more than one of some value, GBP, and still count as no better: the gap, or half a penny."""
        return max(self.gap * abs(value), 0.005)


def base_of(instance: Instance, settings: SolveSettings | None = None, plan: Plan | None = None) -> Base:
    """Solve an instance for what-ifs; or take its plan, where that is known.

    Raises:
        InfeasibleError: There is no plan to start from; `optimiser.explain` says why.
        NoPlanError: Stopped before a plan was found.
    """
    settings = settings or SolveSettings()
    plan = solve(instance, settings) if plan is None else plan
    gap = float(plan.document.manifest["solve"]["gap"])
    return Base(instance, plan, gap, {name: getattr(settings, name) for name in PASSED_ON})


def digest(instance: Instance, settings: SolveSettings, asked: Any) -> str:
    """Twelve characters that stand for data, settings, versions and a question: what is finished is known by them."""
    how = {"gap": settings.gap, **{name: getattr(settings, name) for name in PASSED_ON}}
    content = [instance.digests(), how, versions(), asked]
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]

"""The study behind a page: which ranges, how many draws, which inputs are turned until another plan is better."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from instances import Instance, read
from instances.ranges import Range
from optimiser import Plan, solve
from optimiser.sensitivity import Scope, SensitivityDocument, sensitivity
from optimiser.sensitivity.dial import dial_of
from optimiser.sensitivity.tipping import Tipping, tipping
from optimiser.sensitivity.turned import Turned
from optimiser.whatif import base_of

DRAWS = 20
"""Draws of every page: few, so that the pages are quickly made again."""
POINTS = 6
"""Points of each frontier, at most."""
GREEN_BOOK = "economics.discount_rate = 0.035"
"""The rate that the Green Book gives for every year of these appraisals, written out so that it can be turned."""
COMMON = {
    "economics.discount_rate": (0.02, 0.06),
    "economics.optimism_bias.savings": (0.0, 0.3),
    "economics.optimism_bias.costs": (0.0, 0.25),
    "rules.minimum_saving": (0.05, 0.15),
}
"""Ranges that every case has besides its own, unless it has one of its own for the same path."""
CHOSEN = ("rules.minimum_saving",)
"""Those of them that are not drawn from."""


@dataclass(frozen=True)
class Words:
    """What is written by hand for a case: what to take from it, with placeholders for figures; and inputs that are turned."""

    name: str
    take: str
    turned: tuple[str, ...]


@cache
def written() -> dict[str, Words]:
    """What is written by hand, by case."""
    text = (Path(__file__).parent / "cases.toml").read_text(encoding="utf-8")
    return {name: Words(name, " ".join(row["take"].split()), tuple(row["turned"])) for name, row in tomllib.loads(text).items()}


def common_ranges(instance: Instance) -> dict[str, Range]:
    """The common ranges that a case has not given itself; that of the minimum saving only where the rule is on."""
    off = set() if instance.rules.minimum_saving else {"rules.minimum_saving"}
    missing = [path for path in COMMON if path not in instance.settings.ranges and path not in off]
    return {path: Range(low=COMMON[path][0], high=COMMON[path][1], mid=None, source="common to all pages", note=None) for path in missing}


@dataclass(frozen=True)
class Tipped:
    """An input that was turned both ways until another plan was better.

    Attributes:
        path: Its path.
        base: Where it stands, in words.
        below, above: Where another plan beats the plan as it is.
    """

    path: str
    base: str
    below: Tipping
    above: Tipping


class Study:
    """Everything that a page is written from; each part is studied when it is first asked for.

    Attributes:
        instance: The case.
        plan: Its plan.
        common: The ranges that were added to those of the case.
        ranges: All of them.
        words: What is written by hand.
    """

    def __init__(self, name: str, kept: Path) -> None:
        """Read and solve a case; `kept` is a folder in which the parts share the plan."""
        self.instance: Instance = read(name, overrides=[GREEN_BOOK])
        self.plan: Plan = solve(self.instance)
        self.common = common_ranges(self.instance)
        self.ranges = self.instance.settings.ranges | self.common
        self.words = written()[name]
        self._kept = kept

    @cached_property
    def inputs(self) -> SensitivityDocument:
        """Every range at its ends, and switching values."""
        return self._part("inputs", ranges=self.common, tipping=False)

    @cached_property
    def prices(self) -> SensitivityDocument:
        """Rules, commitments, pairs, hosts and withdrawals."""
        return self._part("rules", "pairs", "decisions", "withdrawal")

    @cached_property
    def frontier(self) -> SensitivityDocument:
        """NPV against other measures."""
        return self._part("frontier", points=POINTS)

    @cached_property
    def drawn(self) -> SensitivityDocument:
        """All ranges at once, but for what a rule asks if that range is a common one: a rule is chosen, not uncertain."""
        ranges = {path: given for path, given in self.common.items() if path not in CHOSEN}
        return self._part("uncertainty", ranges=ranges, draws=DRAWS)

    @cached_property
    def tipped(self) -> tuple[Tipped, ...]:
        """The inputs that are turned until another plan is better."""
        base = base_of(self.instance, plan=self.plan)
        found = []
        for path in self.words.turned:
            dial = dial_of(self.instance, path, self.ranges.get(path))
            turned = Turned(base, dial)
            found.append(Tipped(path, dial.said(dial.base), tipping(turned, -1), tipping(turned, 1)))
        return tuple(found)

    def _part(self, *parts: Any, **scope: Any) -> SensitivityDocument:
        """Some parts of a study; the plan is solved once for all of them, and kept."""
        return sensitivity(self.instance, Scope(parts=parts, **scope), unfinished=self._kept).document

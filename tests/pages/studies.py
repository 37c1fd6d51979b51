"""The study behind a page: which ranges, how many draws, which inputs are turned until another plan is better."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from instances import Instance, read
from instances.ranges import Range
from optimiser import Plan, solve
from optimiser.sensitivity import Scope, SensitivityDocument, sensitivity

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


@dataclass(frozen=True)
class Words:
    """What is written by hand for a case: what to take from it, with placeholders for figures; and inputs that are turned."""

    name: str
    take: str
    turned: tuple[str, ...]


@dataclass(frozen=True)
class Study:
    """Everything that a page is written from.

    Attributes:
        instance: The case.
        plan: Its plan.
        found: The study of all ranges, without tipping values.
        tipped: The study of the inputs that are turned until another plan is better.
        common: The ranges that were added to those of the case.
        words: What is written by hand.
    """

    instance: Instance
    plan: Plan
    found: SensitivityDocument
    tipped: SensitivityDocument
    common: dict[str, Range]
    words: Words


@cache
def written() -> dict[str, Words]:
    """What is written by hand, by case."""
    text = (Path(__file__).parent / "cases.toml").read_text(encoding="utf-8")
    return {name: Words(name, " ".join(row["take"].split()), tuple(row["turned"])) for name, row in tomllib.loads(text).items()}


def common_ranges(instance: Instance) -> dict[str, Range]:
    """The common ranges that a case has not given itself; that of the minimum saving only where the rule is on."""
    off = set() if instance.rules.minimum_saving else {"rules.minimum_saving"}
    missing = [path for path in COMMON if path not in instance.settings.ranges and path not in off]
    return {path: Range(low=COMMON[path][0], high=COMMON[path][1], source="common to all pages") for path in missing}


def studied(name: str) -> Study:
    """Study a case."""
    instance = read(name, overrides=[GREEN_BOOK])
    common, words = common_ranges(instance), written()[name]
    given = instance.settings.ranges | common
    only = {path: given[path] for path in words.turned if path in given}
    narrow = replace(instance, settings=instance.settings.model_copy(update={"ranges": only}))
    turned = Scope(parts=("inputs",), inputs=tuple(path for path in words.turned if path not in given))
    return Study(
        instance,
        solve(instance),
        sensitivity(instance, Scope(ranges=common, tipping=False, draws=DRAWS, points=POINTS)).document,
        sensitivity(narrow, turned).document,
        common,
        words,
    )

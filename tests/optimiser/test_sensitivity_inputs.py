"""Inputs against enumeration: held and best NPV at both ends, switching values, tipping values, on random tiny instances."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from enumerated import Configuration, best_by_configuration, configuration
from oracle import Decisions, broken_rules, value
from outcomes import HALF_A_PENNY, decided
from tiny import write_tiny
from written import write_folder

from instances import Instance, InstanceError, apply, read
from instances.ranges import Range
from optimiser.errors import InfeasibleError
from optimiser.sensitivity.dial import dial_of
from optimiser.sensitivity.inputs import InputQuestion, InputResult, study_input
from optimiser.sensitivity.tipping import FINE, Tipping
from optimiser.whatif import Base, base_of

FAST, SEEDS = range(6), range(18)
CHUNK = 6
EACH = 3
"""Inputs of each base, every time others."""
HAIR = 2 * FINE
RANGES: dict[str, Range] = {}
"""Of the inputs at hand, by path."""
WITHOUT_RANGE = ("rules.minimum_saving", "rules.payback", "rules.maximum_distance", "rules.minimum_total_saving.amount")
"""Inputs that are turned from where they stand, where they stand anywhere."""


def bases(seeds: range, folder: Path) -> Iterator[Base]:
    """The bases of seeds that have a plan in which something is done."""
    for seed in seeds:
        write_tiny(folder / f"{seed}", seed)
        try:
            base = base_of(read(folder / f"{seed}"))
        except InfeasibleError:
            continue
        if base.decisions:
            yield base


def inputs(base: Base) -> Iterator[InputQuestion]:
    """Some of each kind: shares, costs of one council and of all, dates, counts, lists, figures of rules."""
    instance, first = base.instance, base.decisions[0]
    council = first.moves[-1].council
    yield InputQuestion("economics.optimism_bias.savings", Range(low=0.0, high=0.5), True)
    yield InputQuestion("services.*.process_saving", Range(low=0.0, high=0.3), True)
    cost = instance.baselines[council, first.service].annual_cost
    yield InputQuestion(f"baselines.{council}.{first.service}.annual_cost", Range(low=cost, high=2 * cost + 1000), True)
    yield InputQuestion("economics.phase_in", Range(low=[0.0, 0.5], high=[1.0]), True)
    for path in WITHOUT_RANGE:
        name = path.split(".")[1]
        if getattr(instance.rules, name) not in (None, False):
            yield InputQuestion(path, None, True)


class Turned:
    """The oracle's view of an instance with one input turned."""

    def __init__(self, base: Base, folder: Path) -> None:
        self.base, self.folder = base, folder
        self.plan: Decisions = decided(base.plan.document)
        self.own: Configuration = configuration(self.plan)

    def at(self, override: str) -> Path | None:
        """The folder with an override; None where the value is not allowed."""
        try:
            return write_folder(apply(self.base.instance, overrides=[override]), self.folder)
        except InstanceError:
            return None

    def tips(self, override: str) -> bool | None:
        """Whether another configuration beats the held plan by more than half a penny, or it breaks a rule and the best plan is another's."""
        folder = self.at(override)
        if folder is None:
            return None
        plans = best_by_configuration(folder)
        others = [npv for found, npv in plans.items() if found != self.own]
        if not broken_rules(folder, *self.plan):
            return max(others, default=float("-inf")) > value(folder, *self.plan) + HALF_A_PENNY
        return not plans or max(others, default=float("-inf")) > plans.get(self.own, float("-inf")) + HALF_A_PENNY


def check_ends(turned: Turned, found: InputResult) -> None:
    """What is held and what is best at each end is what enumeration says."""
    for end in (found.low, found.high):
        folder = None if end is None else turned.at(end.override)
        if end is None or folder is None:
            assert end is None or end.refused
            continue
        broken = {line.split(":")[0] for line in broken_rules(folder, *turned.plan)}
        assert end.held == pytest.approx(value(folder, *turned.plan), abs=HALF_A_PENNY)
        assert bool(end.broken) == bool(broken)
        plans = best_by_configuration(folder)
        assert (end.reoptimised.status == "infeasible") == (not plans)
        if plans:
            assert end.reoptimised.npv == pytest.approx(max(plans.values()), abs=HALF_A_PENNY)
            own = plans.get(turned.own, float("-inf"))
            assert not end.changes or own <= max(plans.values()) + HALF_A_PENNY


def check_switching(turned: Turned, found: InputResult) -> None:
    """The held plan is worth nothing there, and nowhere nearer does its NPV change sign."""
    switching, instance = found.switching, turned.base.instance
    if switching.position is None:
        return
    folder = turned.at(switching.override)
    assert folder is not None
    if not switching.jumps:
        assert value(folder, *turned.plan) == pytest.approx(0.0, abs=max(0.01, 1e-7 * abs(turned.base.plan.npv)))
    assert isinstance(instance, Instance)


def check_tipping(turned: Turned, found: InputResult, side: Tipping) -> None:
    """Just beyond it tips, and just short of it does not; nowhere nearer either. Where nothing is said to tip, the end of the range does not.

    A rule is judged to half a penny by everybody, so next to where it begins to bite a hair is left.
    """
    if side.position is None:
        end = found.low if side is found.below else found.high
        assert end is None or not turned.tips(end.override), (found.path, side)
        return
    dial = dial_of(turned.base.instance, found.path, RANGES.get(found.path))
    assert dial.base is not None
    way = side.position - dial.base
    far = max(abs(end - dial.base) for end in (dial.low, dial.high, side.position, 2 * dial.base) if end is not None)
    hair = 0.0 if dial.whole else HAIR * far / abs(way)
    beyond = dial.override(dial.base + (1 + hair) * way)
    assert turned.tips(beyond) in (True, None), (found.path, side)
    places = [override for override in (side.override, beyond) if turned.tips(override)]
    assert not places or any(is_rival(turned, side, override) for override in places), (found.path, side)
    inner = (side.position - (1 if way > 0 else -1) - dial.base) / way if dial.whole else 1 - hair
    for part in (inner, 0.6 * inner) if inner > 0 else ():
        where = dial.base + part * way
        assert not turned.tips(dial.override(round(where) if dial.whole else where)), (found.path, side, where)


def is_rival(turned: Turned, side: Tipping, override: str) -> bool:
    """Whether the rival is the best of the other configurations, and it is told where the held one is better still in other tranches.

    Where it tips because some rule begins to let a plan through, enumeration knows of that a hair further on.
    """
    folder = turned.at(override)
    plans = {} if folder is None else best_by_configuration(folder)
    own, others = plans.pop(turned.own, float("-inf")), max(plans.values(), default=float("-inf"))
    if side.rival is None or side.rival.npv is None:
        return not plans
    hair = max(HALF_A_PENNY, 1e-6 * abs(others))
    arranged = frozenset((*key, *how) for key, how in side.configuration.items())
    best = abs(side.rival.npv - others) <= hair and abs(plans[arranged] - others) <= hair
    return best and (abs(own - others) <= hair or side.retimed == (own > others))


def parts() -> list[object]:
    """Seeds in parts, those beyond the fast run marked as long."""
    starts = range(0, SEEDS.stop, CHUNK)
    return [
        pytest.param(range(first, first + CHUNK), id=f"{first}", marks=[] if first < FAST.stop else pytest.mark.long) for first in starts
    ]


@pytest.mark.parametrize("seeds", parts())
def test_inputs_agree_with_enumeration(tmp_path: Path, seeds: range) -> None:
    """Every figure of every input that is tried."""
    tried = 0
    for base in bases(seeds, tmp_path):
        turned = Turned(base, tmp_path / "turned")
        asked = list(inputs(base))
        for question in [asked[(tried + i) % len(asked)] for i in range(EACH)]:
            if question.given is not None:
                RANGES[question.path] = question.given
            found = study_input(base, question)
            check_ends(turned, found)
            check_switching(turned, found)
            assert found.below is not None
            assert found.above is not None
            for side in (found.below, found.above):
                check_tipping(turned, found, side)
            tried += 1
    assert tried

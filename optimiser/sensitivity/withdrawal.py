"""Withdrawal: a council leaves before the start, or after adoption.

Before: the instance is solved again without it. After: the plan is held without its moves; partnerships that it hosts, or that fall below
their least number of members, are dissolved; one-off costs stay paid; who leaves and who is in a dissolved partnership pays `exit_cost`
(with optimism bias, discounted from its own go-live). What the others lose is their NPV in the plan less their NPV then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pydantic import BaseModel, ConfigDict

from instances import Instance, InstanceError, apply
from instances.instance import row_key
from instances.paths import join_path
from instances.tables import Commitment
from optimiser.audit import Alternative, Assessment, Decision, assess
from optimiser.sensitivity.tipping import as_decided
from optimiser.whatif import Answer, Base, Task, held_decisions, reoptimise


class CouncilLoss(BaseModel):
    """What one council has in the plan, and after a withdrawal, before payments between partners, GBP.

    Attributes:
        council: The council.
        plan: Its NPV in the plan.
        before: Its NPV where the leaver never came; None where there is no plan then.
        after: Its NPV where the leaver has left after adoption; None where that is not asked, since the leaver shares nothing.
        exit_cost: What of it is exit costs, discounted.
        sunk: What of it is one-off costs that were paid for nothing, discounted.
    """

    model_config = ConfigDict(frozen=True)

    council: str
    plan: float
    before: float | None = None
    after: float | None = None
    exit_cost: float = 0.0
    sunk: float = 0.0


class Withdrawal(BaseModel):
    """What one council's leaving means.

    Attributes:
        council: Who leaves.
        overrides: What takes it out before the start.
        refused: Why the data do not allow that.
        answer: The best plan without it.
        dissolved: Partnerships that end with it after adoption, (service, host).
        broken: Rules that what is left of the plan breaks, by name.
        npv_after: NPV of what is left of the plan, with what was paid and exit costs, GBP.
        losses: Every council, the leaver too.
    """

    model_config = ConfigDict(frozen=True)

    council: str
    overrides: tuple[str, ...]
    refused: str = ""
    answer: Answer = Answer(status="unknown")
    dissolved: tuple[tuple[str, str], ...] = ()
    broken: tuple[str, ...] = ()
    npv_after: float | None = None
    losses: tuple[CouncilLoss, ...] = ()


def withdrawal_tasks(base: Base) -> list[Task[str]]:
    """A task for each council that the plan has in a partnership."""
    sharing = sorted({council for decision in base.decisions for council in decision.members})
    return [Task(f"withdrawal {council}", council) for council in sharing]


def study_withdrawal(base: Base, council: str) -> Withdrawal:
    """One council's leaving, before and after."""
    overrides = tuple(without(base.instance, council))
    plan = {row.council: row.npv for row in base.plan.document.councils}
    before: dict[str, float] = {}
    refused, answer = "", Answer(status="unknown")
    try:
        instance = apply(base.instance, overrides=overrides)
        answer = reoptimise(base, instance)
        if answer.npv is not None:
            found = held_decisions(instance, *as_decided(answer))
            before = {} if found is None else dict(found.councils)
    except InstanceError as error:
        refused = str(error.faults[0])
    left = _Left(base, council)
    losses = tuple(
        CouncilLoss(
            council=name,
            plan=npv,
            before=before.get(name, 0.0) if before else None,
            after=left.npv(name),
            exit_cost=left.exits.get(name, 0.0),
            sunk=left.sunk.get(name, 0.0),
        )
        for name, npv in plan.items()
    )
    return Withdrawal(
        council=council,
        overrides=overrides,
        refused=refused,
        answer=answer,
        dissolved=tuple((d.service, d.host) for d in left.dissolved),
        broken=left.found.broken,
        npv_after=sum(left.npv(name) for name in plan),
        losses=losses,
    )


def without(instance: Instance, council: str) -> Iterator[str]:
    """Overrides that take a council out of all sharing: what is decided of it goes, it stays out, and takes no alternative."""
    if any(key[0] == council for key in instance.options):
        yield f"{join_path(['options', council, '*', '*'])} = off"
    for row in instance.rows(Commitment):
        if council in (row.council, row.other):
            yield f"{join_path(['commitments', *map(str, row_key(row))])} = off"
    if instance.rules.commitments:
        yield f'commitments += {{ council = "{council}", decision = "stays_out" }}'
        return
    for table in ("contracts", "estimates"):
        model_keys = {row_key(row) for row in instance.tables.get(table, ())}
        if any(key[0] == council for key in model_keys):
            yield f"{join_path([table, council, *('*' for _ in next(iter(model_keys))[1:])])} = off"
    yield f"{join_path(['baselines', council, '*'])} = off"


class _Left:
    """What is left of the plan once a council has left it.

    Attributes:
        dissolved: Partnerships that end.
        found: The rest, assessed.
        exits: Exit costs by council, discounted, GBP.
        sunk: One-off costs of what ended, by council, discounted, GBP.
    """

    def __init__(self, base: Base, council: str) -> None:
        instance = base.instance
        kept: list[Decision] = []
        ended: list[Decision] = []
        self.dissolved: list[Decision] = []
        for decision in base.decisions:
            if council not in decision.members:
                kept.append(decision)
                continue
            staying = tuple(move for move in decision.moves if move.council != council)
            if decision.host == council or len(staying) < least_members(instance, decision):
                self.dissolved.append(decision)
                ended.append(decision)
            else:
                kept.append(replace(decision, moves=staying))
                ended.append(replace(decision, moves=tuple(move for move in decision.moves if move.council == council)))
        self.found = _assessed(instance, kept, base.alternatives)
        whole = _assessed(instance, base.decisions, base.alternatives)
        self.sunk, self.exits = _sunk(instance, whole, ended), _exits(instance, ended)
        self._npv = {row.council: row.npv for row in self.found.figures.councils}

    def npv(self, council: str) -> float:
        """A council's NPV then, GBP."""
        return self._npv.get(council, 0.0) - self.sunk.get(council, 0.0) - self.exits.get(council, 0.0)


def _assessed(instance: Instance, decisions: Sequence[Decision], alternatives: Sequence[Alternative]) -> Assessment:
    found = assess(instance, decisions, alternatives)
    assert found is not None  # decisions of the plan itself, or some of them
    return found


def least_members(instance: Instance, decision: Decision) -> int:
    """Below this a partnership is dissolved: the service's least size, its vehicle's, and two."""
    vehicle = instance.vehicles(decision.service)[decision.vehicle]
    return max(instance.partnership_size()[decision.service][0], vehicle.minimum_members or 2)


def _ended_moves(ended: Sequence[Decision]) -> Iterator[tuple[str, str, str, int]]:
    """(service, host, council, tranche) of every move that ends."""
    yield from ((d.service, d.host, move.council, move.tranche) for d in ended for move in d.moves)


def _sunk(instance: Instance, whole: Assessment, ended: Sequence[Decision]) -> dict[str, float]:
    gone, sunk = set(_ended_moves(ended)), dict[str, float]()
    for partnership in whole.figures.partnerships:
        for member in partnership.members:
            if (partnership.service, partnership.host, member.council, member.tranche) in gone and member.tranche >= 0:
                paid = member.one_off * _discount(instance, member.tranche)
                sunk[member.council] = sunk.get(member.council, 0.0) + paid
    return sunk


def _exits(instance: Instance, ended: Sequence[Decision]) -> dict[str, float]:
    exits: dict[str, float] = {}
    for service, _, council, tranche in _ended_moves(ended):
        cost = instance.parameter(service, "exit_cost") * (1 + instance.economics.optimism_bias.costs)
        exits[council] = exits.get(council, 0.0) + cost * _discount(instance, max(tranche, 0))
    return exits


def _discount(instance: Instance, tranche: int) -> float:
    return instance.economics.discount_factor(instance.calendar, tranche)

"""The audit: every figure and every rule of a plan, worked out again from the instance and the plan's decisions alone.

It shares no pricing, no model and no solver with what made the plan, and it is written literally, period by period, so that
it can be checked against model.md line by line. Taken from the plan are the partnerships (service, host, vehicle, members with
their tranches and payments), the alternatives taken with their tranches, which objective it has and what a change costs, and
the bound; labels (run, title, status, manifest) are not figures and are left alone.

    decisions.py           what is taken from the plan (model.md, section 2)
    flows.py               what a member or an alternative saves and pays, head by head, in each period (section 3)
    figures.py             the figures of the plan as sums of these flows
    objective.py           what is maximised, changes against an adopted plan, bound and gap (section 5)
    compare.py             the plan's figures against them, to half a penny
    structure.py           who shares what with whom and when (section 2)
    partnership_rules.py   the rules about moves, pairs and partnerships (section 4)
    programme_rules.py     the rules across partnerships
    council_rules.py       the rules about one council over all its services
    money_rules.py         the rules about money
    sequencing.py          what has to be live first
    commitment_rule.py     what is already decided is kept
    asked.py               what is asked besides the rules
    facts.py, pairs.py, decided.py   what is looked up: discount factors, tiers, contracts, ends, distances, commitments
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from instances import Instance
from instances.asked import Asked
from optimiser.audit import council_rules, money_rules, partnership_rules, programme_rules
from optimiser.audit.asked import asked_faults
from optimiser.audit.commitment_rule import commitments
from optimiser.audit.compare import compare, compare_rules
from optimiser.audit.decisions import Alternative, Decision, Move, alternatives_of, decisions_of, unpriceable
from optimiser.audit.facts import Facts
from optimiser.audit.figures import Figures, derive, derive_from
from optimiser.audit.flows import alternative_flows, partnership_flows
from optimiser.audit.lines import Applied
from optimiser.audit.objective import Arrangements, objective_faults
from optimiser.audit.sequencing import sequencing
from optimiser.audit.structure import structural_faults
from optimiser.plan import PlanDocument, RuleLine

__all__ = [
    "Alternative",
    "Assessment",
    "Audit",
    "Decision",
    "Figures",
    "Move",
    "alternatives_of",
    "assess",
    "audit",
    "decisions_of",
    "derive",
]


@dataclass(frozen=True)
class Audit:
    """What the audit of a plan found.

    Attributes:
        faults: Everything that is wrong, a sentence each; empty for a sound plan.
        rules: The rule lines of the plan, for rules.csv.
        npv: Net present value by the audit, GBP; not a number where the decisions cannot be priced.
    """

    faults: tuple[str, ...]
    rules: tuple[RuleLine, ...]
    npv: float

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def audit(
    instance: Instance, document: PlanDocument, adopted: PlanDocument | Arrangements | None = None, asked: Sequence[Asked] = ()
) -> Audit:
    """Audit a plan.

    Decisions that cannot be priced at all (unknown names, tranches that are none) end the audit with these faults. The rule
    lines of a plan are compared only if it carries any, since a new plan gets them from here.

    Args:
        instance: The instance that the plan was made for, overrides applied.
        document: The plan.
        adopted: The plan from which each difference counts as a change, if the plan was made against one; or its arrangements
            alone, by (council, service): host, vehicle and tranche, or '', the alternative and its tranche.
        asked: What was asked of the plan besides the rules.
    """
    decisions, alternatives = decisions_of(document), alternatives_of(document)
    faults = unpriceable(instance, decisions, alternatives)
    if faults:
        return Audit(tuple(faults), (), float("nan"))
    facts = Facts(instance)
    found = _assess(facts, decisions, alternatives)
    faults += found.faults
    faults += asked_faults(facts, decisions, alternatives, found.figures, asked)
    faults += objective_faults(facts, document, found.figures, adopted)
    faults += compare(instance, document, found.figures)
    faults += compare_rules(document.rules, found.rules)
    return Audit(tuple(faults), found.rules, found.figures.npv)


@dataclass(frozen=True)
class Assessment:
    """What decisions are worth and which rules they keep, whatever plan or instance they were made for.

    Attributes:
        figures: Every figure.
        applied: Every application of a rule, with its fault where it is broken.
        structure: What no plan may have whatever the rules, a sentence each.
    """

    figures: Figures
    applied: tuple[Applied, ...]
    structure: tuple[str, ...]

    @property
    def rules(self) -> tuple[RuleLine, ...]:
        """The rule lines."""
        return tuple(one.line for one in self.applied)

    @property
    def faults(self) -> tuple[str, ...]:
        """Everything that is wrong, a sentence each."""
        return (*self.structure, *(one.fault for one in self.applied if one.fault))

    @property
    def broken(self) -> tuple[str, ...]:
        """Rules that are broken, by name, in the order of model.md's table."""
        return tuple(dict.fromkeys(one.line.rule for one in self.applied if one.fault))


def assess(instance: Instance, decisions: Sequence[Decision], alternatives: Sequence[Alternative] = ()) -> Assessment | None:
    """What decisions are worth in an instance and which rules they break there; None where they cannot be priced in it."""
    if unpriceable(instance, decisions, alternatives):
        return None
    return _assess(Facts(instance), decisions, alternatives)


def worth(instance: Instance, decisions: Sequence[Decision], alternatives: Sequence[Alternative] = ()) -> dict[str, float] | None:
    """NPV of decisions in an instance by service, GBP, and nothing else; None where they cannot be priced in it."""
    if unpriceable(instance, decisions, alternatives):
        return None
    facts, found = Facts(instance), dict[str, float]()
    members = [flows for decision in decisions for flows in partnership_flows(facts, decision)]
    for flows in (*members, *(alternative_flows(facts, one) for one in alternatives)):
        found[flows.service] = found.get(flows.service, 0.0) + flows.npv(facts)
    return found


def _assess(facts: Facts, decisions: Sequence[Decision], alternatives: Sequence[Alternative]) -> Assessment:
    figures = derive_from(facts, decisions, alternatives)
    applied = _apply_rules(facts, decisions, alternatives, figures)
    return Assessment(figures, tuple(applied), tuple(structural_faults(facts, decisions, alternatives, figures)))


def _apply_rules(facts: Facts, decisions: Sequence[Decision], alternatives: Sequence[Alternative], figures: Figures) -> list[Applied]:
    """Every rule that is on, applied wherever it applies to this plan, in the order of model.md's table."""
    applied: list[Applied] = []
    for decision, partnership, flows in zip(decisions, figures.partnerships, figures.partnership_flows, strict=True):
        applied += partnership_rules.contract_timing(facts, decision)
        applied += partnership_rules.maximum_distance(facts, decision)
        applied += partnership_rules.maximum_span(facts, decision)
        applied += partnership_rules.contiguity(facts, decision)
        applied += partnership_rules.compatibility(facts, decision)
        applied += partnership_rules.partnership_size(facts, decision)
        applied += partnership_rules.vehicle_size(facts, decision)
        applied += partnership_rules.minimum_saving(facts, decision, partnership)
        applied += money_rules.payback(facts, decision, flows)
        applied += partnership_rules.onboarding_capacity(facts, decision)
        applied += partnership_rules.host_capacity(facts, decision)
        applied += partnership_rules.quality(facts, decision)
    applied += programme_rules.maximum_partnerships(facts, decisions)
    applied += money_rules.minimum_total_saving(facts, figures)
    applied += money_rules.no_council_worse_off(facts, figures)
    applied += money_rules.investment_limit(facts, figures)
    applied += programme_rules.delivery_capacity(facts, decisions)
    applied += programme_rules.programme_capacity(facts, decisions)
    applied += council_rules.hosting_limit(facts, decisions)
    applied += council_rules.each_hosts(facts, decisions)
    applied += sequencing(facts, decisions)
    applied += council_rules.bundle(facts, decisions)
    applied += council_rules.partner_limit(facts, decisions)
    applied += commitments(facts, decisions, alternatives)
    return sorted(applied, key=lambda one: one.order)

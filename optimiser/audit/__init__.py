"""The audit: every figure and every rule of a plan, worked out again from the instance and the plan's decisions alone.

It shares no pricing, no model and no solver with what made the plan, and it is written literally, period by period, so that
it can be checked against model.md line by line. Taken from the plan are the partnerships (service, host, members with their
tranches) and nothing else; labels (run, instance, title, status, manifest) are not figures and are left alone.

    flows.py               what a member saves and pays, head by head, in each period (model.md, section 3)
    figures.py             the figures of the plan as sums of these flows
    compare.py             the plan's figures against them, to half a penny
    structure.py           who shares what with whom and when (section 2)
    partnership_rules.py   the rules about moves, pairs and partnerships (section 4)
    programme_rules.py     the rules across partnerships
    facts.py, pairs.py     what is looked up: discount factors, tiers, contracts, distances, compatibility
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from instances import Instance
from optimiser.audit import partnership_rules, programme_rules
from optimiser.audit.compare import compare, compare_rules
from optimiser.audit.decisions import Decision, Move, decisions_of, unpriceable
from optimiser.audit.facts import Facts
from optimiser.audit.figures import Figures, derive, derive_from
from optimiser.audit.lines import Applied
from optimiser.audit.structure import structural_faults
from optimiser.plan import PlanDocument, RuleLine

__all__ = ["Audit", "Decision", "Figures", "Move", "audit", "decisions_of", "derive"]


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


def audit(instance: Instance, document: PlanDocument) -> Audit:
    """Audit a plan.

    Decisions that cannot be priced at all (unknown names, tranches that are none) end the audit with these faults. The rule
    lines of a plan are compared only if it carries any, since a new plan gets them from here.

    Args:
        instance: The instance that the plan was made for, overrides applied.
        document: The plan.
    """
    decisions = decisions_of(document)
    faults = unpriceable(instance, decisions)
    if faults:
        return Audit(tuple(faults), (), float("nan"))
    facts = Facts(instance)
    figures = derive_from(facts, decisions)
    applied = _apply_rules(facts, decisions, figures)
    rules = tuple(one.line for one in applied)
    faults += structural_faults(facts, document, decisions)
    faults += [one.fault for one in applied if one.fault]
    faults += compare(instance, document, figures)
    faults += compare_rules(document.rules, rules)
    return Audit(tuple(faults), rules, figures.npv)


def _apply_rules(facts: Facts, decisions: Sequence[Decision], figures: Figures) -> list[Applied]:
    """Every rule that is on, applied wherever it applies to this plan, in the order of model.md's table."""
    applied: list[Applied] = []
    for decision, partnership in zip(decisions, figures.partnerships, strict=True):
        applied += partnership_rules.contract_timing(facts, decision)
        applied += partnership_rules.maximum_distance(facts, decision)
        applied += partnership_rules.maximum_span(facts, decision)
        applied += partnership_rules.compatibility(facts, decision)
        applied += partnership_rules.partnership_size(facts, decision)
        applied += partnership_rules.minimum_saving(facts, decision, partnership)
        applied += partnership_rules.host_capacity(facts, decision)
        applied += partnership_rules.quality(facts, decision)
    applied += programme_rules.maximum_partnerships(facts, decisions)
    applied += programme_rules.delivery_capacity(facts, decisions)
    applied += programme_rules.programme_capacity(facts, decisions)
    applied += programme_rules.commitments(facts, decisions)
    return sorted(applied, key=lambda one: one.order)

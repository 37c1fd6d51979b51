"""What rules, commitments, vetoes and hosts cost or give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from optimiser.money import counted, pounds
from optimiser.sensitivity.prices import Price
from optimiser.sensitivity.words import hosting, instead
from pages.studies import Study
from pages.text import briefly, capital, rule_name, table

PAIRS = 12
"""Pairs in the table; the rest are counted."""


def rules(study: Study) -> Iterator[str]:
    """Each rule that is on, by a step and dropped."""
    if not study.prices.rules:
        yield "No rule is on that could give way: the case sets none, and has neither contracts nor limits of capacity."
        return
    yield "What NPV would be gained if a rule gave way, by a step and altogether:"
    yield from _table(("Rule", "Given way"), study.prices.rules)


def decided(study: Study) -> Iterator[str]:
    """Each commitment, taken out."""
    if not study.prices.commitments:
        yield "Nothing is decided beforehand: the case has no commitments."
        return
    yield "What NPV would be gained if a decision that was taken beforehand were open again; below 0, what would be lost:"
    yield from _table(("Decided", "Given way"), study.prices.commitments)


def pairs(study: Study) -> Iterator[str]:
    """Each two councils kept apart."""
    if not study.prices.pairs:
        on = "compatibility" in dict(study.instance.rules) and study.instance.rules.compatibility is not None
        yield (
            "No two councils are kept apart: every pair reaches the score that the rule asks for."
            if on
            else "No two councils are kept apart: the case has no rule of compatibility."
        )
        return
    yield "What NPV would be gained if two councils that are kept apart could share:"
    yield from _table(("Councils", "Given way"), study.prices.pairs[:PAIRS])
    if len(study.prices.pairs) > PAIRS:
        yield f"{counted(len(study.prices.pairs) - PAIRS, 'pair')} more."


def hosts(study: Study) -> Iterator[str]:
    """Each host against the next best."""
    if not study.prices.decisions:
        none = not study.plan.document.partnerships
        yield (
            "There is no host, since nothing is shared."
            if none
            else "Every partnership is live already, so its host is no choice of the plan."
        )
        return
    yield "What NPV would be lost if a council of the plan did not host:"
    rows = [
        [hosting(study.instance, one), instead(one), "-" if one.gained is None else pounds(-one.gained)] for one in study.prices.decisions
    ]
    yield from table(["Host", "Next best", "NPV lost"], rows, right=(2,))
    if any(one.gained is not None and round(one.gained) == 0 for one in study.prices.decisions):
        yield "Where nothing is lost, another plan with another host is worth as much, and the choice is open."


def _table(heads: tuple[str, str], prices: Sequence[Price]) -> list[str]:
    rows = [[capital(rule_name(one.name)), one.step, "-" if one.gained is None else pounds(one.gained), _then(one)] for one in prices]
    return table([*heads, "NPV gained", "The plan then"], rows, right=(2,))


def _then(one: Price) -> str:
    if one.refused:
        return "not possible: the figure is at its end already"
    if one.gained is None:
        return "no plan keeps the rules"
    if one.changes:
        return briefly(one.becomes)
    return "the same councils together" + (", in other tranches" if round(one.gained) else "")

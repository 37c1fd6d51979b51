"""NPV against other measures, all inputs at once, and the reference class."""

from __future__ import annotations

from collections.abc import Iterator

from optimiser.differences import listed
from optimiser.money import counted, percent, pounds
from optimiser.sensitivity.frontier import Frontier
from optimiser.sensitivity.report import MEASURED
from optimiser.sensitivity.uncertainty import Uncertainty
from optimiser.sensitivity.words import service_name
from pages.studies import Study
from pages.text import rule_name, scale_of, table

SHOWN = 5
"""Pairings that are named."""
PERCENTILES = (10, 25, 50, 75, 90)
"""Those in the table; what lies farther out, few draws do not say."""


def frontiers(study: Study) -> Iterator[str]:
    """One table for each measure that has more than one point."""
    if not study.plan.document.partnerships and not study.plan.document.options:
        yield "The plan does nothing, so no measure can be traded against its NPV."
        return
    best = [MEASURED[one.measure][0] for one in study.frontier.frontiers if len(one.points) == 1]
    for one in study.frontier.frontiers:
        if len(one.points) > 1:
            yield from _frontier(one)
    if best:
        yield f"Nothing is to be traded against {listed(best)}: no plan that is worth less is better in {'it' if len(best) == 1 else 'them'}."


def _frontier(one: Frontier) -> Iterator[str]:
    name, written = MEASURED[one.measure]
    every = "every plan that none betters in both" if one.complete else "some of the plans that none betters in both; others lie between"
    yield f"NPV against {name} ({every}):"
    rows = [[written(p.value), "-" if p.answer.npv is None else pounds(p.answer.npv), pounds(p.lost)] for p in one.points]
    yield from table([name.capitalize(), "NPV", "NPV lost"], rows, right=(0, 1, 2))


def all_at_once(study: Study) -> Iterator[str]:
    """What the draws say."""
    found = study.drawn.uncertainty
    if found is None:
        yield "The case has no ranges that could be drawn from."
        return
    ends = [value for pair in found.percentiles.values() for value in pair]
    scale, decimals, unit = scale_of([study.plan.npv, *ends])
    yield f"All ranges at once: {counted(found.draws, 'draw')}, seed {found.seed}{_refused(found)}. So few draws give the size of things, no more."
    rows = [
        [
            name,
            *(f"{pair[place] / scale:,.{decimals}f}" for pair in (found.percentiles[share] for share in PERCENTILES)),
            f"{mean / scale:,.{decimals}f}",
        ]
        for place, name, mean in ((0, "held", found.mean_held), (1, "best", found.mean_best))
    ]
    heads = [f"NPV, {unit}", *(f"{share}%" for share in PERCENTILES), "mean"]
    yield from table(heads, rows, right=tuple(range(1, len(heads))))
    yield from _sentences(study, found)


def _refused(found: Uncertainty) -> str:
    return f", {found.refused} of them not possible in these data and left out" if found.refused else ""


def _sentences(study: Study, found: Uncertainty) -> Iterator[str]:
    instance = study.instance
    missed = [f"{rule_name(rule)} in {percent(share, 0)}" for rule, share in found.missed.items() if rule != "any" and share > 0]
    if missed:
        yield f"The plan as it is breaks a rule in {percent(found.missed['any'], 0)} of the draws: {listed(missed)}."
        yield "The best plan keeps every rule, so there it can be worth less than the plan as it is."
    else:
        yield "The plan as it is keeps every rule in every draw."
    yield f"The best plan has the same hosts and members in {percent(found.same, 0)} of them."
    if found.most >= 1:
        yield f"Where the plan as it is keeps the rules, it is worth {pounds(found.regret)} less than the best on average, and {pounds(found.most)} at most."
    least = sorted((one for one in found.pairings if one.planned), key=lambda one: (one.share, one.service, one.councils))
    if least:
        named = [f"{' and '.join(p.councils)} ({service_name(instance, p.service)}) {percent(p.share, 0)}" for p in least[:SHOWN]]
        rest = f"; {counted(len(least) - SHOWN, 'other pairing')} at least as often" if len(least) > SHOWN else ""
        yield f"How often two councils of the plan stay together, least sure first: {'; '.join(named)}{rest}."


def beside_others(study: Study) -> Iterator[str]:
    """The reference class."""
    reference = study.drawn.reference
    if reference.forecast is not None:
        yield from reference.sentences()
    else:
        yield "The plan shares nothing, so it forecasts no saving that could be set beside those of real arrangements."

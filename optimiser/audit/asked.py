"""What is asked of a plan besides the rules, counted over its decisions (model.md, section 5)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from instances.asked import Asked, AtMost, Configuration, Differs, Excludes, Includes
from optimiser.audit.decisions import Alternative, Decision
from optimiser.audit.facts import HALF_A_PENNY, Facts
from optimiser.audit.figures import Figures
from optimiser.audit.lines import EXACT, plain


def asked_faults(
    facts: Facts, decisions: Sequence[Decision], alternatives: Sequence[Alternative], figures: Figures, asked: Iterable[Asked]
) -> Iterator[str]:
    """A sentence for each demand that the decisions do not meet."""
    for one in asked:
        if isinstance(one, Differs):
            yield from _differs(facts, decisions, alternatives, one)
        elif isinstance(one, AtMost):
            yield from _at_most(decisions, figures, one)
        elif isinstance(one, Excludes):
            yield from _excludes(decisions, one)
        else:
            yield from _includes(decisions, one)


def _differs(facts: Facts, decisions: Sequence[Decision], alternatives: Sequence[Alternative], asked: Differs) -> Iterator[str]:
    """Councils' services of the instance whose host or alternative is another than in the configuration, or who do something in one only."""
    now = configuration_of(decisions, alternatives)
    other = sum(now.get(key) != asked.configuration.get(key) for key in facts.instance.baselines)
    if other < asked.count:
        yield f"asked for: {other} arrangements differ from the configuration given, but at least {asked.count} are to"


def configuration_of(decisions: Sequence[Decision], alternatives: Sequence[Alternative]) -> Configuration:
    """Host or alternative by council and service."""
    found = {(move.council, decision.service): (decision.host, "") for decision in decisions for move in decision.moves}
    return found | {(one.council, one.service): ("", one.option) for one in alternatives}


def _at_most(decisions: Sequence[Decision], figures: Figures, asked: AtMost) -> Iterator[str]:
    """One-off cost, judged to half a penny; go-lives after the start; partnerships."""
    value, allowance = 0.0, EXACT
    if asked.measure == "one_off":
        value, allowance = figures.summary.one_off, HALF_A_PENNY
    elif asked.measure == "go_lives":
        value = sum(not move.is_live for decision in decisions for move in decision.moves)
    else:
        value = len(decisions)
    if value > asked.limit + allowance:
        yield f"asked for: {asked.measure} {plain(value)}, but at most {plain(asked.limit)}"


def _includes(decisions: Sequence[Decision], asked: Includes) -> Iterator[str]:
    """The council shares the service, with the host and in the tranche asked for."""
    if not _shares(decisions, asked):
        yield f"asked for: {asked.council} is to share {asked.service}{_how(asked)}, but does not"


def _excludes(decisions: Sequence[Decision], asked: Excludes) -> Iterator[str]:
    """The council does not share the service with the host and in the tranche named."""
    if _shares(decisions, asked):
        yield f"asked for: {asked.council} is not to share {asked.service}{_how(asked)}, but does"


def _shares(decisions: Sequence[Decision], asked: Includes | Excludes) -> bool:
    """Whether a council shares a service, with the host and in the tranche that are named."""
    return any(
        move.council == asked.council and asked.tranche in (None, move.tranche)
        for decision in decisions
        if decision.service == asked.service and asked.host in (None, decision.host)
        for move in decision.moves
    )


def _how(asked: Includes | Excludes) -> str:
    with_host = "" if asked.host is None else f" with {asked.host}"
    return f"{with_host}{'' if asked.tranche is None else f' in tranche {asked.tranche}'}"

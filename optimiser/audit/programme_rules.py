"""Rules across partnerships: numbers of them, go-lives, and what is already decided (model.md, section 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from optimiser.audit.decisions import Decision, Move
from optimiser.audit.facts import Decided, Facts
from optimiser.audit.lines import Applied, Place, apply_limit, month_and_year

Placed = Mapping[tuple[str, str], tuple[str, Move]]
"""Host and move of every (council, service) that shares."""


def maximum_partnerships(facts: Facts, decisions: Sequence[Decision]) -> Iterator[Applied]:
    """Number of partnerships of a service is at most the limit; a line for each service where the rule is on."""
    count = Counter(decision.service for decision in decisions)
    for service, limit in facts.instance.figure("maximum_partnerships").items():
        yield apply_limit("maximum_partnerships", Place(service, service), count[service], limit, "partnerships", sense="at most")


def delivery_capacity(facts: Facts, decisions: Sequence[Decision]) -> Iterator[Applied]:
    """Go-lives of a council in a tranche over all services, joining or hosting, are at most the limit; what is live does not count."""
    limit = facts.instance.rules.delivery_capacity
    if limit is None or limit is False:
        return
    count = Counter((move.council, move.tranche) for decision in decisions for move in decision.moves if not move.is_live)
    for (council, tranche), go_lives in count.items():
        place = Place(f"{council}, {month_and_year(facts.instance.calendar.date(tranche))}", council=council, tranche=tranche)
        yield apply_limit("delivery_capacity", place, go_lives, limit, "go-lives", sense="at most")


def programme_capacity(facts: Facts, decisions: Sequence[Decision]) -> Iterator[Applied]:
    """Go-lives of a tranche over all councils and services are at most the limit; what is live does not count."""
    limit = facts.instance.rules.programme_capacity
    if limit is None or limit is False:
        return
    count = Counter(move.tranche for decision in decisions for move in decision.moves if not move.is_live)
    for tranche, go_lives in count.items():
        place = Place(month_and_year(facts.instance.calendar.date(tranche)), tranche=tranche)
        yield apply_limit("programme_capacity", place, go_lives, limit, "go-lives", sense="at most")


def commitments(facts: Facts, decisions: Sequence[Decision]) -> Iterator[Applied]:
    """Each decision already taken is kept: value 1 where it is, 0 where it is not, limit 1.

    A commitment is kept or not and has no slack in between, so a kept one is always marked binding; that means no more than
    that there is no slack. What it costs is the price of the rule.
    """
    placed = {(move.council, decision.service): (decision.host, move) for decision in decisions for move in decision.moves}
    for decided in facts.commitments:
        kept = _is_kept(facts, decided, placed)
        hosts = {"hosts": decided.council, "shares_with": decided.other, "live": decided.other}
        place = Place(_in_words(decided), decided.service, hosts.get(decided.decision) or "", decided.council)
        applied = apply_limit("commitments", place, float(kept), 1.0, "kept", sense="at least")
        yield Applied(applied.line, "" if kept else f"rule commitments, {place.scope}: is not kept")


def _is_kept(facts: Facts, decided: Decided, placed: Placed) -> bool:
    """Whether the plan does what is decided. A date names the tranche that begins on it."""
    host, move = placed.get((decided.council, decided.service), (None, None))
    other_host, other = placed.get((decided.other or "", decided.service), (None, None))
    together = host is not None and host == other_host

    def on_the_day(one: Move | None) -> bool:
        if decided.go_live is None:
            return True
        return one is not None and not one.is_live and facts.instance.calendar.date(one.tranche) == decided.go_live

    match decided.decision:
        case "hosts":
            return host == decided.council and on_the_day(move)
        case "shares_with":
            return host is not None and host == decided.other and on_the_day(move)
        case "together":
            return together and on_the_day(move) and on_the_day(other)
        case "never_with":
            return not together or (_is_live(move) and _is_live(other))
        case "stays_out":
            return host is None
        case "not_before":
            return move is None or move.is_live or decided.go_live is None or facts.go_live(decided.service, move) >= decided.go_live
        case "live":
            return host is not None and host == decided.other and _is_live(move)
    raise ValueError(f"'{decided.decision}' is not a decision that a commitment can state")


def _is_live(move: Move | None) -> bool:
    return move is not None and move.is_live


def _in_words(decided: Decided) -> str:
    """A commitment as a sentence; its date, where it has one, as the day."""
    council, service, other = decided.council, decided.service, decided.other
    words = {
        "hosts": f"{council} hosts {service}",
        "shares_with": f"{council} shares {service} with {other}",
        "together": f"{council} together with {other} in {service}",
        "never_with": f"{council} never with {other} in {service}",
        "stays_out": f"{council} stays out of {service}",
        "not_before": f"{council} in {service} not before",
        "live": f"{council} live with {other} in {service}",
    }[decided.decision]
    if decided.go_live is None:
        return words
    link = {"not_before": "", "live": "since "}.get(decided.decision, "on ")
    return f"{words} {link}{decided.go_live}"

"""Rule commitments: each decision already taken is kept (model.md, section 4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from optimiser.audit.decided import Decided
from optimiser.audit.decisions import Alternative, Decision, Move
from optimiser.audit.facts import Facts
from optimiser.audit.lines import Applied, Place, apply_limit

Placed = Mapping[tuple[str, str], tuple[Decision, Move]]
"""Partnership and move of every (council, service) that shares."""
Taken = Mapping[tuple[str, str], Alternative]
"""Alternative of every (council, service) that takes one."""


def commitments(facts: Facts, decisions: Sequence[Decision], alternatives: Sequence[Alternative]) -> Iterator[Applied]:
    """Each decision already taken is kept: value 1 where it is, 0 where it is not, limit 1.

    A commitment is kept or not and has no slack in between, so a kept one is always marked binding; that means no more than
    that there is no slack. What it costs is the price of the rule.
    """
    placed = {(move.council, decision.service): (decision, move) for decision in decisions for move in decision.moves}
    taken = {(one.council, one.service): one for one in alternatives}
    for decided in facts.commitments:
        kept = _is_taken(facts, decided, taken) if decided.decision == "takes" else _is_kept(facts, decided, placed)
        kept = kept and _waits(facts, decided, taken)
        hosts = {"hosts": decided.council, "shares_with": decided.other, "live": decided.other}
        place = Place(
            _in_words(decided, facts.instance.calendar.start), decided.service, hosts.get(decided.decision) or "", decided.council
        )
        applied = apply_limit("commitments", place, float(kept), 1.0, "kept", sense="at least")
        yield Applied(applied.line, "" if kept else f"rule commitments, {place.scope}: is not kept")


def _is_kept(facts: Facts, decided: Decided, placed: Placed) -> bool:
    """Whether the partnerships of the plan do what is decided. A date names the tranche that begins on it."""
    here, move = placed.get((decided.council, decided.service), (None, None))
    there, other = placed.get((decided.other or "", decided.service), (None, None))
    host = None if here is None else here.host
    together = here is not None and there is not None and here.host == there.host

    def on_the_day(one: Move | None) -> bool:
        if decided.go_live is None:
            return True
        return one is not None and not one.is_live and facts.instance.calendar.date(one.tranche) == decided.go_live

    match decided.decision:
        case "hosts":
            return here is not None and here.host == decided.council and on_the_day(move) and _runs_as(here, decided.vehicle)
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
            if here is None or here.host != decided.other or not _is_live(move):
                return False
            return _runs_as(here, decided.vehicle) and _runs_as(here, facts.live_vehicles[here.host, here.service])
    raise ValueError(f"'{decided.decision}' is not a decision that a commitment can state")


def _runs_as(decision: Decision, vehicle: str | None) -> bool:
    """Whether a partnership has the vehicle that is decided, if one is."""
    return vehicle is None or decision.vehicle == vehicle


def _is_taken(facts: Facts, decided: Decided, taken: Taken) -> bool:
    """Whether the alternative that is decided is taken: in the tranche that begins on its date, or already where that is before the start."""
    one, calendar = taken.get((decided.council, decided.service)), facts.instance.calendar
    if one is None or one.option != decided.option:
        return False
    if decided.go_live is None:
        return not one.is_live
    return one.is_live if decided.go_live < calendar.start else not one.is_live and calendar.date(one.tranche) == decided.go_live


def _waits(facts: Facts, decided: Decided, taken: Taken) -> bool:
    """Whether an alternative to sharing, too, begins no earlier than `not_before` allows; what was taken before the start does."""
    one = taken.get((decided.council, decided.service))
    if decided.decision != "not_before" or decided.go_live is None or one is None or one.is_live:
        return True
    return facts.instance.calendar.date(one.tranche) >= decided.go_live


def _is_live(move: Move | None) -> bool:
    return move is not None and move.is_live


def _in_words(decided: Decided, start: dt.date) -> str:
    """A commitment as a sentence; its date, where it has one, as the day; its vehicle, where it names one."""
    council, service, other = decided.council, decided.service, decided.other
    words = {
        "hosts": f"{council} hosts {service}",
        "shares_with": f"{council} shares {service} with {other}",
        "together": f"{council} together with {other} in {service}",
        "never_with": f"{council} never with {other} in {service}",
        "stays_out": f"{council} stays out of {service}",
        "not_before": f"{council} in {service} not before",
        "live": f"{council} live with {other} in {service}",
        "takes": f"{council} takes {decided.option} in {service}",
    }[decided.decision]
    if decided.go_live is not None:
        since = decided.decision == "live" or (decided.decision == "takes" and decided.go_live < start)
        link = "" if decided.decision == "not_before" else "since " if since else "on "
        words = f"{words} {link}{decided.go_live}"
    return words if decided.vehicle is None else f"{words}, vehicle {decided.vehicle}"

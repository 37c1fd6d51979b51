"""Rule sequencing: what has to be live at a council before a service goes live there (model.md, section 4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from instances.rule_figures import Sequence as Sequel
from optimiser.audit.decisions import Decision, Move
from optimiser.audit.facts import Facts
from optimiser.audit.lines import Applied, Place, apply_limit, listed, month_and_year

Shared = Mapping[str, Mapping[str, Move]]
"""The move of each council, by service."""


def sequencing(facts: Facts, decisions: Sequence[Decision]) -> Iterator[Applied]:
    """A line for each go-live, joining or hosting, that has to wait: services live in time against services needed.

    What is live already is not judged. A council that runs none of the services to wait for has nothing to wait for; for a
    category it needs the number stated all the same.
    """
    shared: dict[str, dict[str, Move]] = {}
    for decision in decisions:
        for move in decision.moves:
            shared.setdefault(move.council, {})[decision.service] = move
    for sequel in dict.fromkeys(facts.instance.rules.sequencing or ()):
        for decision in decisions:
            for move in decision.moves:
                if not move.is_live and _is_about(facts, sequel, decision.service):
                    yield from _wait(facts, sequel, decision, move, shared)


def _is_about(facts: Facts, sequel: Sequel, service: str) -> bool:
    """Whether a service waits by this rule."""
    return service == sequel.service or (sequel.category is not None and facts.instance.services[service].category == sequel.category)


def _wait(facts: Facts, sequel: Sequel, decision: Decision, move: Move, shared: Shared) -> Iterator[Applied]:
    """The line of one go-live."""
    if sequel.after is not None:
        needed = [service for service in sequel.after if (move.council, service) in facts.instance.baselines]
        limit, words = len(needed), listed(needed)
    else:
        needed = [name for name, service in facts.instance.services.items() if service.category == "back_office"]
        limit = sequel.after_back_office or 0
        words = f"{limit} back-office service{'s' if limit > 1 else ''}"
    if not limit:
        return
    own, latest = shared[move.council], move.tranche - sequel.periods
    in_time = sum(service in own and _since(facts, service, own[service], latest) for service in needed)
    wait = "with or after" if not sequel.periods else f"{sequel.periods} period{'s' if sequel.periods > 1 else ''} after"
    when = month_and_year(facts.go_live(decision.service, move))
    place = Place(f"{decision.name}: {move.council}, {when}, {wait} {words}", decision.service, decision.host, move.council, move.tranche)
    yield apply_limit("sequencing", place, in_time, limit, "services", sense="at least")


def _since(facts: Facts, service: str, move: Move, tranche: int) -> bool:
    """Whether a service is live since the first day of a tranche or longer; tranches reach back before the start, before 0."""
    calendar = facts.instance.calendar
    if -tranche * calendar.period_months // 12 >= calendar.start.year - dt.MINYEAR:
        return False  # before the first day that a date can be
    return facts.go_live(service, move) <= calendar.date(tranche)

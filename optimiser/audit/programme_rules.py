"""Rules across partnerships: numbers of them and of go-lives (model.md, section 4)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from optimiser.audit.decisions import Decision
from optimiser.audit.facts import Facts
from optimiser.audit.lines import Applied, Place, apply_limit, month_and_year


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

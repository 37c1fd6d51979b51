"""Rules about one move, one pair or one partnership (model.md, section 4).

What is live already counts in the rules about a partnership; rules about a move do not judge it, and rules about a pair do
not judge two that are both live.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from instances.rule_figures import DistanceLimit
from optimiser.audit.decisions import Decision, Move
from optimiser.audit.facts import HALF_A_PENNY, Facts
from optimiser.audit.lines import Applied, Place, apply_limit, line, month_and_year, plain
from optimiser.plan import Partnership


def contract_timing(facts: Facts, decision: Decision) -> Iterator[Applied]:
    """A go-live is on or after `expires`, or on or after `break_from` with a charge. Per member with a contract, in days from the start.

    Binding where the tranche before would have been too early; a first tranche has none before it.
    """
    calendar = facts.instance.calendar
    for move in decision.moves:
        free_from = facts.free_from(move.council, decision.service)
        if free_from is None or move.is_live:
            continue
        go_live = facts.go_live(decision.service, move)
        early = free_from <= go_live < facts.instance.contracts[move.council, decision.service].expires
        scope = f"{decision.name}: {move.council}, {month_and_year(go_live)}{', early termination' if early else ''}"
        place = Place(scope, decision.service, decision.host, move.council, move.tranche)
        slack = (go_live - free_from).days
        binding = move.tranche >= 1 and calendar.date(move.tranche - 1) < free_from
        value, limit = (go_live - calendar.start).days, (free_from - calendar.start).days
        found = line("contract_timing", place, value, limit, "days", slack, binding=binding)
        broken = (
            f"rule contract_timing, {scope}: goes live on {go_live}, but its contract holds it until {free_from} (days apart: {-slack})"
        )
        yield Applied(found, broken if slack < 0 else "")


def maximum_distance(facts: Facts, decision: Decision) -> Iterator[Applied]:
    """Distance between a joining member and its host is at most the limit, km or minutes."""
    limit = facts.instance.distance_limit("maximum_distance").get(decision.service)
    if limit is None:
        return
    figure, unit, distance = _distance(facts, limit)
    for move in decision.joining:
        yield apply_limit("maximum_distance", _member(decision, move), distance(move.council, decision.host), figure, unit, sense="at most")


def maximum_span(facts: Facts, decision: Decision) -> Iterator[Applied]:
    """Distance between every two members is at most the limit; the line is about the two furthest apart."""
    limit = facts.instance.distance_limit("maximum_span").get(decision.service)
    pairs = list(decision.judged_pairs())
    if limit is None or not pairs:
        return
    figure, unit, distance = _distance(facts, limit)
    a, b = max(pairs, key=lambda pair: distance(*pair))
    place = Place(f"{decision.name}: {a} and {b}", decision.service, decision.host)
    yield apply_limit("maximum_span", place, distance(a, b), figure, unit, sense="at most")


def _distance(facts: Facts, limit: DistanceLimit) -> tuple[float, str, Callable[[str, str], float]]:
    """The limit, its unit, and the measure in that unit."""
    if limit.minutes is not None:
        return limit.minutes, "minutes", facts.pairs.minutes
    return limit.km or 0.0, "km", facts.pairs.km


def contiguity(facts: Facts, decision: Decision) -> Iterator[Applied]:
    """All members can be reached from the host through members that are neighbours, at full membership.

    What is live already with the host counts as connected to it. The line has the members reached, the host among them.
    """
    if decision.service not in facts.instance.contiguity():
        return
    members, live = set(decision.members), {move.council for move in decision.moves if move.is_live}
    reached, to_visit = {decision.host} & members, [decision.host]
    while to_visit:
        here = to_visit.pop()
        beyond = {one for one in members if facts.pairs.adjacent(here, one) or (here == decision.host and one in live)}
        to_visit += sorted(beyond - reached)
        reached |= beyond
    place = Place(decision.name, decision.service, decision.host)
    yield apply_limit("contiguity", place, len(reached), len(members), "members", sense="at least")


def compatibility(facts: Facts, decision: Decision) -> Iterator[Applied]:
    """Every pair (or every member with the host) scores at least the minimum, and above 0, which is a veto.

    The line is about the pair that scores lowest. A veto where the minimum is 0 has slack 0 and is broken all the same.
    """
    minimum = facts.instance.figure("compatibility").get(decision.service)
    pairs = list(decision.judged_pairs())
    if facts.instance.compatibility_scope == "with_host":
        pairs = [pair for pair in pairs if decision.host in pair]
    if minimum is None or not pairs:
        return
    score, a, b = min((facts.pairs.compatibility(*pair, decision.service), *pair) for pair in pairs)
    place = Place(f"{decision.name}: {a} and {b}", decision.service, decision.host)
    applied = apply_limit("compatibility", place, score, minimum, "score", sense="at least")
    if score == 0:
        veto = f"rule compatibility, {place.scope}: score 0 is a veto, whatever the minimum of {plain(minimum)}"
        applied = Applied(applied.line, veto)
    yield applied


def partnership_size(facts: Facts, decision: Decision) -> Iterator[Applied]:
    """Members, the host included, are at least the minimum and at most the maximum; a line for each that is given."""
    setting, service = facts.instance.rules.partnership_size, facts.instance.services[decision.service]
    by_service = service.partnership_size_minimum is not None or service.partnership_size_maximum is not None
    if setting is False or (setting is None and not by_service):
        return
    least, most = facts.instance.partnership_size()[decision.service]
    size = len(decision.moves)
    place = Place(f"{decision.name}, minimum", decision.service, decision.host)
    yield apply_limit("partnership_size", place, size, least, "members", sense="at least")
    if most is not None:
        place = Place(f"{decision.name}, maximum", decision.service, decision.host)
        yield apply_limit("partnership_size", place, size, most, "members", sense="at most")


def vehicle_size(facts: Facts, decision: Decision) -> Iterator[Applied]:
    """The members that the vehicle needs, the host included; in force whether or not rule partnership_size is on."""
    least = facts.vehicles[decision.vehicle].minimum_members
    if least is not None:
        place = Place(f"{decision.name}, as {decision.vehicle}", decision.service, decision.host)
        yield apply_limit("partnership_size", place, len(decision.moves), least, "members", sense="at least")


def minimum_saving(facts: Facts, decision: Decision, figures: Partnership) -> Iterator[Applied]:
    """The members' second-year position, purchasing at full membership included, is at least this share of their baseline.

    `sum(phase_in[1] * gross - recurring) + rate(V) * V >= share * sum(annual_cost)`, after bias, at today's baselines.
    Judged in pounds, to half a penny. A partnership with a baseline of 0 has no share and no line; it must not lose.
    """
    share = facts.instance.figure("minimum_saving").get(decision.service)
    if share is None:
        return
    place, unit = Place(decision.name, decision.service, decision.host), "share of baseline"
    if figures.baseline > 0:
        value, allowance = figures.second_year / figures.baseline, HALF_A_PENNY / figures.baseline
        yield apply_limit("minimum_saving", place, value, share, unit, sense="at least", allowance=allowance)
    elif figures.second_year < -HALF_A_PENNY:
        found = line("minimum_saving", place, 0.0, share, unit, -share, binding=False)
        yield Applied(found, f"rule minimum_saving, {place.scope}: loses {plain(-figures.second_year)} GBP a year on a baseline of 0")


def onboarding_capacity(facts: Facts, decision: Decision) -> Iterator[Applied]:
    """Members joining the host in one tranche are at most the limit; neither the host nor what is live counts."""
    limit = facts.instance.figure("onboarding_capacity").get(decision.service)
    if limit is None:
        return
    for tranche, joining in sorted(Counter(move.tranche for move in decision.joining).items()):
        scope = f"{decision.name}, {month_and_year(facts.instance.calendar.date(tranche))}"
        place = Place(scope, decision.service, decision.host, tranche=tranche)
        yield apply_limit("onboarding_capacity", place, joining, limit, "members", sense="at most")


def host_capacity(facts: Facts, decision: Decision) -> Iterator[Applied]:
    """Volume of all members, the host's own included, is at most what the host can run, units a year."""
    capacity = facts.instance.baselines[decision.host, decision.service].host_capacity
    if capacity is None or not facts.instance.rules.host_capacity:
        return
    volume = sum(facts.instance.baselines[council, decision.service].volume or 0.0 for council in decision.members)
    place = Place(decision.name, decision.service, decision.host)
    yield apply_limit("host_capacity", place, volume, capacity, "units a year", sense="at most")


def quality(facts: Facts, decision: Decision) -> Iterator[Applied]:
    """Performance of the host is at least the minimum, and at least the joining member's less the tolerance.

    One line for each joining member, about the higher of the two. The tolerance is skipped where a performance is blank;
    a host of which none is known does not reach a minimum.
    """
    rule = facts.instance.quality().get(decision.service)
    if rule is None:
        return
    host = facts.instance.baselines[decision.host, decision.service].performance
    for move in decision.joining:
        own = facts.instance.baselines[move.council, decision.service].performance
        limits = [] if rule.minimum is None else [rule.minimum]
        if rule.tolerance is not None and own is not None and host is not None:
            limits.append(own - rule.tolerance)
        if not limits:
            continue
        place, limit = _member(decision, move), max(limits)
        if host is None:
            found = line("quality", place, 0.0, limit, "score", -abs(limit), binding=False)
            unknown = f"rule quality, {place.scope}: the performance of {decision.host} is not known, at least {plain(limit)} is asked"
            yield Applied(found, unknown)
        else:
            yield apply_limit("quality", place, host, limit, "score", sense="at least")


def _member(decision: Decision, move: Move) -> Place:
    return Place(f"{decision.name}: {move.council}", decision.service, decision.host, move.council)

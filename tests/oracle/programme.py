"""What a plan must obey across services: sums that have a limit, and rules that look at all services at once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations
from typing import Any

from .plans import LIVE, Decisions, Membership, by_partnership
from .pricing import Flows, measure, plan_flows, worth
from .read import Data, add_months
from .rules import HALF_A_PENNY, PENNY, broken_in_move, broken_in_option, broken_in_partnership, broken_in_service

Load = tuple[str, ...]  # a rule, and what it counts: a council, a tranche, a financial year
Placed = Mapping[str, Mapping[str, tuple[str, int]]]  # host and tranche by service and council


def financial_year(day: date) -> str:
    """The April-to-March year of a day."""
    first = day.year - (day.month < 4)
    return f"{first}/{(first + 1) % 100:02d}"


def limits(data: Data) -> dict[Load, float]:
    """The most that each sum over the whole plan may come to, for every sum that a rule limits."""
    found: dict[Load, Any] = {}
    tranches = [str(k) for k in range(data.tranches)]
    years = {financial_year(data.first_day(k)) for k in range(data.tranches)}
    investment = data.rules.get("investment_limit") or {}
    for year in years:
        found["investment_limit", "programme", year] = of_year(investment.get("programme"), year)
    found["investment_limit", "total"] = investment.get("total")
    for c in data.councils:
        found |= {("delivery_capacity", c, k): data.rules.get("delivery_capacity") for k in tranches}
        found["hosting_limit", c] = data.rules.get("hosting_limit")
        found |= {("investment_limit", c, year): of_year(investment.get("council"), year) for year in years}
        if data.rules.get("no_council_worse_off") == "where_it_falls":
            found["no_council_worse_off", c] = 0
    found |= {("programme_capacity", k): data.rules.get("programme_capacity") for k in tranches}
    if data.rules.get("minimum_total_saving"):
        found["minimum_total_saving", "programme"] = -data.rules["minimum_total_saving"]["amount"]
    slack = {"no_council_worse_off": HALF_A_PENNY}
    return {load: limit + slack.get(load[0], PENNY) for load, limit in found.items() if limit is not None and limit is not False}


def of_year(given: Any, year: str) -> Any:
    """A limit that holds in every year, or that of one year."""
    return given.get(year) if isinstance(given, dict) else given


def loads(data: Data, moves: Iterable[Membership], flows: Iterable[tuple[str, Flows]]) -> dict[Load, float]:
    """What a plan, or a part of one, adds to each sum, whether a rule limits it or not."""
    found: Counter[Any] = Counter()
    for c, _, h, _, k in moves:
        found["hosting_limit", h] += c == h
        if k != LIVE:
            found["delivery_capacity", c, str(k)] += 1
            found["programme_capacity", str(k)] += 1
    by_value, given = measure(data, "npv"), data.rules.get("minimum_total_saving")
    by_year = measure(data, "yearly_position", given["year"]) if given else None
    for c, flow in flows:
        found["no_council_worse_off", c] -= worth(flow, by_value)
        if by_year:
            found["minimum_total_saving", "programme"] -= worth(flow, by_year)
        if flow.tranche != LIVE:
            year = financial_year(data.first_day(flow.tranche))
            for load in (("programme", year), (c, year), ("total",)):
                found["investment_limit", *load] += flow.one_off
    return dict(found)


def broken_in_programme(data: Data, plan: Decisions) -> Iterator[str]:
    """What holds across services."""
    flows = plan_flows(data, plan)
    drawn = loads(data, plan.moves, flows)
    for load, limit in limits(data).items():
        if drawn.get(load, 0.0) > limit:
            yield f"{load[0]}: {drawn.get(load, 0.0):.2f} for {' '.join(load[1:])} is more than {limit:.2f}"
    placed = placed_by(plan.moves)
    yield from broken_jointly(data, placed)
    if compensated(data):
        by_value, own = measure(data, "npv"), Counter[str]()
        for c, flow in flows:
            own[c] += worth(flow, by_value)
        yield from beyond_compensation(data, placed, own)


def seen_by_joint_rules(data: Data, s: str, members: Mapping[str, tuple[str, int]]) -> tuple[object, ...]:
    """All that the rules which look at all services at once read of one service's memberships, as far as they are on."""
    found: list[object] = []
    if data.rules.get("each_hosts"):
        found.append(frozenset(c for c, (h, k) in members.items() if c != h and k != LIVE))
        found.append(frozenset(h for h, _ in members.values()))
    if data.rules.get("sequencing"):
        found.append(frozenset((c, k) for c, (_, k) in members.items()))
    if any(s in services for services in data.rules.get("bundle") or []):
        found.append(frozenset(members.items()))
    if data.rules.get("partner_limit", False) is not False or compensated(data):
        found.append(frozenset((c, other) for c, others in partners({s: members}).items() for other in others))
    return tuple(found)


def compensated(data: Data) -> bool:
    """Whether partners may pay one another so that nobody is worse off."""
    return bool(data.rules.get("no_council_worse_off") == "compensated")


def placed_by(moves: Iterable[Membership]) -> dict[str, dict[str, tuple[str, int]]]:
    """Each council's host and tranche, service by service."""
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for c, s, h, _, k in moves:
        found.setdefault(s, {})[c] = (h, k)
    return found


def broken_jointly(data: Data, placed: Placed) -> Iterator[str]:
    """The rules that look at all memberships at once; nobody's money counts here."""
    if data.rules.get("each_hosts"):
        hosts = {h for members in placed.values() for h, _ in members.values()}
        joining = {c for members in placed.values() for c, (h, k) in members.items() if c != h and k != LIVE}
        for c in sorted(joining - hosts):
            yield f"each_hosts: {c} joins and hosts nothing"
    for entry in data.rules.get("sequencing") or []:
        yield from out_of_sequence(data, entry, placed)
    for services in data.rules.get("bundle") or []:
        yield from unbundled(data, services, placed)
    limit = data.rules.get("partner_limit", False)
    if limit is not False:
        for c, found in partners(placed).items():
            if len(found) > limit:
                yield f"partner_limit: {c} has {len(found)} partners, more than {limit}"


def out_of_sequence(data: Data, entry: Mapping[str, Any], placed: Placed) -> Iterator[str]:
    """Go-lives of a service, or of a category, before what has to be live by then; what is live already is not judged."""
    waiting = [s for s in data.services if s == entry.get("service") or category(data, s) == entry.get("category", "none")]
    back = [s for s in data.services if category(data, s) == "back_office"]
    for s in waiting:
        for c, (_, k) in placed.get(s, {}).items():
            if k == LIVE:
                continue
            since = k - entry["periods"]
            if "after" in entry:
                late = [t for t in entry["after"] if data.runs(c, t) and not live_since(data, placed, c, t, since)]
            else:
                there = [t for t in back if live_since(data, placed, c, t, since)]
                late = [] if len(there) >= entry["after_back_office"] else ["back_office"]
            if late:
                yield f"sequencing: {c} goes live with {s} in tranche {k} before {' and '.join(late)}"


def category(data: Data, s: str) -> str:
    """back_office, management or front_line; blank where the data do not say."""
    return data.services[s].get("category", "")


def live_since(data: Data, placed: Placed, c: str, s: str, tranche: int) -> bool:
    """Whether a council shares a service since a tranche or earlier; the tranche may lie before the start."""
    if c not in placed.get(s, {}):
        return False
    k = placed[s][c][1]
    if k != LIVE:
        return k <= tranche
    return data.live[c, s][1] <= add_months(data.start, tranche * data.period_months)


def unbundled(data: Data, services: list[str], placed: Placed) -> Iterator[str]:
    """Councils that do not share all services of a bundle alike; where one of them is live already is not judged."""
    for c in data.councils:
        judged = all(data.runs(c, s) for s in services) and not any((c, s) in data.live for s in services)
        if judged and len({placed.get(s, {}).get(c) for s in services}) > 1:
            yield f"bundle: {c} does not share {' and '.join(services)} alike"


def partners(placed: Placed) -> dict[str, set[str]]:
    """Who is with whom in some partnership."""
    found: dict[str, set[str]] = {}
    for members in placed.values():
        for (a, (h, _)), (b, (g, _)) in combinations(members.items(), 2):
            if h == g:
                found.setdefault(a, set()).add(b)
                found.setdefault(b, set()).add(a)
    return found


def beyond_compensation(data: Data, placed: Placed, own: Mapping[str, float]) -> Iterator[str]:
    """no_council_worse_off where partners may pay one another: nobody has to lose where the linked councils gain together.

    Payments inside partnerships sum to 0 over councils that partnerships link, so such a group's NPV cannot be below 0 if none of
    its councils' is. Conversely, along a tree of links each council in turn, from the leaves on, passes what it has over or lacks to
    the next, so that all end at 0 but the last, which is left with the group's sum.
    """
    linked, left = partners(placed), set(data.councils)
    while left:
        group, ahead = set(), {min(left)}
        while ahead:
            group |= ahead
            ahead = {other for c in ahead for other in linked.get(c, set())} - group
        left -= group
        total = sum(own.get(c, 0.0) for c in group)
        if total < -HALF_A_PENNY:
            yield f"no_council_worse_off: {' and '.join(sorted(group))} lose {-total:.2f} together"


def broken_in_plan(data: Data, plan: Decisions) -> Iterator[str]:
    """Everything that a whole plan breaks."""
    everything = (*plan.moves, *plan.options)
    for (c, s), n in Counter((one.council, one.service) for one in everything).items():
        if n > 1:
            yield f"one_arrangement: {c} has {n} for {s}"
    wrong = [line for move in plan.moves for line in broken_in_move(data, move)]
    wrong += [line for taken in plan.options for line in broken_in_option(data, taken)]
    yield from wrong
    if any(line.startswith(("runs_service", "vehicle", "commitments", "option", "tranche")) for line in wrong):
        return  # the rest would look for figures that are not there
    for members in by_partnership(plan.moves).values():
        yield from broken_in_partnership(data, members)
    for s in data.services:
        taken = {one.council: one for one in plan.options if one.service == s}
        yield from broken_in_service(data, s, {one.council: one for one in plan.moves if one.service == s}, taken)
    yield from broken_in_programme(data, plan)

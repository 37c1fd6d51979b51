"""What moves, options, partnerships and services must obey by themselves: model.md section 4.

Each breach is a line that starts with the rule's name and a colon. What holds across services stands in programme.py.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from .figures import ceased, termination
from .pairs import compatibility, km, minutes
from .plans import LIVE, Membership, Taken
from .pricing import partnership_flows, second_year_position
from .read import NO, YES, Commitment, Data

SLACK = 1e-9  # for scores, distances, volumes and shares of a period
PENNY = 1e-6  # for pounds
HALF_A_PENNY = 0.005  # for pounds that a rule compares with nothing at all


def broken_in_move(data: Data, move: Membership) -> Iterator[str]:
    """What forbids one move whatever else is done; what is live already is judged by its names only."""
    c, s, h, vehicle, k = move
    if not (data.runs(c, s) and data.runs(h, s)):
        yield f"runs_service: {c} and {h} do not both run {s}"
        return
    if vehicle not in data.vehicles_for(s):
        yield f"vehicle: {vehicle} cannot run {s}"
        return
    if k == LIVE:
        if data.live.get((c, s), ("",))[0] != h or data.live_vehicles[s, h] != vehicle:
            yield f"commitments: {c} is not live with {h}, {vehicle}, for {s}"
        return
    if not 0 <= k < data.tranches:
        yield f"tranche: {c} cannot go live with {s} in tranche {k}"
        return
    if c == h and not data.baselines[c, s].can_host:
        yield f"can_host: {c} cannot host {s}"
    for council in sorted({c, h}):
        if ceased(data, council, k):
            yield f"ceases: {council} is no more in tranche {k}"
    if termination(data, c, s, k) is None:
        yield f"contract_timing: {c}'s contract for {s} runs on in tranche {k}"
    yield from too_far(data, s, c, h, "maximum_distance")
    yield from too_poor(data, s, c, h)


def broken_in_option(data: Data, taken: Taken) -> Iterator[str]:
    """What forbids an option whatever else is done, but for commitments."""
    c, s, name, k = taken
    if name not in data.options.get((c, s), {}):
        yield f"option: {c} has no {name} for {s}"
        return
    if k == LIVE:
        if data.taken.get((c, s), ("",))[0] != name:
            yield f"commitments: {c} has not taken {name} for {s} before the start"
        return
    if not 0 <= k < data.tranches:
        yield f"tranche: {c} cannot take {name} for {s} in tranche {k}"
        return
    available = data.options[c, s][name].available_from
    if available is not None and data.first_day(k) < available:
        yield f"option: {c} cannot take {name} for {s} before {available}"
    if ceased(data, c, k):
        yield f"ceases: {c} is no more in tranche {k}"


def too_far(data: Data, s: str, a: str, b: str, rule: str) -> Iterator[str]:
    """maximum_distance and maximum_span: two councils at most so many km or minutes apart."""
    if a == b:
        return
    limit = data.figure(s, rule, rule, "km")
    if limit is not None and km(data, a, b) > limit + SLACK:
        yield f"{rule}: {a} and {b} are more than {limit} km apart for {s}"
    by_km = data.services[s].get(rule, "")  # the service's own limit is in km and takes the place of minutes
    limit = None if by_km else data.figure(s, rule, "", "minutes")
    if limit is not None and minutes(data, a, b) > limit + SLACK:
        yield f"{rule}: {a} and {b} are more than {limit} minutes apart for {s}"


def too_poor(data: Data, s: str, c: str, h: str) -> Iterator[str]:
    """quality: the host performs at least at the minimum, and not much below the member."""
    own, host = data.baselines[c, s].performance, data.baselines[h, s].performance
    minimum = data.figure(s, "quality", "quality", "minimum")
    if minimum is not None and (host is None or host < minimum - SLACK):
        yield f"quality: {h} does not reach {minimum} in {s}"
    tolerance = data.figure(s, "quality", "quality_tolerance", "tolerance")
    if tolerance is not None and own is not None and host is not None and host < own - tolerance - SLACK:
        yield f"quality: {h} is more than {tolerance} below {c} in {s}"


def broken_in_partnership(data: Data, members: Sequence[Membership]) -> Iterator[str]:
    """What one partnership must obey by itself, given that each of its moves may be made."""
    s, h, vehicle = members[0].service, members[0].host, members[0].vehicle
    name, tranches = f"{s} at {h}", {m.council: m.tranche for m in members}
    if h not in tranches:
        yield f"partnership: {name} lacks its host's own row"
        return
    if any(m.vehicle != vehicle for m in members):
        yield f"vehicle: {name} has more than one"
        return
    if min(tranches.values()) < tranches[h]:
        yield f"partnership: {name} has members before its host"
    if len(members) < 2:
        yield f"partnership: {name} has fewer than two members"
    yield from wrong_size(data, s, h, vehicle, len(members))
    room = data.baselines[h, s].host_capacity
    load = sum(data.baselines[c, s].volume or 0.0 for c in tranches)
    if room is not None and data.rules.get("host_capacity") is not False and load > room + SLACK:
        yield f"host_capacity: {name} has to run {load:g}, more than {room:g}"
    for a, b in combinations(tranches, 2):
        if tranches[a] != LIVE or tranches[b] != LIVE:  # two that are live together already are not judged
            yield from broken_in_pair(data, s, h, a, b)
    if contiguity(data, s) and not connected(data, h, tranches):
        yield f"contiguity: {name} is not in one piece"
    yield from too_many_at_once(data, s, h, tranches)
    yield from saves_too_little(data, members)


def wrong_size(data: Data, s: str, h: str, vehicle: str, size: int) -> Iterator[str]:
    """partnership_size, and what the vehicle needs whether that rule is on or not."""
    minimum = data.figure(s, "partnership_size", "partnership_size_minimum", "minimum")
    if minimum is not None and size < minimum:
        yield f"partnership_size: {s} at {h} has {size} members, fewer than {minimum:g}"
    maximum = data.figure(s, "partnership_size", "partnership_size_maximum", "maximum")
    if maximum is not None and size > maximum:
        yield f"partnership_size: {s} at {h} has {size} members, more than {maximum:g}"
    needed = data.vehicles[vehicle].minimum_members
    if size < needed:
        yield f"partnership_size: {s} at {h} has {size} members, {vehicle} needs {needed:g}"


def broken_in_pair(data: Data, s: str, h: str, a: str, b: str) -> Iterator[str]:
    """maximum_span, and compatibility in its scope, for two members of one partnership."""
    yield from too_far(data, s, a, b, "maximum_span")
    minimum = data.figure(s, "compatibility", "compatibility", "minimum")
    given = data.rules.get("compatibility")
    scope = given.get("scope", "all_pairs") if isinstance(given, dict) else "all_pairs"
    if minimum is None or (scope == "with_host" and h not in (a, b)):
        return
    score = compatibility(data, a, b, s)
    if score < minimum - SLACK or score == 0:
        yield f"compatibility: {a} and {b} score {score:g} for {s}"


def contiguity(data: Data, s: str) -> bool:
    """Whether the rule is on for a service: its own column, else the list of services, else for all."""
    given, own = data.rules.get("contiguity"), data.services[s].get("contiguity", "").lower()
    if given is False or own in NO:
        return False
    return own in YES or given is True or (isinstance(given, list) and s in given)


def connected(data: Data, host: str, tranches: Mapping[str, int]) -> bool:
    """contiguity: the host reaches every member from neighbour to neighbour; who is live already is in touch with it."""
    reached, ahead = {host}, [host]
    while ahead:
        here = ahead.pop()
        for there in tranches.keys() - reached:
            live = (here == host and tranches[there] == LIVE) or (there == host and tranches[here] == LIVE)
            if live or frozenset((here, there)) in data.adjacent:
                reached.add(there)
                ahead.append(there)
    return len(reached) == len(tranches)


def too_many_at_once(data: Data, s: str, h: str, tranches: Mapping[str, int]) -> Iterator[str]:
    """onboarding_capacity: members that join the host in one tranche."""
    limit = data.figure(s, "onboarding_capacity", "onboarding_capacity", s)
    joining = Counter(k for c, k in tranches.items() if c != h and k != LIVE)
    for k, count in joining.items():
        if limit is not None and count > limit:
            yield f"onboarding_capacity: {count} join {s} at {h} in tranche {k}, more than {limit:g}"


def saves_too_little(data: Data, members: Sequence[Membership]) -> Iterator[str]:
    """minimum_saving in the second year, and payback from the opening."""
    s, h = members[0].service, members[0].host
    share = data.figure(s, "minimum_saving", "minimum_saving", s)
    if share is not None:
        baseline = sum(data.baselines[m.council, s].annual_cost for m in members)
        if second_year_position(data, members) < share * baseline - PENNY:
            yield f"minimum_saving: {s} at {h} saves less than {share:g} of its baseline"
    years = data.figure(s, "payback", "payback", s)
    opening = next(m.tranche for m in members if m.council == h)
    if years is not None and opening != LIVE and position_after(data, members, opening, years) < -HALF_A_PENNY:
        yield f"payback: {s} at {h} has not paid back after {years:g} years"


def position_after(data: Data, members: Sequence[Membership], opening: int, years: float) -> float:
    """What a partnership has brought so many years after its opening, not discounted."""
    length = data.period_months / 12
    window = [min(max((opening * length + years - j * length) / length, 0.0), 1.0) for j in range(data.periods)]
    total = 0.0
    for flows in partnership_flows(data, members).values():
        total += sum(window[j] * flows.position(j) for j in range(opening, data.periods))
        if window[flows.tranche] > SLACK:
            total -= flows.one_off
    return total


def broken_in_service(data: Data, s: str, placed: Mapping[str, Membership], taken: Mapping[str, Taken] | None = None) -> Iterator[str]:
    """What holds across one service: its partnerships, and what is already decided about it."""
    hosts = {move.host for move in placed.values()}
    limit = data.figure(s, "maximum_partnerships", "maximum_partnerships", s)
    if limit is not None and len(hosts) > limit:
        yield f"maximum_partnerships: {s} has {len(hosts)} partnerships, more than {limit:g}"
    for decided in data.commitments:
        if decided.service == s and not kept(data, decided, placed, taken or {}):
            yield f"commitments: {decided.council} {decided.decision} {decided.other or decided.option} for {s} is not kept"


def kept(data: Data, decided: Commitment, placed: Mapping[str, Membership], taken: Mapping[str, Taken]) -> bool:
    """Whether a decision already taken is kept; only not_before and takes have anything to say about options."""
    nowhere = Membership(decided.council, decided.service, "", "", LIVE)
    own, other = placed.get(decided.council, nowhere), placed.get(decided.other, nowhere)
    met = bool(own.host) and own.host == other.host
    in_time = decided.go_live is None or (own.tranche != LIVE and data.first_day(own.tranche) == decided.go_live)
    match decided.decision:
        case "hosts":
            return own.host == decided.council and in_time and decided.vehicle in ("", own.vehicle)
        case "shares_with":
            return bool(own.host) and own.host == decided.other and in_time
        case "together":
            return met and in_time and (decided.go_live is None or own.tranche == other.tranche)
        case "never_with":
            return not met or own.tranche == other.tranche == LIVE  # two that are live together already are not judged
        case "stays_out":
            return not own.host
        case "not_before":
            dates = [data.first_day(one.tranche) for one in (own, taken.get(decided.council)) if one and one.tranche != LIVE]
            return decided.go_live is None or all(day >= decided.go_live for day in dates)
        case "takes":
            one = taken.get(decided.council)
            if one is None or one.option != decided.option or own.host:
                return False
            if decided.go_live is None or one.tranche == LIVE:
                return (one.tranche == LIVE) == (decided.go_live is not None and decided.go_live < data.start)
            return data.first_day(one.tranche) == decided.go_live
        case "live":
            return own.host == decided.other and own.tranche == LIVE
    raise ValueError(f"no such decision: {decided.decision}")

"""What a plan must obey: model.md section 4. Each breach is a line that starts with the rule's name."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from .pairs import compatibility, km, minutes
from .pricing import by_partnership, second_year_position, termination
from .read import LIVE, Commitment, Data, Move

SLACK = 1e-9  # for scores, distances and volumes
PENNY = 1e-6  # for pounds


def broken_in_move(data: Data, move: Move) -> Iterator[str]:
    """What forbids one move whatever else is done; what is live already is not judged."""
    c, s, h, k = move
    if not (data.runs(c, s) and data.runs(h, s)):
        yield f"runs_service: {c} and {h} do not both run {s}"
        return
    if k == LIVE:
        return
    if not 0 <= k < data.tranches:
        yield f"tranche: {c} cannot go live with {s} in tranche {k}"
        return
    if c == h and not data.baselines[c, s].can_host:
        yield f"can_host: {c} cannot host {s}"
    if termination(data, c, s, k) is None:
        yield f"contract_timing: {c}'s contract for {s} runs on in tranche {k}"
    yield from too_far(data, s, c, h, "maximum_distance")
    yield from too_poor(data, s, c, h)


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


def broken_in_partnership(data: Data, s: str, h: str, members: Mapping[str, int]) -> Iterator[str]:
    """What one partnership must obey by itself, given that each of its moves may be made."""
    name = f"{s} at {h}"
    if h not in members:
        yield f"partnership: {name} lacks its host's own row"
        return
    if min(members.values()) < members[h]:
        yield f"partnership: {name} has members before its host"
    if len(members) < 2:
        yield f"partnership: {name} has fewer than two members"
    minimum = data.figure(s, "partnership_size", "partnership_size_minimum", "minimum")
    if minimum is not None and len(members) < minimum:
        yield f"partnership_size: {name} has {len(members)} members, fewer than {minimum:g}"
    maximum = data.figure(s, "partnership_size", "partnership_size_maximum", "maximum")
    if maximum is not None and len(members) > maximum:
        yield f"partnership_size: {name} has {len(members)} members, more than {maximum:g}"
    room = data.baselines[h, s].host_capacity
    load = sum(data.baselines[c, s].volume or 0.0 for c in members)
    if room is not None and data.rules.get("host_capacity") is not False and load > room + SLACK:
        yield f"host_capacity: {name} has to run {load:g}, more than {room:g}"
    for a, b in combinations(members, 2):
        if members[a] != LIVE or members[b] != LIVE:  # two that are live together already are not judged
            yield from broken_in_pair(data, s, h, a, b)
    share = data.figure(s, "minimum_saving", "minimum_saving", s)
    if share is not None:
        baseline = sum(data.baselines[c, s].annual_cost for c in members)
        if second_year_position(data, s, h, members) < share * baseline - PENNY:
            yield f"minimum_saving: {name} saves less than {share:g} of its baseline"


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


def broken_in_service(data: Data, s: str, placed: Mapping[str, tuple[str, int]]) -> Iterator[str]:
    """What holds across the partnerships of one service: `placed` gives each council's host and tranche."""
    hosts = {h for h, _ in placed.values()}
    limit = data.figure(s, "maximum_partnerships", "maximum_partnerships", s)
    if limit is not None and len(hosts) > limit:
        yield f"maximum_partnerships: {s} has {len(hosts)} partnerships, more than {limit:g}"
    for c, (h, k) in placed.items():
        if k == LIVE and data.live.get((c, s), ("",))[0] != h:
            yield f"commitments: {c} is not live with {h} for {s}"
    for decided in data.commitments:
        if decided.service == s and not kept(data, decided, placed):
            yield f"commitments: {decided.council} {decided.decision} {decided.other} for {s} is not kept"


def kept(data: Data, decided: Commitment, placed: Mapping[str, tuple[str, int]]) -> bool:
    """Whether a decision already taken is kept."""
    host, tranche = placed.get(decided.council, ("", LIVE))
    other_host, other_tranche = placed.get(decided.other, ("", LIVE))
    met = bool(host) and host == other_host
    in_time = decided.go_live is None or (tranche != LIVE and data.first_day(tranche) == decided.go_live)
    match decided.decision:
        case "hosts":
            return host == decided.council and in_time
        case "shares_with":
            return bool(host) and host == decided.other and in_time
        case "together":
            return met and in_time and (decided.go_live is None or tranche == other_tranche)
        case "never_with":
            return not met or tranche == other_tranche == LIVE  # two that are live together already are not judged
        case "stays_out":
            return not host
        case "not_before":
            return tranche == LIVE or decided.go_live is None or data.first_day(tranche) >= decided.go_live
        case "live":
            return host == decided.other and tranche == LIVE
    raise ValueError(f"no such decision: {decided.decision}")


def broken_in_programme(data: Data, moves: Iterable[Move]) -> Iterator[str]:
    """delivery_capacity and programme_capacity: go-lives a tranche, by council and in all; live rows do not count."""
    coming = [(c, k) for c, _, _, k in moves if k != LIVE]
    for rule, counts in (
        ("delivery_capacity", Counter(coming)),
        ("programme_capacity", Counter(k for _, k in coming)),
    ):
        limit = data.rules.get(rule, False)
        for where, n in counts.items():
            if limit is not False and n > limit:
                yield f"{rule}: {n} go-lives at {where}, more than {limit}"


def broken_in_plan(data: Data, moves: Iterable[Move]) -> Iterator[str]:
    """Everything that a whole plan breaks."""
    moves = list(moves)
    for (c, s), n in Counter((c, s) for c, s, _, _ in moves).items():
        if n > 1:
            yield f"one_arrangement: {c} has {n} for {s}"
    wrong = [line for move in moves for line in broken_in_move(data, move)]
    yield from wrong
    if any(line.startswith("runs_service") for line in wrong):
        return  # the rest would look for figures that are not there
    for (s, h), members in by_partnership(moves).items():
        yield from broken_in_partnership(data, s, h, members)
    for s in data.services:
        yield from broken_in_service(data, s, {c: (h, k) for c, service, h, k in moves if service == s})
    yield from broken_in_programme(data, moves)

"""Rule sequencing: what waits is there, what it waits for is there, and nothing waits for itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from math import inf

from instances.checks.draft import Draft, several
from instances.errors import Fault
from instances.rule_figures import Sequence as Order

BACK_OFFICE = "back_office"


def check_sequencing(draft: Draft) -> Iterator[Fault]:
    """Each row of the rule can be kept: its categories have services enough, and no service waits for itself."""
    rows, services = draft.settings.rules.sequencing if draft.settings else None, draft.names("service")
    if not rows or services is None:
        return
    category = {str(record.get("service")): str(record.get("category") or "") for record in draft.records.get("services", ())}
    count = sum(one == BACK_OFFICE for one in category.values())
    found = False
    for place, row in enumerate(rows, 1):
        for problem, expected in _of_category(row, category, count) if row.category else _of_service(row):
            found = True
            yield _fault(place, problem, expected)
    if not found:
        yield from _waits_for_itself(rows, category)


def _fault(place: int, problem: str, expected: str) -> Fault:
    return Fault("instance.toml", problem, expected, column=f"rules.sequencing item {place}")


def _of_service(row: Order) -> Iterator[tuple[str, str]]:
    if row.service in (row.after or ()):
        yield f"'{row.service}' stands after itself", "name another service"


def _of_category(row: Order, category: Mapping[str, str], count: int) -> Iterator[tuple[str, str]]:
    wanted = row.after_back_office or 0
    if row.category == BACK_OFFICE:
        yield "back_office services would wait for back_office services, so none could begin", "write front_line or management"
    elif row.category not in category.values():
        yield f"no service has category {row.category}", "give it to a service in services.csv, or take the row out"
    if not count:
        yield f"no service has category {BACK_OFFICE}", "give it to a service in services.csv, or take the row out"
    elif wanted > count:
        yield f"after_back_office {wanted} is more than the {BACK_OFFICE} services there are", f"expected at most {count}"


def _waits_for_itself(rows: Sequence[Order], category: Mapping[str, str]) -> Iterator[Fault]:
    """Services that could never begin at a council that runs them all, said once for each circle."""
    waits: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        waits[str(row.service)] |= set(row.after or ())
    said: set[frozenset[str]] = set()
    for place, row in enumerate(rows, 1):
        for other in row.after or ():
            way = _way(waits, other, str(row.service)) if row.periods else None
            if way is not None and frozenset(way) not in said:
                said.add(frozenset(way))
                circle = " after ".join([str(row.service), *way])
                yield _fault(place, f"{circle}: none of them could begin", "take a row out, or set the periods of all to 0")
    if not said:
        yield from _never_begin(rows, category)


def _way(waits: Mapping[str, set[str]], start: str, end: str) -> list[str] | None:
    """Services from one to another, each waiting for the next; the shortest way."""
    ways, seen = [[start]], {start}
    for way in ways:
        if way[-1] == end:
            return way
        for other in sorted(waits.get(way[-1], ())):
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return None


def _never_begin(rows: Sequence[Order], category: Mapping[str, str]) -> Iterator[Fault]:
    """Categories that wait for back-office services which wait for them in turn.

    With every wait counted as one, the step in which a service can begin is at most the number of services, unless it
    waits in a circle: then there is none, however long the waits are.
    """
    office = [service for service, one in category.items() if one == BACK_OFFICE]
    step = dict.fromkeys(category, 0.0)
    changed = True
    while changed:
        changed = False
        for row in rows:
            before = [step.get(other, 0.0) for other in row.after or ()] or sorted(step[other] for other in office)[: row.after_back_office]
            earliest = max(before) + min(1, row.periods)
            earliest = inf if earliest > len(step) else earliest
            for service, one in category.items():
                if service == row.service or (row.category is not None and one == row.category):
                    changed |= earliest > step[service]
                    step[service] = max(step[service], earliest)
    late = sorted(service for service in office if step[service] == inf)
    for place, row in enumerate(rows, 1):
        if row.category is not None and len(office) - len(late) < (row.after_back_office or 0):
            wait = "waits" if len(late) == 1 else "wait"
            problem = f"{row.category} waits for {row.after_back_office} back_office services, but {several(late)} {wait} for it in turn"
            yield _fault(place, problem, "take a row out, or lower after_back_office")
            return

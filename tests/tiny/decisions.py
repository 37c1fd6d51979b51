"""Draws what is already decided: live partnerships, commitments, and traps that leave no feasible plan."""

from datetime import date, timedelta
from random import Random

from .shape import Cells, Tiny

MILD = ["not_before", "never_with"]
MUST = {"hosts", "shares_with", "together", "stays_out"}  # a council can keep at most one of these for a service


def draw(tiny: Tiny) -> None:
    """Live partnerships first, for no other decision may go against them."""
    draw_live(tiny)
    draw_commitments(tiny)
    draw_trap(tiny)
    rng = Random()
    rng.setstate(tiny.rng.getstate())  # its own, so that all else of a seed is as it was before there were such decisions
    draw_takes(tiny, rng, 0.4)


def draw_live(tiny: Tiny) -> None:
    """Now and then a partnership that is live already; members came with their host or after it."""
    service = tiny.rng.choice(list(tiny.services))
    hosts = tiny.runners(service, hosts=True)
    if not hosts or not tiny.chance(0.3 if tiny.only == "commitments" else 0.16):
        return
    host = tiny.rng.choice(hosts)
    others = [c for c in tiny.runners(service) if c != host]
    since = tiny.rng.choice([0, 5, 12, 30]) if tiny.start.day <= 28 else 0
    written = "" if len(tiny.services) == 1 and tiny.chance(0.3) else service
    able = tiny.able(service)
    vehicle = tiny.rng.choice(able) if len(able) > 1 and ("lead_authority" not in able or tiny.chance(0.5)) else ""
    for council in [host, *tiny.rng.sample(others, tiny.rng.randint(1, len(others)))]:
        months = since if council == host else tiny.rng.randint(0, since)
        go_live = tiny.day(-months) if months or tiny.chance(0.3) else ""
        named = vehicle if council == host or tiny.chance(0.5) else ""
        tiny.add("commitments", council, written, "live", host, go_live=go_live, vehicle=named)


def draw_commitments(tiny: Tiny) -> None:
    """Up to three decisions, none about a council and service that is live already or that has to do something else."""
    if not tiny.wants("commitments", 0.3):
        return
    if not tiny.only and not tiny.tables["commitments"] and tiny.chance(0.1):
        tiny.rules["commitments"] = False
    for _ in range(tiny.rng.randint(1, 3)):
        council, service = tiny.rng.choice(sorted(tiny.tables["baselines"]))
        decision = tiny.rng.choice([*MILD * 4, *sorted(MUST)])
        blank = tiny.chance(0.2)
        decide(tiny, council, [s for s in tiny.services if blank or s == service], decision, blank)


def decide(tiny: Tiny, council: str, services: list[str], decision: str, blank: bool) -> None:
    """Add one decision, if it is a possible one: the council and the other run the service, and a host may host it."""
    services = [s for s in services if council in tiny.runners(s)]
    taken = [tiny.decisions(council, s) for s in services]
    if any("live" in known or (decision in MUST and known & MUST) for known in taken):
        return
    hosting = decision in {"hosts", "shares_with"}
    fit = {s: [c for c in tiny.runners(s, hosts=hosting) if tiny.live_with(c, s) in {"", c}] for s in services}
    both = {c: [s for s in services if c in tiny.runners(s)] for c in tiny.councils}
    others = [c for c in tiny.councils if both[c] and all(c in fit[s] for s in both[c])]
    if decision in {"never_with", "together", "shares_with"}:
        others = [c for c in others if c != council]
    else:
        others = [""] if council in others else []
    if not others:
        return
    other = tiny.rng.choice(others)
    go_live: date | str = ""
    if decision == "not_before":
        go_live = tiny.start + timedelta(days=tiny.rng.randint(0, tiny.tranches * tiny.period_months * 31))
    elif decision in MUST - {"stays_out"} and tiny.chance(0.4) and not any(tiny.live_with(other, s) for s in services):
        go_live = tiny.first_day(tiny.rng.randrange(tiny.tranches))
    row: Cells = {"go_live": go_live}
    able = [vehicle for vehicle in tiny.tables["vehicles"] if all(vehicle[0] in tiny.able(s) for s in services)]
    if decision == "hosts" and able and tiny.chance(0.5):
        row["vehicle"] = tiny.rng.choice(able)[0]
    tiny.add("commitments", council, "" if blank else services[0], decision, other, **row)


def draw_takes(tiny: Tiny, rng: Random, chance: float) -> None:
    """Councils that have to take one of their alternatives: in any tranche, in one that suits it, or since before the start."""
    for council, service in sorted({key[:2] for key in tiny.tables["options"]}):
        if rng.random() >= chance or is_to_share(tiny, council, service):
            continue
        name = rng.choice([key[2] for key in tiny.tables["options"] if key[:2] == (council, service)])
        first, ceases = (
            tiny.tables["options"][council, service, name].get("available_from"),
            tiny.tables["councils"][council,].get("ceases"),
        )
        waits = [row["go_live"] for row in tiny.decided(council, service) if row["decision"] == "not_before"]
        tranches = [tiny.first_day(k) for k in range(tiny.tranches)]
        suit = [day for day in tranches if all(not f or day >= f for f in (first, *waits)) and (not ceases or day < ceases)]
        before = [tiny.day(-months) for months in (1, 7, 14, 26)]
        go_live = rng.choice(rng.choice([[""], suit or [""], before]))
        tiny.add("commitments", council, service, "takes", "", go_live=go_live, option=name)


def is_to_share(tiny: Tiny, council: str, service: str) -> bool:
    """Whether a council has to be in a partnership for a service, by a row of its own or of another."""
    rows = [row for row in tiny.tables["commitments"].values() if row["service"] in {service, ""} and row["decision"] in {"live", *MUST}]
    return any(row["decision"] != "stays_out" and council in (row["council"], row["other"]) for row in rows)


def draw_trap(tiny: Tiny) -> None:
    """Now and then a council has to host what no partnership can make work."""
    free = [(c, s) for s in tiny.services for c in tiny.runners(s, hosts=True) if not tiny.decisions(c, s)]
    if tiny.only or not free or not tiny.chance(0.04):
        return
    host, service = tiny.rng.choice(free)
    tiny.rules = {rule: figure for rule, figure in tiny.rules.items() if figure is not False}
    tiny.add("commitments", host, service, "hosts", "", go_live="")
    traps: dict[str, Cells] = {
        "saving": {"minimum_saving": 0.9},
        "size": {"partnership_size_minimum": len(tiny.councils) + 1, "partnership_size_maximum": 9},
        "distance": {"maximum_distance": 0.5},
        "veto": {"compatibility": 0.01},
        "contract": {},
    }
    trap = tiny.rng.choice(list(traps))
    tiny.services[service] |= traps[trap]
    if trap == "contract":
        tiny.add("contracts", host, service, expires=tiny.first_day(tiny.tranches))
    elif trap == "veto":
        rows = tiny.tables["compatibility"]
        tiny.tables["compatibility"] = {key: row for key, row in rows.items() if host not in key}
        for other in (c for c in tiny.councils if c != host):
            tiny.add("compatibility", host, other, service, score=0, reason="dispute")

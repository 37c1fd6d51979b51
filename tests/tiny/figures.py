"""Draws the figures: councils, baselines, economics and every table of facts."""

from datetime import timedelta
from typing import Any

from .shape import Cells, Tiny

PARAMETERS = {
    "duplication_avoided": (0.4, 1.0),
    "process_saving": (0.05, 0.25),
    "convergence": (0.2, 0.9),
    "coordination_cost": (1_000, 10_000),
    "distance_cost": (20, 200),
    "friction": (0.01, 0.06),
    "pay_alignment_cost_per_fte": (50, 500),
    "hosting_cost": (3_000, 30_000),
    "set_up_cost": (5_000, 80_000),
    "integration_cost": (2_000, 40_000),
    "platform_cost": (5_000, 50_000),
    "harmonisation_cost_per_fte": (100, 1_500),
    "redundancy_cost": (8_000, 30_000),
    "post_reduction": (0.05, 0.3),
    "turnover": (0.03, 0.15),
    "growth": (-0.03, 0.05),
}
DEAR = {"payback": 0.6, "minimum_total_saving": 0.6, "minimum_saving": 0.3, "no_council_worse_off": 0.3}  # chance under one rule alone
SCORES = ["same_control", "no_overall_control", "different_control", "same_culture", "different_culture"]
COSTS = [name for name in PARAMETERS if name.endswith(("_cost", "_fte"))]


def draw(tiny: Tiny) -> None:
    """Every table but the decisions, and the economics."""
    draw_councils(tiny)
    draw_baselines(tiny)
    draw_economics(tiny)
    draw_phase_in(tiny)
    draw_contracts(tiny)
    draw_distances(tiny)
    draw_fit(tiny)
    draw_estimates(tiny)
    draw_tiers(tiny)
    draw_categories(tiny)


def draw_categories(tiny: Tiny) -> None:
    """What kind of service each is, where no rule has asked for it yet."""
    for service in tiny.services.values():
        if tiny.chance(0.3):
            service.setdefault("category", tiny.rng.choice(["back_office", "management", "front_line"]))


def draw_councils(tiny: Tiny) -> None:
    """Councils within about 80 km of one another."""
    for council in tiny.councils:
        tiny.add(
            "councils",
            council,
            name=f"{council} Council",
            tier=tiny.rng.choice(["district", "unitary"]),
            latitude=tiny.share(51.0, 51.5),
            longitude=tiny.share(-0.5, 0.4),
            population=tiny.rng.randint(50_000, 300_000),
            control=tiny.rng.choice(["Labour", "Labour", "Conservative", "NOC", "No overall control", ""]),
            culture=tiny.rng.choice(["in house", "outsourced", ""]),
        )


def draw_baselines(tiny: Tiny) -> None:
    """Some rows are missing, but every council runs something, every service has two councils, and a bundle's services the same ones."""
    rows = [(c, s) for c in tiny.councils for s in tiny.services]
    kept = [row for row in rows if tiny.chance(0.9)]
    bundled = {service for services in tiny.rules.get("bundle") or [] for service in services}
    kept = [(c, s) for c, s in kept if s not in bundled or all((c, t) in kept for t in bundled)]
    if {c for c, _ in kept} != set(tiny.councils) or any(sum(s == t for _, s in kept) < 2 for t in tiny.services):
        kept = rows
    capacity, tied = tiny.wants("host_capacity", 0.3), tiny.chance(0.35)
    for council, service in kept:
        first = not any(s == service for _, s in tiny.tables["baselines"])  # quality needs one performance at least
        annual, volume = tiny.money(200_000, 1_200_000), tiny.rng.randint(5_000, 40_000)
        tiny.add(
            "baselines",
            council,
            service,
            annual_cost=annual,
            fixed_cost=round(annual * tiny.rng.uniform(0.1, 0.4), 2) if tiny.chance(0.9) else "",
            procured_cost=round(annual * tiny.rng.uniform(0.05, 0.4), 2) if tiny.chance(0.7) else "",
            fte=tiny.share(3, 25) if tiny.chance(0.9) else "",
            volume=volume,
            platform=tiny.rng.choice(["North", "North", "South", ""]),
            performance=tiny.share(0.45, 1) if first or tiny.chance(0.85) else "",
            can_host=tiny.rng.choice(["false", "no", "0"] if tiny.chance(0.2) else ["true", "yes", "1", "", ""]),
            host_capacity=round(volume * tiny.rng.uniform(1.4, 4)) if capacity and tiny.chance(0.7) else "",
            hosting_cost=tiny.money(2_000, 40_000) if tied and tiny.chance(0.5) else "",
            set_up_cost=tiny.money(5_000, 120_000) if tied and tiny.chance(0.5) else "",
            source="budget book" if tiny.chance(0.2) else "",
        )


def draw_economics(tiny: Tiny) -> None:
    """Each parameter is left out, a default, a service's own, or both; some instances make sharing dear, some hosting only."""
    dear = tiny.rng.choice([5, 10]) if tiny.chance(DEAR.get(tiny.only, 0.06)) else 1
    poor_hosts = tiny.chance(0.8 if tiny.only == "no_council_worse_off" else 0.1)  # a host loses what its members gain
    for name, (low, high) in PARAMETERS.items():
        if tiny.chance(0.7 if name == "growth" else 0.12) or (poor_hosts and name == "process_saving"):
            continue
        high *= dear if name in COSTS else 1
        high *= 3 if poor_hosts and name in ("hosting_cost", "set_up_cost") else 1
        place = tiny.rng.choice(["default", "default", "own", "both"])
        if place != "own":
            tiny.economics[name] = tiny.share(low, high) if high <= 1 else tiny.money(low, high)
        for service in tiny.services.values():
            if place == "own" or (place == "both" and tiny.chance(0.5)):
                service[name] = tiny.share(low, high) if high <= 1 else tiny.money(low, high)
    if tiny.chance(0.3):
        tiny.economics["optimism_bias"] = {"savings": tiny.share(0.0, 0.2), "costs": tiny.share(0.0, 0.4)}
    if tiny.chance(0.15):
        tiny.economics["compatibility_weights"] = {"politics": 2, "history": tiny.share(0, 3)}
    if tiny.chance(0.15):
        scores: Cells = {name: tiny.share(0.2, 1) for name in tiny.rng.sample(SCORES, tiny.rng.randint(1, len(SCORES)))}
        tiny.economics["compatibility_scores"] = scores | ({"history_years": tiny.rng.randint(3, 15)} if tiny.chance(0.5) else {})
    rate: Any = tiny.rng.choice([0, 0.035, 0.035, 0.06])
    if tiny.chance(0.4):
        rate = {"2020-04-01": tiny.share(0, 0.06)} | {tiny.day(tiny.rng.randint(1, 60)).isoformat(): tiny.share(0, 0.06) for _ in range(2)}
    tiny.economics["discount_rate"] = rate


def draw_phase_in(tiny: Tiny) -> None:
    """No phase-in, a default, or a service's own."""
    shapes = [[0.5, 1.0], [0.25, 0.6, 1.0], [0.0, 0.7, 0.9, 1.0], [0.8]]
    if tiny.chance(0.5):
        tiny.economics["phase_in"] = tiny.rng.choice(shapes)
    for service in tiny.services.values():
        if tiny.chance(0.3):
            service["phase_in"] = ";".join(str(part) for part in tiny.rng.choice(shapes))


def draw_contracts(tiny: Tiny) -> None:
    """Some councils wait for their contract, or pay to leave it, or cannot leave at all."""
    if not tiny.wants("contract_timing", 0.3):
        return
    last = tiny.tranches * tiny.period_months * 30
    for council, service in tiny.tables["baselines"]:
        if tiny.chance(0.5):
            expires = tiny.start + timedelta(days=tiny.rng.randint(-200, last + 100))
            notice = timedelta(days=tiny.rng.randint(0, 600))
            terms: Cells = {"expires": expires}
            if tiny.chance(0.75):
                terms |= {"break_from": expires - notice, "termination_charge": tiny.money(1_000, 60_000)}
            if tiny.chance(0.6):
                terms["termination_share"] = tiny.share(0, 0.15)
            tiny.add("contracts", council, service, **terms)


def draw_distances(tiny: Tiny) -> None:
    """Distances of some pairs; minutes of all of them where a rule counts in minutes."""
    figures = [tiny.rules.get(rule) for rule in ("maximum_distance", "maximum_span")]
    timed = any(isinstance(figure, dict) and "minutes" in figure for figure in figures)
    given = tiny.chance(0.35)
    for a, b in tiny.pairs():
        km = tiny.money(5, 75) if given and tiny.chance(0.6) else ""
        if timed or km:
            minutes = tiny.money(10, 75) if timed or tiny.chance(0.3) else ""
            tiny.add("distances", a, b, km=km, minutes=minutes)


def draw_fit(tiny: Tiny) -> None:
    """Scores of some pairs, vetoes among them, and years of joint working."""
    if tiny.chance(0.8 if tiny.only == "compatibility" else 0.4):
        for a, b in tiny.pairs():
            for service in ("", *tiny.services):
                if tiny.chance(0.35):
                    tiny.add("compatibility", a, b, service, score=0 if tiny.chance(0.12) else tiny.share(0.2, 1))
    if tiny.chance(0.35):
        for a, b in tiny.pairs():
            if tiny.chance(0.5):
                tiny.add("history", a, b, years=tiny.rng.randint(0, 14), what="joint committee")


def draw_known(tiny: Tiny) -> None:
    """Rule compatibility is refused where nothing is known of any pair, so one pair of each service has a score then."""
    if not tiny.rules.get("compatibility") and not any(row.get("compatibility", "") != "" for row in tiny.services.values()):
        return
    for service in tiny.services:
        running = tiny.runners(service)
        told = [set(key[:2]) <= set(running) for key in tiny.tables["compatibility"] if key[2] in ("", service)]
        if len(running) > 1 and not any(told):
            tiny.add("compatibility", running[0], running[1], service, score=0.8)


def draw_estimates(tiny: Tiny) -> None:
    """Figures worked out elsewhere for a few moves, hosting among them; some give only a part."""
    if not tiny.chance(0.35):
        return
    for _ in range(tiny.rng.randint(1, 4)):
        service = tiny.rng.choice(list(tiny.services))
        council, host = tiny.rng.choice(tiny.runners(service)), tiny.rng.choice(tiny.runners(service))
        figures: Cells = {
            "annual_saving": tiny.money(10_000, 200_000),
            "annual_cost": tiny.money(1_000, 40_000),
            "one_off_cost": tiny.money(2_000, 100_000),
        }
        given = tiny.rng.sample(sorted(figures), tiny.rng.randint(1, 3))
        tiny.add("estimates", council, service, host, **{name: figures[name] for name in given})


def draw_tiers(tiny: Tiny) -> None:
    """Up to three steps of joint purchasing; the rate never falls."""
    for service in tiny.services:
        if tiny.chance(0.45):
            steps = sorted(tiny.rng.sample(range(0, 800_000, 10_000), tiny.rng.randint(1, 3)))
            rates = sorted(tiny.share(0.01, 0.12) for _ in steps)
            for step, rate in zip(steps, rates, strict=True):
                tiny.add("tiers", service, str(step), rate=rate)

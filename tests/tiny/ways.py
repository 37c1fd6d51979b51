"""Draws delivery vehicles, alternatives to sharing, councils that cease, and who is whose neighbour."""

from datetime import timedelta

from .shape import Cells, Tiny


def draw(tiny: Tiny) -> None:
    """All four, once it is known who runs what."""
    draw_vehicles(tiny)
    draw_options(tiny)
    draw_ceases(tiny)
    draw_adjacency(tiny)


def draw_vehicles(tiny: Tiny) -> None:
    """Up to three ways to run a partnership; every service has one that may run it and needs no more members than it may have."""
    names = tiny.rng.sample(["company", "joint working", "lead_authority"], tiny.vehicles)
    for name in names:
        figures: Cells = {
            "set_up_factor": tiny.share(0.4, 1.6),
            "saving_factor": tiny.share(0.7, 1.15),
            "annual_cost": tiny.money(500, 25_000),
            "minimum_members": tiny.rng.choice([2, 3, 3]),
        }
        for figure in [figure for figure in figures if tiny.chance(0.6 if figure == "minimum_members" else 0.25)]:
            figures[figure] = ""
        some = tiny.rng.sample(list(tiny.services), tiny.rng.randint(1, len(tiny.services)))
        tiny.add("vehicles", name, **figures, services=";".join(some) if tiny.chance(0.3) else "")
    rows = tiny.tables["vehicles"]
    for service in tiny.services if names else ():
        if all(rows[name,]["minimum_members"] == 3 for name in tiny.able(service)):
            rows[names[0],] |= {"services": "", "minimum_members": ""}


def draw_options(tiny: Tiny) -> None:
    """Up to three alternatives to sharing, now and then two for one council and service."""
    if not tiny.chance(0.3):
        return
    for _ in range(tiny.rng.randint(1, 3)):
        draw_option(tiny)


def draw_option(tiny: Tiny) -> None:
    """One alternative of any council for any service; it may lose."""
    council, service = tiny.rng.choice(sorted(tiny.tables["baselines"]))
    figures: Cells = {
        "annual_saving": tiny.money(10_000, 250_000),
        "annual_cost": tiny.money(500, 40_000),
        "one_off_cost": tiny.money(2_000, 120_000),
    }
    for figure in [figure for figure in figures if tiny.chance(0.2)]:
        figures[figure] = ""
    if not any(figures.values()):
        figures["annual_saving"] = tiny.money(10_000, 250_000)
    if tiny.chance(0.4):
        figures["available_from"] = tiny.start + timedelta(days=tiny.rng.randint(-30, tiny.tranches * tiny.period_months * 31))
    tiny.add("options", council, service, tiny.rng.choice(["outsource", "redesign"]), **figures)


def draw_ceases(tiny: Tiny) -> None:
    """Now and then a council or two cease: at the end of a period or within one, early or after the last tranche."""
    if not tiny.chance(0.25):
        return
    months = tiny.horizon_years * 12 + 6
    ceasing = tiny.rng.sample(tiny.councils, tiny.rng.choice([1, 1, 2]))
    for council in ceasing:
        on_boundary = tiny.first_day(tiny.rng.randint(1, months // tiny.period_months))
        any_month, any_day = tiny.day(tiny.rng.randint(1, months)), tiny.start + timedelta(days=tiny.rng.randint(1, months * 30))
        row = tiny.tables["councils"][council,]
        row["ceases"] = tiny.rng.choice([on_boundary, on_boundary, any_month, any_day])
        row["successor"] = tiny.rng.choice(["", "New Unitary", *(other for other in tiny.councils if other not in ceasing)])


def draw_adjacency(tiny: Tiny) -> None:
    """Half the pairs are neighbours, and of each service's councils one pair at least; now and then nobody says."""
    if "contiguity" not in tiny.across and not tiny.chance(0.2):
        return
    pairs = [pair for pair in tiny.pairs() if tiny.chance(0.45)]
    for service in tiny.services:
        if not any({*pair} <= {*tiny.runners(service)} for pair in pairs):
            pairs.append((*tiny.rng.sample(tiny.runners(service), 2),))
    for a, b in pairs:
        tiny.add("adjacency", a, b)

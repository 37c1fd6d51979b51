"""Draws symmetric instances: every council alike, figures round, nothing discounted."""

from datetime import date
from random import Random
from typing import Any

from .shape import Tiny

RULES: dict[str, list[Any]] = {
    "partnership_size": [{"maximum": 2}, {"minimum": 3}],
    "maximum_partnerships": [1],
    "delivery_capacity": [1],
    "programme_capacity": [2, 3],
    "onboarding_capacity": [1],
    "hosting_limit": [1],
    "partner_limit": [1, 2],
    "each_hosts": [True],
    "no_council_worse_off": ["where_it_falls", "compensated"],
    "minimum_total_saving": [{"amount": 20_000, "year": 1}, {"amount": 30_000, "year": 2}],
    "investment_limit": [{"total": 40_000}, {"programme": 30_000}, {"council": 20_000}],
    "payback": [1],
}


def draw(rng: Random) -> Tiny:
    """A few councils and services, two tranches, now and then two vehicles that are alike."""
    councils = rng.choice([3, 3, 4])
    tiny = Tiny(
        rng=rng,
        start=date(2026, 4, 1),
        period_months=12,
        tranches=rng.choice([1, 2, 2]),
        horizon_years=rng.choice([2, 3]),
        councils=["Ash", "Elm", "Oak", "Yew"][:councils],
        services={name: {} for name in ["payroll", "waste"][: rng.choice([1, 2])]},
    )
    for rule in rng.sample(sorted(RULES), rng.choice([0, 1, 2, 3])):
        if rule != "each_hosts" or len(tiny.services) == 2:
            tiny.rules[rule] = rng.choice(RULES[rule])
    draw_alike(tiny)
    draw_choices(tiny)
    return tiny


def draw_alike(tiny: Tiny) -> None:
    """A joining council saves 20,000 a year, or in some instances nothing; costs are round or none."""
    for council in tiny.councils:
        tiny.add("councils", council)
        for service in tiny.services:
            tiny.add("baselines", council, service, annual_cost=100_000, fixed_cost=40_000)
    tiny.economics["discount_rate"] = 0
    if tiny.chance(0.8):
        tiny.economics["duplication_avoided"] = 0.5
    for name, figures in {
        "process_saving": [0, 0, 0.1],
        "set_up_cost": [0, 10_000, 20_000, 50_000],
        "integration_cost": [0, 5_000, 20_000],
        "hosting_cost": [0, 10_000],
    }.items():
        tiny.economics[name] = tiny.rng.choice(figures)


def draw_choices(tiny: Tiny) -> None:
    """Vehicles without a difference, an option as good as joining, and a commitment that leaves the rest open."""
    if tiny.chance(0.4):
        for name in ("company", "lead_authority"):
            tiny.add("vehicles", name, saving_factor=1)
    if tiny.chance(0.3):
        for council in tiny.rng.sample(tiny.councils, tiny.rng.randint(1, 2)):
            tiny.add("options", council, "payroll", tiny.rng.choice(["outsource", "redesign"]), annual_saving=20_000, one_off_cost=5_000)
    a, b = tiny.rng.sample(tiny.councils, 2)
    commitment = tiny.rng.choice(["", "together", "hosts", "never_with", "not_before"])
    if commitment:
        other = b if commitment in {"together", "never_with"} else ""
        day = tiny.first_day(tiny.tranches - 1) if commitment == "not_before" else ""
        tiny.add("commitments", a, "payroll", commitment, other, go_live=day)

"""Draws the rules that were named in `draw_shape`: most of them look at more than one partnership."""

from typing import Any

from .rules import set_rule
from .shape import Tiny


def draw(tiny: Tiny) -> None:
    """Each rule that is on, in one of its forms; now and then another one is there but switched off."""
    for rule in sorted(tiny.across):
        DRAWN[rule](tiny)
    if not tiny.only and tiny.chance(0.2):
        tiny.rules.setdefault(tiny.rng.choice(sorted(DRAWN)), False)


def draw_contiguity(tiny: Tiny) -> None:
    """For all services, or for some."""
    some = tiny.rng.sample(list(tiny.services), tiny.rng.randint(1, len(tiny.services)))
    set_rule(tiny, "contiguity", tiny.rng.choice([True, True, some]), {"contiguity": tiny.rng.choice(["yes", "yes", "true", "no"])})


def draw_total_saving(tiny: Tiny) -> None:
    """A saving that some plans reach; some instances have no plan that does."""
    size = len(tiny.councils) * len(tiny.services) * 700_000
    amount = tiny.money(0.005 * size, tiny.rng.choice([0.05, 0.12, 0.25]) * size)
    tiny.rules["minimum_total_saving"] = {"amount": amount, "year": tiny.rng.randint(1, tiny.horizon_years)}


def draw_worse_off(tiny: Tiny) -> None:
    """Both readings."""
    tiny.rules["no_council_worse_off"] = tiny.rng.choice(["where_it_falls", "compensated"])


def draw_payback(tiny: Tiny) -> None:
    """From a part of a year to most of the horizon."""
    years = [tiny.share(0.2, 1.2), tiny.share(0.5, 2.5), 1, 1.5, 2, tiny.horizon_years]
    figure = tiny.rng.choice([*years, {tiny.rng.choice(list(tiny.services)): tiny.rng.choice(years)}])
    set_rule(tiny, "payback", figure, {"payback": tiny.rng.choice(years)})


def draw_investment(tiny: Tiny) -> None:
    """Limits on the programme, on each council or on all years together; by year, in years in which something may go live."""
    days = [tiny.first_day(k) for k in range(tiny.tranches)]
    labels = sorted({f"{day.year - (day.month < 4)}/{(day.year - (day.month < 4) + 1) % 100:02d}" for day in days})
    scale = len(tiny.services) * tiny.rng.choice([0.5, 1, 1])

    def by_year(low: float, high: float) -> Any:
        some = tiny.rng.sample(labels, tiny.rng.randint(1, len(labels)))
        return tiny.money(low, high) if tiny.chance(0.5) else {label: tiny.money(low, high) for label in some}

    limits = {
        "programme": by_year(10_000 * scale, 180_000 * scale),
        "council": by_year(5_000 * scale, 90_000 * scale),
        "total": tiny.money(20_000 * scale, 250_000 * scale),
    }
    tiny.rules["investment_limit"] = {name: limits[name] for name in tiny.rng.sample(sorted(limits), tiny.rng.choice([1, 1, 2, 3]))}


def draw_onboarding(tiny: Tiny) -> None:
    """Mostly one at a time."""
    figure = tiny.rng.choice([1, 1, 1, 2, 0, {tiny.rng.choice(list(tiny.services)): 1}])
    set_rule(tiny, "onboarding_capacity", figure, {"onboarding_capacity": 1})


def draw_sequencing(tiny: Tiny) -> None:
    """Services after services, or a category after back-office services; two services may wait for each other to begin together."""
    names, periods = tiny.rng.sample(list(tiny.services), len(tiny.services)), tiny.rng.choice([0, 1, 1, 2])
    entries: list[Any] = []
    if tiny.chance(0.5):
        waiting = tiny.rng.choice(["front_line", "management"])
        front = names[: tiny.rng.randint(1, len(names) - 1)]
        for name in names:
            tiny.services[name]["category"] = waiting if name in front else "back_office"
        enough = tiny.rng.randint(1, len(names) - len(front))
        entries.append({"category": waiting, "after_back_office": enough, "periods": periods})
    if not entries or tiny.chance(0.1):
        after = names[1 : tiny.rng.randint(2, len(names))]
        entries.append({"service": names[0], "after": after, "periods": periods})
        if len(entries) == 1 and periods == 0 and tiny.chance(0.5):
            entries.append({"service": after[0], "after": names[:1], "periods": 0})
        elif len(names) == 3 and len(after) == 1 and tiny.chance(0.5):
            entries.append({"service": names[1], "after": names[2:], "periods": tiny.rng.choice([0, 1])})
    tiny.rules["sequencing"] = entries


def draw_bundle(tiny: Tiny) -> None:
    """Two services, or all, or two bundles that overlap; the same councils will run them."""
    names = tiny.rng.sample(list(tiny.services), len(tiny.services))
    forms = [[names[:2]], [names[:2]], [names]]
    tiny.rules["bundle"] = tiny.rng.choice([*forms, [names[:2], names[1:]]] if len(names) == 3 else forms)


DRAWN = {
    "contiguity": draw_contiguity,
    "minimum_total_saving": draw_total_saving,
    "no_council_worse_off": draw_worse_off,
    "payback": draw_payback,
    "investment_limit": draw_investment,
    "onboarding_capacity": draw_onboarding,
    "hosting_limit": lambda tiny: tiny.rules.update(hosting_limit=tiny.rng.choice([1, 1, 1, 1, 2, 0])),
    "each_hosts": lambda tiny: tiny.rules.update(each_hosts=True),
    "sequencing": draw_sequencing,
    "bundle": draw_bundle,
    "partner_limit": lambda tiny: tiny.rules.update(partner_limit=tiny.rng.choice([1, 1, 1, 1, 2, 2, 0])),
}

"""Draws the rules on moves, partnerships and go-lives: which are on, where they are set, and figures that bite now and then."""

from typing import Any

from .shape import Cells, Tiny


def draw(tiny: Tiny) -> None:
    """Every rule that neither the data switch on by themselves nor `draw_shape` has named."""
    zeal = tiny.rng.choice([0.05, 0.3, 0.6])  # from few rules at once, which leave room to choose, to many
    draw_move_rules(tiny, zeal)
    draw_plan_rules(tiny, zeal)


def set_rule(tiny: Tiny, rule: str, figure: Any, columns: Cells) -> None:
    """Set a rule in instance.toml, in services.csv, in both, or switch it off in spite of services.csv."""
    place = tiny.rng.choice(["toml"] * 6 + ["columns"] * 3 + ["both", "both" if tiny.only else "off"])
    if place != "columns":
        tiny.rules[rule] = False if place == "off" else figure
    if place != "toml":
        tiny.services[tiny.rng.choice(list(tiny.services))].update(columns)


def draw_move_rules(tiny: Tiny, zeal: float) -> None:
    """Rules on what two councils may do with one another."""
    for rule, often, low, high in (("maximum_distance", 0.35, 20, 65), ("maximum_span", 0.35, 25, 70)):
        limit, unit = tiny.money(low, high), tiny.rng.choice(["", "km", "minutes"])
        if tiny.wants(rule, often * zeal):
            set_rule(tiny, rule, {unit: limit} if unit else limit, {rule: tiny.money(low, high)})
    if tiny.wants("compatibility", 0.4 * zeal):
        scope = tiny.rng.choice([{"scope": "all_pairs"}, {"scope": "with_host"}, {}])
        figures: Cells = {"minimum": tiny.share(0.3, 0.75)} | scope
        set_rule(tiny, "compatibility", figures, {"compatibility": tiny.share(0.3, 0.75)})
    if tiny.wants("quality", 0.4 * zeal):
        figures = {"minimum": tiny.share(0.4, 0.7), "tolerance": tiny.share(0, 0.25)}
        for part in tiny.rng.choice([[], [], ["minimum"], ["tolerance"]]):
            del figures[part]
        own = {"quality": tiny.share(0.4, 0.7), "quality_tolerance": tiny.share(0, 0.25)}
        set_rule(tiny, "quality", figures, own)


def draw_plan_rules(tiny: Tiny, zeal: float) -> None:
    """Rules on partnerships, services and go-lives."""
    if tiny.wants("partnership_size", 0.35 * zeal):
        least, most = tiny.rng.choice([(2, 2), (2, 3), (3, 3), (3, 4)])
        figures = tiny.rng.choice([{"minimum": least}, {"maximum": most}, {"minimum": least, "maximum": most}])
        own = {"partnership_size_minimum": least, "partnership_size_maximum": most}
        set_rule(tiny, "partnership_size", figures, own)
    if tiny.wants("maximum_partnerships", 0.35 * zeal):
        few = [0, 0, 1] if tiny.only else [1, 1, 1, 2, 0]  # one partnership is mostly enough anyway
        figure = tiny.rng.choice([*few, {tiny.rng.choice(list(tiny.services)): few[-1]}])
        set_rule(tiny, "maximum_partnerships", figure, {"maximum_partnerships": few[0]})
    if tiny.wants("minimum_saving", 0.4 * zeal):
        set_rule(tiny, "minimum_saving", tiny.share(0.04, 0.2), {"minimum_saving": tiny.share(0.04, 0.2)})
    off = [] if tiny.only else [False]
    if tiny.wants("delivery_capacity", 0.35 * zeal):
        tiny.rules["delivery_capacity"] = tiny.rng.choice([1, 1, 1, 2, *off])
    if tiny.wants("programme_capacity", 0.35 * zeal):
        tiny.rules["programme_capacity"] = tiny.rng.choice([1, 2, 3, 3, 4, 5, *off])
    for rule in ("contract_timing", "host_capacity"):
        if not tiny.only and tiny.chance(0.12):
            tiny.rules[rule] = False

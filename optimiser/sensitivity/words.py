"""Inputs by names that a committee understands: `services.it_services.duplication_avoided` is "IT services: duplication avoided"."""

from __future__ import annotations

from collections.abc import Sequence

from instances import Instance
from instances.paths import split_path
from instances.tables import TABLES
from optimiser.differences import listed
from optimiser.sensitivity.prices import Price

SETTINGS = {
    "economics.optimism_bias.savings": "savings short of the plan (optimism bias)",
    "economics.optimism_bias.costs": "costs above the plan (optimism bias)",
    "economics.phase_in": "share of the saving in each year (phase-in)",
    "economics.turnover": "share of posts that fall vacant",
    "economics.compatibility_scores.different_culture": "compatibility: score of different cultures",
    "rules.compatibility.minimum": "rule compatibility: minimum",
    **{f"economics.compatibility_weights.{part}": f"compatibility: weight of {part}" for part in ("politics", "culture", "history")},
}
"""Settings whose paths are no words."""
FIGURES = {
    "one_off_cost": "one-off cost",
    "set_up_cost": "set-up cost",
    "expires": "ends",
    "break_from": "can be broken from",
    "termination_share": "charge for ending early (share of cost)",
    "pay_alignment_cost_per_fte": "pay alignment cost per FTE",
    "harmonisation_cost_per_fte": "harmonisation cost per FTE",
}
"""Columns whose names are no words."""
EVERY = {
    "council": "every council",
    "service": "every service",
    "host": "every host",
    "option": "every alternative",
    "vehicle": "every vehicle",
    "from_volume": "every step",
}


def input_name(instance: Instance, path: str) -> str:
    """What a path is about, and which figure of it."""
    table, *parts = split_path(path)
    if path in SETTINGS:
        return SETTINGS[path]
    if table not in TABLES:
        return " ".join([*(["rule"] if table == "rules" else []), *parts]).replace("_", " ")
    keys = TABLES[table].key
    words = [_key(instance, key, part) for key, part in zip(keys, parts[:-1], strict=False)]
    figure = FIGURES.get(parts[-1], parts[-1].replace("_", " "))
    about = ", ".join(word for word in words if word)
    aside = {"tiers": "joint purchasing ", "contracts": "contract ", "options": "", "estimates": "estimated "}.get(table, "")
    return f"{about}: {aside}{figure}" if about else f"{aside}{figure}"


def _key(instance: Instance, key: str, part: str) -> str:
    if part == "*":
        return EVERY.get(key, "all")
    if key == "service":
        return service_name(instance, part)
    if key == "from_volume":
        return f"from £{float(part):,.0f}"
    if key == "host":
        return f"hosted by {part}"
    return part.replace("_", " ") if key in ("option", "vehicle") else part


def service_name(instance: Instance, service: str) -> str:
    """A service by its name."""
    row = instance.services.get(service)
    return (row.name if row is not None and row.name else service).replace("_", " ")


def hosting(instance: Instance, one: Price) -> str:
    """The decision that the price of a host is about: who hosts what."""
    host, _, service = one.name.partition(" hosts")
    return f"{host} hosts {service_name(instance, service.strip())}" if service else f"{host} hosts, in every service"


def instead(one: Price) -> str:
    """The hosts of the best plan without the one in question, for its services."""
    service = one.name.split(" hosts ")[1] if " hosts " in one.name else ""
    if one.answer.npv is None:
        return "no plan"
    hosts = sorted({arranged.host for arranged in one.answer.plan if arranged.host and service in ("", arranged.service)})
    return ", ".join(hosts) or "nobody: each keeps its own"


def ending(instance: Instance, dissolved: Sequence[tuple[str, str]]) -> str:
    """Partnerships that end with a council, those of one host together."""
    services: dict[str, list[str]] = {}
    for service, host in dissolved:
        services.setdefault(host, []).append(service_name(instance, service))
    return "; ".join(f"{listed(names)} at {host}" for host, names in services.items()) or "nothing"

"""Inputs by names that a committee understands: `services.it_services.duplication_avoided` is "IT services: duplication avoided"."""

from __future__ import annotations

from instances import Instance
from instances.paths import split_path
from instances.tables import TABLES

EVERY = {
    "council": "every council",
    "service": "every service",
    "host": "every host",
    "option": "every alternative",
    "vehicle": "every vehicle",
}


def input_name(instance: Instance, path: str) -> str:
    """What a path is about, and which figure of it."""
    table, *parts = split_path(path)
    if table not in TABLES:
        return " ".join([*(["rule"] if table == "rules" else []), *parts]).replace("_", " ")
    keys = TABLES[table].key
    words = [_key(instance, key, part) for key, part in zip(keys, parts[:-1], strict=False)]
    figure = parts[-1].replace("_", " ")
    about = ", ".join(word for word in words if word)
    aside = {"tiers": "joint purchasing ", "contracts": "contract ", "options": "", "estimates": "estimated "}.get(table, "")
    return f"{about}: {aside}{figure}" if about else f"{aside}{figure}"


def _key(instance: Instance, key: str, part: str) -> str:
    if part == "*":
        return EVERY.get(key, "all")
    if key == "service":
        row = instance.services.get(part)
        return (row.name if row is not None and row.name else part).replace("_", " ")
    if key == "from_volume":
        return f"from £{float(part):,.0f}"
    if key == "host":
        return f"hosted by {part}"
    return part.replace("_", " ") if key in ("option", "vehicle") else part

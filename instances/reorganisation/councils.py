"""Rows of councils.csv: those that cease, and those that follow them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from instances.instance import Instance
from instances.messages import figure
from instances.reorganisation.ledger import Ledger, few
from instances.reorganisation.parts import common, exact, joined, total, unit_parts, weighted
from instances.reorganisation.succession import Succession
from instances.tables import Council

UNITARY = "unitary"
COUNTY = "county"
DECIMALS_OF_A_PLACE = 5


def ceasing_councils(instance: Instance, succession: Succession, ledger: Ledger) -> list[Council]:
    """councils.csv with `ceases` and `successor`; the note names the other successors of a council that is split."""
    rows = []
    for name, row in instance.councils.items():
        if name not in succession.heirs:
            rows.append(row)
            continue
        chief = succession.chief_heir(name)
        others = [f"{heir.name} ({figure(heir.share)})" for heir in succession.heirs[name] if heir != chief]
        passes = f"passes to {chief.name} ({figure(chief.share)}), {', '.join(others)}" if others else None
        before = (row.ceases, row.successor)
        changed = {"ceases": succession.ceases[name], "successor": chief.name}
        if row.ceases is not None and before != (changed["ceases"], changed["successor"]):
            ledger.notes.append(
                f"councils.csv had '{name}' cease on {row.ceases}{f' for {row.successor}' if row.successor else ''}; the table goes before it"
            )
        note = joined(row.note, passes, _reference(succession, name))
        rows.append(row.model_copy(update={**changed, "note": note}))
    return rows


def _reference(succession: Succession, council: str) -> str:
    source = succession.sources.get(council)
    return f"{succession.table}: {source}" if source else f"ceases: {succession.table}"


def successor_councils(instance: Instance, succession: Succession, ledger: Ledger) -> list[Council]:
    """councils.csv with the successors in place of the councils that cease."""
    people = {
        name: {} if row.population is None else unit_parts(row.population, succession.heirs[name])
        for name, row in instance.councils.items()
        if name in succession.heirs
    }
    kept = [row for name, row in instance.councils.items() if name not in succession.changed]
    return [*kept, *(_successor(name, instance, succession, people, ledger) for name in succession.inherits)]


def _successor(
    name: str, instance: Instance, succession: Succession, people: Mapping[str, Mapping[str, Decimal]], ledger: Ledger
) -> Council:
    """One successor.

    A county and its districts are about the same residents, so a county's residents and place do not count where
    districts pass to the same successor.
    """
    parts = succession.inherits[name]
    rows = [instance.councils[council] for council in parts]
    counting = _counting(rows)
    residents: dict[str, Decimal | None] = {
        row.council: _whole(row) if row.council == name else people[row.council].get(name) for row in counting
    }
    population = total(residents.values())
    latitude, longitude = _place(name, counting, {council: parts[council] for council in residents}, residents, ledger)
    if population is None and any(row.population is not None for row in counting):
        lacking = [row.council for row in counting if row.population is None]
        ledger.notes.append(f"councils.csv: no population for '{name}', because {few(lacking)} has none")
    own = instance.councils.get(name) if name in succession.going_on else None
    of_districts = "residents and place are those of the districts" if len(counting) < len(rows) else None
    return Council(
        council=name,
        name=None if own is None else own.name,
        tier=UNITARY if own is None or own.tier is None else own.tier,
        region=common(row.region for row in rows),
        latitude=latitude,
        longitude=longitude,
        population=population,
        control=common(row.control for row in rows),
        culture=common(row.culture for row in rows),
        source=f"sum of {succession.made_of(name)}",
        note=joined(
            None if own is None else own.note,
            f"from {succession.vesting[name]}",
            of_districts,
            *dict.fromkeys(_reference(succession, council) for council in parts if council in succession.sources),
        ),
    )


def _counting(rows: list[Council]) -> list[Council]:
    """The predecessors whose residents count: without counties where there are others."""
    lower = [row for row in rows if not (row.tier or "").casefold().startswith(COUNTY)]
    return lower or rows


def _whole(row: Council) -> Decimal | None:
    return None if row.population is None else exact(row.population)


def _place(
    name: str, rows: list[Council], shares: Mapping[str, float], residents: Mapping[str, Decimal | None], ledger: Ledger
) -> tuple[float | None, float | None]:
    """Centre of the predecessors by residents; by share where the residents are not known."""
    lacking = [row.council for row in rows if row.latitude is None or row.longitude is None]
    if lacking:
        if len(lacking) < len(rows):
            ledger.notes.append(f"councils.csv: no place for '{name}', because {few(lacking)} has none")
        return None, None
    known = {council: float(part) for council, part in residents.items() if part is not None}
    if len(known) < len(rows):
        ledger.notes.append(f"councils.csv: '{name}' stands midway between its predecessors, as not all their residents are known")
    weights = known if len(known) == len(rows) else dict(shares)
    if all(share < 1 for share in shares.values()):
        ledger.notes.append(f"councils.csv: '{name}' stands where {few(list(shares))} stood; give it coordinates of its own")
    latitudes = {row.council: row.latitude for row in rows if row.latitude is not None}
    longitudes = {row.council: row.longitude for row in rows if row.longitude is not None}
    return round(weighted(latitudes, weights), DECIMALS_OF_A_PLACE), round(weighted(longitudes, weights), DECIMALS_OF_A_PLACE)

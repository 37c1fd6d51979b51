"""Rows of baselines.csv and contracts.csv of successors: what they inherit, added up to the penny."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from instances.instance import Instance
from instances.messages import figure
from instances.reorganisation.ledger import Ledger, counted, few, services
from instances.reorganisation.parts import common, exact, joined, money_parts, texts, total, unit_parts, weighted
from instances.reorganisation.succession import Heir, Succession
from instances.tables import Baseline, Contract

MONEY = ("variable_cost", "fixed_cost", "procured_cost")
"""The parts of annual_cost; each is split by itself, so that they never come to more than the whole."""
UNITS = ("fte", "volume", "host_capacity")
OWN_FIGURES = ("hosting_cost", "set_up_cost")
DECIMALS_OF_A_SHARE = 6


@dataclass(frozen=True)
class Part:
    """What one council's service brings to one successor.

    Attributes:
        row: The baseline of the council.
        share: The share that passes.
        amounts: Costs (GBP a year) and units; None where the baseline does not give it.
    """

    row: Baseline
    share: float
    amounts: Mapping[str, Decimal | None]

    @property
    def annual_cost(self) -> Decimal:
        """Its part of the annual cost, GBP a year."""
        return sum((self.amounts[name] or Decimal(0) for name in MONEY), Decimal(0))


Inheritance = dict[tuple[str, str], dict[str, Part]]
"""By (successor, service): by predecessor what it brings."""


def inheritance(instance: Instance, succession: Succession) -> Inheritance:
    """What each successor inherits, its own services included where it is an enlarged council."""
    found: Inheritance = {}
    for (council, service), row in instance.baselines.items():
        heirs = succession.heirs.get(council, (Heir(council, 1.0),))
        if council not in succession.changed:
            continue
        split = {name: money_parts(value, heirs) for name, value in _costs(row).items()}
        split |= {name: unit_parts(value, heirs) for name in UNITS if (value := getattr(row, name)) is not None}
        for heir in heirs:
            amounts = {name: split[name][heir.name] if name in split else None for name in (*MONEY, *UNITS)}
            found.setdefault((heir.name, service), {})[council] = Part(row, heir.share, amounts)
    return {key: dict(sorted(parts.items())) for key, parts in sorted(found.items())}


def _costs(row: Baseline) -> dict[str, float]:
    """The parts of annual_cost, exactly as they are written."""
    variable = exact(row.annual_cost) - exact(row.fixed_cost) - exact(row.procured_cost)
    return {"variable_cost": float(max(variable, Decimal(0))), "fixed_cost": row.fixed_cost, "procured_cost": row.procured_cost}


def successor_baselines(instance: Instance, succession: Succession, inherited: Inheritance, ledger: Ledger) -> list[Baseline]:
    """baselines.csv with the successors in place of their predecessors."""
    rows = [row for (council, _), row in instance.baselines.items() if council not in succession.changed]
    incomplete = []
    for (name, service), parts in inherited.items():
        lacking = _lacking(instance, succession, name, set(parts))
        rows.append(next(iter(parts.values())).row if set(parts) == {name} else _baseline(name, service, parts, succession, lacking))
        if lacking:
            incomplete.append(f"{name} {service} ({', '.join(lacking)})")
    if incomplete:
        ledger.notes.append(
            f"baselines.csv: {counted(len(incomplete), 'sum')} without predecessors that have no row, though others of their tier do: "
            f"{few(incomplete, '; ')}"
        )
    _say_what_differs(instance, inherited, ledger)
    _say_what_counts_twice(instance, inherited, ledger)
    return rows


def _lacking(instance: Instance, succession: Succession, name: str, running: set[str]) -> list[str]:
    """Predecessors that do not run a service that others of their tier run; often a figure is only missing."""
    tiers = {instance.councils[council].tier for council in running} - {None}
    return [council for council in succession.inherits[name] if council not in running and instance.councils[council].tier in tiers]


def _baseline(name: str, service: str, parts: Mapping[str, Part], succession: Succession, lacking: Sequence[str]) -> Baseline:
    rows = [part.row for part in parts.values()]
    sums = {column: total(part.amounts[column] for part in parts.values()) for column in (*MONEY, *UNITS)}
    platforms = {row.platform for row in rows}
    performance = {council: part.row.performance for council, part in parts.items() if part.row.performance is not None}
    unrated = [council for council in parts if council not in performance] if performance else []
    return Baseline(
        council=name,
        service=service,
        annual_cost=float(sum((part.annual_cost for part in parts.values()), Decimal(0))),
        fixed_cost=sums["fixed_cost"] or 0.0,
        procured_cost=sums["procured_cost"] or 0.0,
        fte=sums["fte"] or 0.0,
        volume=sums["volume"],
        platform=rows[0].platform if len(platforms) == 1 else f"several, at {name}",
        performance=round(weighted(performance, _work(parts)), DECIMALS_OF_A_SHARE) if performance else None,
        can_host=any(row.can_host for row in rows),
        host_capacity=sums["host_capacity"],
        hosting_cost=common(row.hosting_cost for row in rows),
        set_up_cost=common(row.set_up_cost for row in rows),
        source=joined(f"sum of {succession.made_of(name, set(parts))}", texts(row.source for row in rows)),
        note=joined(
            f"nothing from {few(lacking)}" if lacking else None,
            f"performance without {few(unrated)}" if unrated else None,
            texts(row.note for row in rows),
        ),
    )


def _work(parts: Mapping[str, Part]) -> dict[str, float]:
    """Weights of the predecessors: work done, or cost where not all give it."""
    volumes = {council: part.amounts["volume"] for council, part in parts.items()}
    if all(volumes.values()):
        return {council: float(volume or 0) for council, volume in volumes.items()}
    return {council: float(part.annual_cost) for council, part in parts.items()}


def _say_what_differs(instance: Instance, inherited: Inheritance, ledger: Ledger) -> None:
    """Figures that predecessors do not have in common, and that cannot be added up."""
    merged = {key: [part.row for part in parts.values()] for key, parts in inherited.items() if len(parts) > 1}
    for column in OWN_FIGURES:
        left = [key for key, rows in merged.items() if len({getattr(row, column) for row in rows}) > 1]
        if left:
            ledger.notes.append(f"baselines.csv: {column} left blank where predecessors differ, so the service's holds: {services(left)}")
        free = [key for key in left if instance.parameter(key[1], column) == 0]
        if free:
            ledger.notes.append(f"baselines.csv: {column} counts as 0 until it is filled in, as the service has none: {services(free)}")
    mixed = [key for key, rows in merged.items() if len({row.platform for row in rows}) > 1]
    if mixed:
        ledger.notes.append(f"baselines.csv: predecessors are on several platforms, which count as one of their own: {services(mixed)}")
    uncapped = [key for key, rows in merged.items() if len({row.host_capacity is None for row in rows}) > 1]
    if uncapped:
        ledger.notes.append(f"baselines.csv: host_capacity left blank (no limit) where a predecessor has none: {services(uncapped)}")


def _say_what_counts_twice(instance: Instance, inherited: Inheritance, ledger: Ledger) -> None:
    """Work of a county and of its districts for one service: right for cases and calls, wrong for residents."""
    doubled: dict[str, None] = {}
    for (_, service), parts in inherited.items():
        tiers = {(instance.councils[council].tier or "").casefold() for council, part in parts.items() if part.row.volume is not None}
        if len(tiers) > 1 and any(tier.startswith("county") for tier in tiers):
            doubled[service] = None
    if doubled:
        ledger.notes.append(
            f"baselines.csv: volumes of county and districts are added up for {few(list(doubled))}; "
            "where a volume stands for residents, they are counted twice"
        )


def successor_contracts(instance: Instance, succession: Succession, inherited: Inheritance, ledger: Ledger) -> list[Contract]:
    """contracts.csv with the successors in place of their predecessors; several contracts of one service become the most binding."""
    rows = [row for (council, _), row in instance.contracts.items() if council not in succession.changed]
    merged, charges = [], _charges(instance, succession)
    for (name, service), parts in inherited.items():
        found = {council: instance.contracts[council, service] for council in parts if (council, service) in instance.contracts}
        if not found:
            continue
        rows.append(found[name] if set(parts) == {name} else _contract(name, found, parts, charges))
        if len(found) > 1:
            merged.append(f"{name} {service} ({', '.join(found)})")
    if merged:
        ledger.notes.append(
            f"contracts.csv: {counted(len(merged), 'service')} with several contracts, of which the most binding dates hold: {few(merged)}"
        )
    return rows


def _charges(instance: Instance, succession: Succession) -> dict[tuple[str, str], dict[str, Decimal]]:
    """Termination charges by (council, service) and successor, GBP."""
    return {
        (council, service): money_parts(row.termination_charge, succession.heirs.get(council, (Heir(council, 1.0),)))
        for (council, service), row in instance.contracts.items()
    }


def _contract(
    name: str,
    found: Mapping[str, Contract],
    parts: Mapping[str, Part],
    charges: Mapping[tuple[str, str], Mapping[str, Decimal]],
) -> Contract:
    """The most binding contract: it ends with the last, and breaks with the last if all can be broken.

    The share of annual cost that ending it early takes is weighted by cost, so that the charge is that of its parts;
    predecessors without a contract count with a share of 0.
    """
    rows = list(found.values())
    breaks = [row.break_from for row in rows]
    shares = {council: found[council].termination_share if council in found else 0.0 for council in parts}
    costs = {council: float(part.annual_cost) for council, part in parts.items()}
    same = common(shares.values())
    charge = sum((charges[council, row.service][name] for council, row in found.items()), Decimal(0))
    return Contract(
        council=name,
        service=rows[0].service,
        supplier=texts(row.supplier for row in rows) or None,
        expires=max(row.expires for row in rows),
        break_from=None if None in breaks else max(day for day in breaks if day is not None),
        termination_charge=float(charge),
        termination_share=round(weighted(shares, costs), DECIMALS_OF_A_SHARE) if same is None else same,
        source=texts(row.source for row in rows) or None,
        note=joined(
            f"inherited: {'; '.join(_terms(council, row, parts[council].share) for council, row in found.items())}",
            texts(row.note for row in rows),
        ),
    )


def _terms(council: str, row: Contract, share: float) -> str:
    """What a contract said before it was merged."""
    broken = "no break" if row.break_from is None else f"break {row.break_from}"
    whose = council if share == 1 else f"{figure(share)} of {council}"
    charge = f", charge {figure(row.termination_charge)}" if row.termination_charge else ""
    further = f", share {figure(row.termination_share)}" if row.termination_share else ""
    return f"{whose} expires {row.expires}, {broken}{charge}{further}"

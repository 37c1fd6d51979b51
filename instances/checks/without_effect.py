"""Figures that stand in the data and change nothing, since other data that they need are blank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from instances import tables
from instances.checks.draft import several
from instances.compatibility import known_pairs
from instances.instance import Instance

Known = NDArray[np.bool_]
PER_FTE = ("pay_alignment_cost_per_fte", "harmonisation_cost_per_fte", "redundancy_cost")


def figures_without_effect(instance: Instance) -> Iterator[str]:
    """What is given and has no effect, with what is wanting."""
    yield from _nothing_to_run(instance)
    yield from _compatibility(instance)
    yield from _staff(instance)
    yield from _platforms(instance)
    yield from _purchasing(instance)
    yield from _breaks(instance)


def _nothing_to_run(instance: Instance) -> Iterator[str]:
    """Vetoes that no rule reads, services and councils with nothing to run."""
    vetoes = sum(row.score == 0 for row in instance.rows(tables.Compatibility))
    if vetoes and not instance.figure("compatibility"):
        yield f"compatibility.csv: {vetoes} veto{'es have' if vetoes > 1 else ' has'} no effect while rule compatibility is off"
    running = {service for _, service in instance.baselines}
    for service in instance.services:
        if service not in running:
            yield f"services.csv: no council runs {service}"
    active = {council for council, _ in instance.baselines}
    for council in instance.councils:
        if council not in active:
            yield f"councils.csv: {council} runs no service"


def _compatibility(instance: Instance) -> Iterator[str]:
    """Pairs of which nothing is known, which count as 1, where rule compatibility or friction asks."""
    figures, shared = instance.figure("compatibility"), run_by_several(instance)
    asked = {
        "rule compatibility": [service for service in shared if service in figures],
        "friction": [service for service in shared if instance.parameter(service, "friction") > 0],
    }
    if not any(asked.values()):
        return
    known = known_by_service(instance)
    dark = {service for service in shared if not known[service].any()}
    for what, services in asked.items():
        lost = [service for service in services if service in dark]
        if lost:
            yield f"compatibility.csv: nothing is known of any two councils that run {several(lost, 'or')}, so {what} has no effect there"
    unknown, everyone = _pairs(instance, {s: known[s] for services in asked.values() for s in services if s not in dark})
    if unknown:
        asking = " and ".join(what for what, services in asked.items() if set(services) - dark)
        yield f"compatibility.csv: nothing is known of {unknown:,} of {everyone:,} pairs of councils, so {asking} take{'' if ' and ' in asking else 's'} them as 1"


def run_by_several(instance: Instance) -> list[str]:
    """Services that two councils or more run."""
    running = Counter(service for _, service in instance.baselines)
    return [service for service in instance.services if running[service] > 1]


def known_by_service(instance: Instance) -> dict[str, Known]:
    """For each service the pairs of councils that run it of whose compatibility something is known, each pair once, shape (n, n)."""
    position = {council: place for place, council in enumerate(instance.councils)}
    runs = {service: np.zeros(len(position), dtype=bool) for service in instance.services}
    for council, service in instance.baselines:
        if council in position and service in runs:  # a name that its own table lacks is a fault of its own
            runs[service][position[council]] = True
    return {s: np.triu(pairs & runs[s][:, None] & runs[s][None, :], 1) for s, pairs in known_pairs(instance).items()}


def _pairs(instance: Instance, known: Mapping[str, Known]) -> tuple[int, int]:
    """Pairs of councils that run one of some services of which nothing is known, and all such pairs."""
    position = {council: place for place, council in enumerate(instance.councils)}
    both, dark = (np.zeros((len(position), len(position)), dtype=bool) for _ in range(2))
    for service, told in known.items():
        at = [position[council] for council, s in instance.baselines if s == service]
        mine = np.zeros_like(both)
        mine[np.ix_(at, at)] = True
        both |= mine
        dark |= mine & ~told
    return int(np.triu(dark, 1).sum()), int(np.triu(both, 1).sum())


def _staff(instance: Instance) -> Iterator[str]:
    """Costs for each FTE where no council has any."""
    staffed = {row.service for row in instance.rows(tables.Baseline) if row.fte > 0}
    for figures, services in _set_for(instance, PER_FTE, staffed).items():
        yield f"baselines.csv: no council has FTE for {several(services, 'or')}, so {several(figures)} cost{_s(figures)} nothing there"


def _platforms(instance: Instance) -> Iterator[str]:
    """A cost of moving between platforms where no platform is named."""
    named = {row.service for row in instance.rows(tables.Baseline) if row.platform is not None}
    for services in _set_for(instance, ("platform_cost",), named).values():
        yield f"baselines.csv: no council names a platform for {several(services, 'or')}, so platform_cost is never paid there"


def _set_for(instance: Instance, parameters: tuple[str, ...], known: set[str]) -> dict[tuple[str, ...], list[str]]:
    """Services without the data that some parameters need, by the parameters that are above 0 for them."""
    found: dict[tuple[str, ...], list[str]] = {}
    for service in run_by_several(instance):
        figures = tuple(name for name in parameters if service not in known and _costs(instance, service, name))
        if figures:
            found.setdefault(figures, []).append(service)
    return found


def _costs(instance: Instance, service: str, name: str) -> bool:
    """Whether a parameter would cost anything; a redundancy needs posts that go."""
    return instance.parameter(service, name) > 0 and (name != "redundancy_cost" or instance.parameter(service, "post_reduction") > 0)


def _purchasing(instance: Instance) -> Iterator[str]:
    """Rates on procured spend where there is none."""
    buying = {row.service for row in instance.rows(tables.Baseline) if row.procured_cost > 0}
    shared = run_by_several(instance)
    idle = sorted({row.service for row in instance.rows(tables.Tier) if row.service in shared} - buying)
    if idle:
        yield f"tiers.csv: no council has procured_cost for {several(idle, 'or')}, so its rates earn nothing"


def _breaks(instance: Instance) -> Iterator[str]:
    """Charges for ending a contract that has no break."""
    rows = [row for row in instance.rows(tables.Contract) if row.break_from is None and (row.termination_charge or row.termination_share)]
    if rows and instance.rules.contract_timing:
        first = f"{rows[0].council} for {rows[0].service}"
        who = f"the contract of {first} has" if len(rows) == 1 else f"the contract of {first} and {len(rows) - 1} more have"
        yield f"contracts.csv: {who} a charge for ending early but no break_from, so a go-live waits for the end"


def _s(names: tuple[str, ...]) -> str:
    return "s" if len(names) == 1 else ""

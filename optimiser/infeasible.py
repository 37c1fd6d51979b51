"""Why there is no plan, as far as it shows without further solving: the demands that no move can meet."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from formulations import Unreachable
from formulations.pricing import Priced
from optimiser.money import pounds


def reasons(priced: Priced, unreachable: Iterable[Unreachable]) -> list[str]:
    """One sentence for each demand that no move can meet; otherwise what is demanded at all."""
    found = [_unreachable(priced, entry) for entry in unreachable]
    if found:
        return list(dict.fromkeys(found))
    rules = priced.instance.rules
    by_service = {
        name for name, column in rules.columns.items() for row in priced.instance.services.values() if getattr(row, column) is not None
    }
    on = [name for name, value in rules if value not in (None, False) or (value is None and name in by_service)]
    demands = _demands(priced)
    return [
        f"what is asked for cannot all be had together: {'; '.join(demands)}" if demands else "the rules clash",
        f"rules that are on: {', '.join(name for name in on if name != 'commitments')}",
        "drop a commitment or relax a rule to see which of them clash, for instance --set commitments.COUNCIL.SERVICE=off",
    ]


def _demands(priced: Priced) -> list[str]:
    choices = priced.graph.decided
    demands = [f"{c} hosts {s}" for c, s in sorted(choices.hosts)]
    demands += [f"{c} shares {s} with {h}" for (c, s), hosts in sorted(choices.shares_with.items()) for h in hosts]
    demands += [f"{c} and {d} together for {s}" for c, d, s in choices.together]
    demands += [f"{c} live with {h} for {s}" for (c, s), (h, _) in sorted(choices.live.items()) if c != h]
    return [*demands, _total_saving(priced)] if priced.instance.rules.minimum_total_saving else demands


def _total_saving(priced: Priced) -> str:
    rule = priced.instance.rules.minimum_total_saving
    return f"minimum_total_saving asks for {pounds(rule.amount)} in year {rule.year}" if rule else ""


def _unreachable(priced: Priced, entry: Unreachable) -> str:
    if entry.family == "must_host":
        council, service = entry.index
        return f"{council} is to host {service}, but cannot: {_why(priced, council, service, council)}"
    if entry.family == "must_join":
        council, service, host = entry.index
        return f"{council} is to share {service} with {host}, but cannot: {_why(priced, council, service, host)}"
    if entry.family in ("together", "together_same"):
        council, other, service = entry.index[:3]
        return f"{council} and {other} are to be together for {service}, but {council} has no move: {_why(priced, council, service, None)}"
    if entry.family == "one_arrangement":
        council, service = entry.index
        host = priced.graph.decided.live[council, service][0]
        return f"{council} is live with {host} for {service}, but another commitment of {council} says otherwise"
    if entry.family == "minimum_total_saving":
        return f"{_total_saving(priced)}, but nothing that could earn it can be live by then"
    return f"{entry.family} cannot be met for {', '.join(str(part) for part in entry.index)}"


def _why(priced: Priced, council: str, service: str, host: str | None) -> str:
    """The rules that forbid a council's moves to a host, or the host's opening."""
    table = priced.graph.forbidden
    table = table[table["service"] == service]
    about = table["council"].isin([council, host]) if host is not None else table["council"] == council
    to_host = table["host"].isna() | (table["host"] == host) if host is not None else pd.Series(True, index=table.index)
    rules = table[about & to_host | (table["council"].isna() & to_host)]["rule"].drop_duplicates().tolist()
    return ", ".join(rules) if rules else "nobody could join it"

"""Why a move does not exist: what in the rules and the data forbids it, and what the figure would have to be.

Read off the council graph: nothing is solved here. A move that one thing forbids may be forbidden by others too; all are named.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import numpy as np
import pandas as pd

from instances.asked import Includes
from instances.graph import CouncilGraph
from instances.tables import Commitment, Contract, Council
from optimiser.explain.lines import line_of
from optimiser.explain.row_items import commitments
from optimiser.explain.sentences import asks
from optimiser.explain.words import amount, day, far_enough
from optimiser.feasible import named_moves
from optimiser.why_not.result import Refusal


def refusals(graph: CouncilGraph, asked: Includes) -> list[Refusal]:
    """Everything that forbids what is asked about; empty where no rule, no decision and no contract does by itself.

    Where no host is named: what forbids the council any, or else what forbids each host.
    """
    council, service = asked.council, asked.service
    runs = graph.runs[service]
    missing = [name for name in dict.fromkeys((council, asked.host)) if name is not None and name not in runs]
    if missing:
        return [_no_baseline(name, service) for name in missing]
    if len(runs) == 1:
        return [_refusal("baselines", council, None, f"no council but {council} runs {service}: baselines.csv has no other row for it")]
    own = list(_own(graph, asked))
    hosts = [asked.host] if asked.host is not None else [] if own else runs
    known = {(one.table, one.row) for one in own}
    found = [
        refusal for host in hosts for refusal in list(_with_host(graph, asked, host)) or ([] if own else _out_of_step(graph, asked, host))
    ]
    return [*own, *(refusal for refusal in found if refusal.row is None or (refusal.table, refusal.row) not in known)]


def _refusal(rule: str, council: str, host: str | None, says: str, **facts: object) -> Refusal:
    return Refusal.model_validate({"rule": rule, "council": council, "host": host, "says": says, **facts})


def _no_baseline(council: str, service: str) -> Refusal:
    return _refusal("baselines", council, None, f"{council} does not run {service}: baselines.csv has no row for it", table="baselines.csv")


def _own(graph: CouncilGraph, asked: Includes) -> Iterator[Refusal]:
    """What forbids the council to go live at all, or in the tranche: its contract, what is decided, that it ceases."""
    yield from _closed(graph, asked.council, asked.service, asked.tranche, None)
    yield from _decided(graph, asked, None)


def _with_host(graph: CouncilGraph, asked: Includes, host: str) -> Iterator[Refusal]:
    """What forbids a host: the pair, and that the host cannot open by then."""
    council, service = asked.council, asked.service
    table = graph.forbidden
    table = table[table["service"] == service]
    barred = table[(table["rule"] == "can_host") & (table["host"] == host)]
    if len(barred):
        yield _refusal(
            "can_host", council, host, f"{host} may not host {service}", value=False, needed=True, table="baselines.csv", column="can_host"
        )
    for member in dict.fromkeys((council, host)):
        rows = table[(table["council"] == member) & (table["host"] == host) & (table["rule"] != "commitments")]
        yield from (_link(asked, host, row) for _, row in rows.iterrows())
    if host != council:
        yield from _closed(graph, host, service, asked.tranche, host)
    yield from _decided(graph, asked, host)


def _link(asked: Includes, host: str, row: pd.Series) -> Refusal:
    """A rule about a council and its host, with the value and the limit."""
    rule, value, limit, unit = str(row["rule"]), float(row["value"]), float(row["limit"]), str(row["unit"])
    facts = {"value": value, "limit": limit, "unit": unit}
    member = str(row["council"])
    where = f"services.csv or instance.toml, rules.{rule}"
    if rule in ("maximum_distance", "maximum_span"):
        needed = float(np.ceil(value * 100 - 1e-6) / 100)
        text = f"{rule}: {member} to {host} is {amount(value, unit)}, at most {amount(limit, unit)} is allowed"
        return _refusal(rule, asked.council, host, f"{text}; it would have to be {far_enough(limit, needed, unit)}", needed=needed, **facts)
    if rule == "compatibility":
        return _compatibility(asked, host, value, limit)
    if np.isnan(value):
        says = f"quality: no performance is given of {host} in {asked.service}, at least {amount(limit, unit)} is asked"
        return _refusal(rule, asked.council, host, says, limit=limit, unit=unit, needed=limit, table="baselines.csv", column="performance")
    below = "" if member == host else f", and {member} may lose no more than the tolerance"
    says = f"quality: {host} performs at {amount(value, unit)} in {asked.service}, at least {amount(limit, unit)} is asked{below}"
    return _refusal(rule, asked.council, host, says, needed=limit, table=where, **facts)


def _compatibility(asked: Includes, host: str, value: float, limit: float) -> Refusal:
    pair = f"{asked.council} and {host} score {amount(value, 'score')} for {asked.service}"
    facts = {"value": value, "limit": limit, "unit": "score", "table": "compatibility.csv"}
    if value == 0:
        says = (
            f"compatibility: {pair}, a veto, whatever the minimum; the score would have to be above 0 and at least {amount(limit, 'score')}"
        )
        return _refusal("compatibility", asked.council, host, says, needed=limit, column="score", **facts)
    says = f"compatibility: {pair}, at least {amount(limit, 'score')} is asked; the minimum would have to be {amount(value, 'score')}"
    return _refusal("compatibility", asked.council, host, f"{says}, or the score {amount(limit, 'score')}", needed=value, **facts)


def _closed(graph: CouncilGraph, council: str, service: str, tranche: int | None, host: str | None) -> Iterator[Refusal]:
    """Why a council's window is closed: in the tranche, or in all of them; for a host, in all up to the tranche, for it may open before."""
    dates, windows = graph.instance.calendar.tranche_dates, graph.windows
    place, last = graph.baseline_position[council, service], len(dates) - 1 if tranche is None else tranche
    looked = slice(0 if tranche is None or host is not None else last, last + 1)
    is_live = graph.decided.live.get((council, service), ("",))[0] == council
    if (host is not None and is_live) or windows.allowed[place][looked].any():
        return
    when = f"by {day(dates[last])}" if host is not None else f"on {day(dates[last])}"
    when = when if tranche is not None else f"in any tranche, the last of which begins on {day(dates[last])}"
    cannot = f"{council} cannot {'host' if host is not None else 'go live with'} {service} {when}"
    if windows.too_early[place][looked].any():
        yield _contract(graph, graph.instance.contracts[council, service], host, cannot, dates[last])
    if windows.ceased[place][looked].any():
        yield _ceases(graph, graph.instance.councils[council], host, cannot, dates[looked][0])


def _out_of_step(graph: CouncilGraph, asked: Includes, host: str) -> list[Refusal]:
    """Nothing forbids the two by itself: nobody could join the host, or there is no tranche in which one can move and the other is there."""
    if not named_moves(graph, Includes(asked.council, asked.service, host, asked.tranche)).empty:
        return []
    if host == asked.council:
        return [_refusal("baselines", host, host, f"no other council could join {host} for {asked.service}", table="baselines.csv")]
    windows, dates = graph.windows, graph.instance.calendar.tranche_dates
    place = {name: graph.baseline_position[name, asked.service] for name in (asked.council, host)}
    able = [", ".join(day(dates[k]) for k in np.flatnonzero(windows.allowed[place[name]])) for name in (asked.council, host)]
    rule = "ceases" if windows.ceased[place[host]].any() else "contract_timing"
    says = f"{rule}: no tranche suits both: {asked.council} can go live with {asked.service} on {able[0]}, {host} on {able[1]}"
    end = graph.instance.councils[host].ceases
    return [_refusal(rule, asked.council, host, f"{says}{f' and ceases on {day(end)}' if end is not None else ''}")]


def _contract(graph: CouncilGraph, contract: Contract, host: str | None, cannot: str, when: dt.date) -> Refusal:
    broken = "cannot be broken" if contract.break_from is None else f"can be broken from {day(contract.break_from)}"
    text = f"contract_timing: {cannot}: its contract runs until {day(contract.expires)} and {broken}"
    return _refusal(
        "contract_timing",
        contract.council,
        host,
        f"{text}; it would have to end, or be breakable, on {day(when)} or before",
        value=contract.break_from or contract.expires,
        limit=when,
        needed=when,
        unit="date",
        table="contracts.csv",
        row=line_of(graph.instance, "contracts", contract),
        column="expires" if contract.break_from is None else "break_from",
    )


def _ceases(graph: CouncilGraph, council: Council, host: str | None, cannot: str, when: dt.date) -> Refusal:
    assert council.ceases is not None
    return _refusal(
        "ceases",
        council.council,
        host,
        f"ceases: {cannot}: it ceases on {day(council.ceases)}; that would have to be after {day(when)}",
        value=council.ceases,
        limit=when,
        unit="date",
        table="councils.csv",
        row=line_of(graph.instance, "councils", council),
        column="ceases",
    )


def _decided(graph: CouncilGraph, asked: Includes, host: str | None) -> Iterator[Refusal]:
    """Rows of commitments that forbid it: without a host those about the council alone, with one those about the host, or about both."""
    for item in commitments(graph.instance):
        row = item.source
        if item.service in ("", asked.service) and isinstance(row, Commitment) and _forbids(graph, row, asked, host):
            says = f"commitments: {asks(graph, item)}"
            yield _refusal("commitments", asked.council, host, says, table="commitments.csv", row=item.row)


def _forbids(graph: CouncilGraph, row: Commitment, asked: Includes, host: str | None) -> bool:
    """Whether a row forbids the council to share at all or in the tranche; with a host, to share with that one."""
    if host is None:
        return asked.council in _bound(row) and _closes(graph, row, asked.tranche)
    council, to = asked.council, row.other if row.other is not None else row.council
    if row.decision == "never_with":
        return host != council and {row.council, row.other} == {council, host}
    if row.decision in ("hosts", "shares_with", "live"):
        return (row.council == council and to != host) or (row.council == host and to != host)
    return (
        row.council == host
        and host != council
        and row.decision in ("stays_out", "takes", "not_before")
        and _closes(graph, row, asked.tranche)
    )


def _bound(row: Commitment) -> tuple[str | None, ...]:
    """Councils that a row binds in time."""
    return (row.council, row.other) if row.decision == "together" else (row.council,)


def _closes(graph: CouncilGraph, row: Commitment, tranche: int | None) -> bool:
    """Whether a row closes the tranche, or all of them, to those that it binds."""
    if row.decision in ("stays_out", "takes"):
        return True
    if row.decision == "live":
        return tranche is not None
    dates = graph.instance.calendar.tranche_dates
    if row.go_live is None or row.decision == "never_with":
        return False
    if row.decision == "not_before":
        return row.go_live > (dates[-1] if tranche is None else dates[tranche])
    return tranche is not None and row.go_live != dates[tranche]

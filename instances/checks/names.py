"""Keys and names: each key once, pairs of two councils that agree both ways round, and no name that its own table lacks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from instances import tables
from instances.checks.draft import Draft, file_name
from instances.errors import Fault
from instances.instance import row_key
from instances.messages import figure, show
from instances.tables import TABLES, Pair, Row

PAIRS = (tables.Distance, tables.Adjacency, tables.Compatibility, tables.History)
KINDS = {
    "council": "council",
    "council_a": "council",
    "council_b": "council",
    "host": "council",
    "other": "council",
    "service": "service",
}


def check_duplicate_keys(draft: Draft) -> Iterator[Fault]:
    """A key stands once. A pair may stand in both orders with the same figures."""
    for model in TABLES.values():
        seen: dict[tuple[Any, ...], dict[str, tuple[int | None, Row]]] = {}
        for line, row in draft.numbered(model):
            orders = seen.setdefault(row_key(row), {})
            first = row.council_a if isinstance(row, Pair) else ""
            if first in orders:
                problem = f"{_key_text(row)} {'stands' if len(row.key) == 1 else 'stand'} twice, first in row {orders[first][0]}"
                yield Fault(file_name(model), problem, "keep one row for each key", row=line)
            elif orders:
                yield from _asymmetric(model, line, row, *next(iter(orders.values())))
            orders.setdefault(first, (line, row))


def _key_text(row: Row) -> str:
    parts = [row.council_a, row.council_b, *row_key(row)[2:]] if isinstance(row, Pair) else row_key(row)
    return " / ".join(figure(part) if isinstance(part, float) else str(part) for part in parts if part != "")


def _asymmetric(model: type[Row], line: int | None, row: Row, before: int | None, other: Row) -> Iterator[Fault]:
    """Figures of a pair that differ from those of the pair the other way round."""
    for column in model.model_fields:
        here, there = getattr(row, column), getattr(other, column)
        if column not in ("council_a", "council_b", "source", "note", "reason") and here != there:
            texts = ["blank" if value is None else show(value) for value in (here, there)]
            problem = f"{_key_text(row)} has {texts[0]}, but {texts[1]} in row {before}, the other way round"
            yield Fault(file_name(model), problem, "a pair has one figure in both directions", row=line, column=column)


def check_pairs_with_themselves(draft: Draft) -> Iterator[Fault]:
    """A pair has two different councils."""
    for model in PAIRS:
        for line, row in draft.numbered(model):
            if row.council_a == row.council_b:
                yield Fault(file_name(model), f"'{row.council_b}' is paired with itself", "name two councils", row=line, column="council_b")


def check_unknown_names(draft: Draft) -> Iterator[Fault]:
    """Every council and service that a row names is in its own table.

    Where many rows have one name and its own table has another that nobody uses, the fault is said once, where it is.
    """
    unknown: dict[tuple[str, str], list[tuple[str, int, str]]] = {}
    used: set[tuple[str, str]] = set()
    for table, kind, column, line, name in _mentions(draft):
        known = draft.names(kind)
        if known is None:
            continue
        used.add((kind, name))
        if name not in known:
            unknown.setdefault((kind, name), []).append((f"{table}.csv", line, column))
    for (kind, name), places in unknown.items():
        close = draft.close(name, kind)
        if len(places) > 1 and (close is None or (kind, close) not in used):
            yield _at_its_root(draft, kind, name, close, places)
            continue
        for file, line, column in places:
            expected = "" if close else f"give it a row in {kind}s.csv, or mend the name"
            yield Fault(file, f"{show(name)} is not in {kind}s.csv", expected, row=line or None, column=column, nearest=close)


def _mentions(draft: Draft) -> Iterator[tuple[str, str, str, int, str]]:
    """Every council and service that a row names: table, kind, column, line, name."""
    for table, model in TABLES.items():
        if model in (tables.Council, tables.Service):
            continue
        columns = [(column, KINDS[column]) for column in model.model_fields if column in KINDS]
        for record in draft.records.get(table, ()):
            for column, kind in () if record.shifted else columns:
                name = record.get(column)
                if name is not None:
                    yield table, kind, column, record.line, name


def _at_its_root(draft: Draft, kind: str, name: str, close: str | None, places: list[tuple[str, int, str]]) -> Fault:
    file, line, _ = places[0]
    first = f"{file} row {line}" if line else file
    if close is None:
        problem = f"there is no row for {show(name)}, which {len(places)} rows name, first {first}"
        return Fault(f"{kind}s.csv", problem, "give it a row, or mend the name", column=kind)
    record = next(record for record in draft.records[f"{kind}s"] if record.get(kind) == close)
    problem = f"{show(close)} is named by no other table, but {show(name)} is, in {len(places)} rows, first {first}"
    return Fault(f"{kind}s.csv", problem, "write a name the same way everywhere", row=record.line or None, column=kind, nearest=name)


def check_service_is_run(draft: Draft) -> Iterator[Fault]:
    """Contracts, options, estimates and commitments are about services that the council runs."""
    councils, services = draft.names("council"), draft.names("service")
    if draft.runs is None or councils is None or services is None:
        return
    by_council: dict[str, set[str]] = {}
    for council, service in draft.runs:
        by_council.setdefault(council, set()).add(service)
    models: tuple[type[AboutService], ...] = (tables.Contract, tables.Option, tables.Estimate, tables.Commitment)
    for model in models:
        for line, row in draft.numbered(model):
            parties = [(column, council) for column, council in _parties(row) if council in councils]
            lacking = [
                (column, f"'{council}' runs no service" if row.service is None else f"'{council}' does not run {row.service}")
                for column, council in parties
                if (row.service is None and council not in by_council)
                or (row.service in services and row.service not in by_council.get(council, ()))
            ]
            yield from (Fault(file_name(model), problem, RUN, row=line, column=column) for column, problem in lacking)
            if row.service is None and len(parties) == 2 and not lacking:
                (_, council), (_, other) = parties
                if not by_council[council] & by_council[other]:
                    problem = f"'{other}' runs none of the services that '{council}' runs"
                    yield Fault(file_name(model), problem, RUN, row=line, column="other")


AboutService = tables.Contract | tables.Option | tables.Estimate | tables.Commitment
RUN = "give it a row in baselines.csv, or remove this row"


def _parties(row: AboutService) -> Iterator[tuple[str, str]]:
    """Columns and councils of a row that have to run its service."""
    yield "council", row.council
    if isinstance(row, tables.Estimate) and row.host != row.council:
        yield "host", row.host
    if isinstance(row, tables.Commitment) and row.decision in {"shares_with", "together", "live"} and row.other not in (None, row.council):
        yield "other", str(row.other)

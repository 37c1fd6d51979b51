"""Decided things stay: what a plan does before some day is written into the commitments, and nothing else goes live before that day.

Each row that is added or completed is logged like an override, so that a run says what was frozen, and `thawed` gives the data back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from instances.checks import Draft, check
from instances.commitments import Decided, decided
from instances.errors import InstanceError
from instances.instance import Instance, OverrideChange, row_key
from instances.paths import row_path
from instances.tables import Commitment

MARK = "freeze until "
"""How the log names what was frozen."""
TABLE = "commitments"
_NEW = "not there"
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Arranged:
    """What a council does with a service in the plan that is decided.

    Attributes:
        council: The council.
        service: The service.
        host: The host, itself where it hosts; '' where it takes an alternative.
        way: The vehicle, or the alternative.
        go_live: When.
    """

    council: str
    service: str
    host: str
    way: str
    go_live: dt.date


def frozen(instance: Instance, arrangements: Sequence[Arranged], until: dt.date) -> Instance:
    """The instance with everything before a day as it is decided.

    Who shares by then shares with that host from that day; who is live since before the start is live. Who takes an alternative takes it
    from that day, or has taken it before the start. Whoever does something else does it from the day on. What the data commit to themselves
    goes before. A council, service or alternative that the data no longer have is passed over.

    Args:
        instance: The data.
        arrangements: What is decided.
        until: The first day that is free.

    Raises:
        InstanceError: What is decided does not go together with what the data commit to.
    """
    rows, changes = dict[tuple[Any, ...], Commitment](), list[OverrideChange]()
    known = {row_key(row): row for row in instance.rows(Commitment)}
    for row in _rows(instance, arrangements, until):
        before = known.get(row_key(row))
        now = row if before is None else _completed(before, row)
        if now == before:
            continue
        rows[row_key(row)] = now
        old = _NEW if before is None else _given(before)
        changes.append(OverrideChange(f"{MARK}{until}", row_path(TABLE, now), old, _given(now)))
    if not rows:
        return instance
    numbered = list(zip(instance.lines.get(TABLE, (0,) * len(known)), instance.rows(Commitment), strict=True))
    kept = [(line, rows.pop(row_key(row), row)) for line, row in numbered]
    found = instance.with_tables({TABLE: [*kept, *((0, row) for row in rows.values())]}, overrides=(*instance.overrides, *changes))
    if faults := check(Draft.of(found)):
        raise InstanceError(
            instance.name, [replace(fault, problem=f"{fault.problem} (with what is decided before {until})") for fault in faults]
        )
    return found


def thawed(instance: Instance) -> Instance:
    """The instance without what `frozen` has added."""
    ours = [change for change in instance.overrides if change.override.startswith(MARK)]
    if not ours:
        return instance
    before = {_marks(change.new): change.old for change in ours}
    rows = []
    for line, row in zip(instance.lines.get(TABLE) or (0,) * len(instance.rows(Commitment)), instance.rows(Commitment), strict=True):
        old = before.get(_marks(_given(row)), row)
        if old != _NEW:
            rows.append((line, old if isinstance(old, Commitment) else _before(old)))
    return instance.with_tables({TABLE: rows}, overrides=tuple(change for change in instance.overrides if change not in ours))


def _marks(given: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """What tells a row from all others: a path into the table does not, since a council may commit to several things in a service."""
    return frozenset((name, str(value)) for name, value in given.items())


def _rows(instance: Instance, arrangements: Sequence[Arranged], until: dt.date) -> Iterator[Commitment]:
    """What is fixed, and what waits."""
    choices, fixed = decided(instance), set[Key]()
    under_way = {*choices.live, *choices.takes_since}
    under_way |= {key for key in choices.takes if any(day < until for day in choices.go_live.get(key, ()))}
    for one in arrangements:
        key = (one.council, one.service)
        if one.go_live >= until or key in under_way or key not in instance.baselines:
            continue
        if not (_may_share(instance, choices, one) if one.host else _may_take(instance, choices, one)):
            continue
        fixed.add(key)
        yield from _fixed(instance, one)
    if until > instance.calendar.start:
        for council, service in instance.baselines:
            if (council, service) not in fixed and (council, service) not in under_way:
                yield Commitment(council=council, service=service, decision="not_before", go_live=until)


def _may_share(instance: Instance, choices: Decided, one: Arranged) -> bool:
    """Whether the host is still there, and the data commit neither of the two to an alternative."""
    hosts = (one.host, one.service)
    return hosts in instance.baselines and hosts not in choices.takes and (one.council, one.service) not in choices.takes


def _may_take(instance: Instance, choices: Decided, one: Arranged) -> bool:
    """Whether the alternative is still there, and the data do not have the council share."""
    return (one.council, one.service, one.way) in instance.options and not choices.must_share(one.council, one.service)


def _fixed(instance: Instance, one: Arranged) -> Iterator[Commitment]:
    place = {"council": one.council, "service": one.service}
    hosts = one.council == one.host
    is_live = one.go_live < instance.calendar.start
    if one.host and is_live:
        yield Commitment(**place, decision="live", other=one.host, go_live=one.go_live, vehicle=one.way if hosts else None)
        return
    day = one.go_live if is_live or one.go_live in instance.calendar.tranche_dates else None
    if not one.host:
        yield Commitment(**place, decision="takes", option=one.way, go_live=day)
    elif hosts:
        yield Commitment(**place, decision="hosts", go_live=day, vehicle=one.way)
    else:
        yield Commitment(**place, decision="shares_with", other=one.host, go_live=day)


def _completed(row: Commitment, decided_row: Commitment) -> Commitment:
    """A row of the data, with what it leaves open as it is decided; of two days to wait for the later one.

    One that takes another alternative stays as it is.
    """
    if row.option != decided_row.option:
        return row
    if row.decision == "not_before" and row.go_live is not None and decided_row.go_live is not None:
        return row.model_copy(update={"go_live": max(row.go_live, decided_row.go_live)})
    update = {name: getattr(decided_row, name) for name in ("go_live", "vehicle") if getattr(row, name) is None}
    return row.model_copy(update={name: value for name, value in update.items() if value is not None})


def _given(row: Commitment) -> dict[str, Any]:
    return row.model_dump(exclude_none=True)


def _before(given: Mapping[str, Any]) -> Commitment:
    """A row as the log has it; what was kept as JSON has its day as text."""
    day = given.get("go_live")
    return Commitment.model_validate({**given, **({"go_live": dt.date.fromisoformat(day)} if isinstance(day, str) else {})})

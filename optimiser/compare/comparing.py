"""Plans side by side: which partnerships, hosts and go-lives differ, who gains and who loses, and which changed input accounts for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from instances.changes import Change, changes
from optimiser.compare.result import Arranged, Compared, Comparison, ComparisonDocument, DataChange, Figure, Step
from optimiser.compare.side import Side
from optimiser.compare.steps import steps
from optimiser.differences import differences
from optimiser.errors import NoPlanError
from optimiser.pipeline import SolveSettings
from optimiser.plan import PlanDocument

_ASKED = ("objective", "objective_year", "gap", "time_limit", "seed", "solver", "adopted", "change_cost", "asked")


def compare(
    sides: Sequence[Side], settings: SolveSettings | None = None, *, causes: bool = True, on_step: Callable[[str], None] | None = None
) -> Compared:
    """Every side against the first.

    Args:
        sides: Two or more.
        settings: How the steps from the data of one to those of another are solved; as the defaults say unless given.
        causes: Whether to solve these steps.
        on_step: Told what is changed in a step as it begins.
    """
    first, complete, found = sides[0], True, []
    for side in sides[1:]:
        comparison = _comparison(first, side)
        if causes and complete and comparison.changes:
            each, complete = _steps(first, side, settings or SolveSettings(), on_step)
            comparison = comparison.model_copy(update={"steps": each})
        found.append(comparison)
    known = next((side.instance for side in sides if side.instance is not None), None)
    title = first.label if known is None else known.settings.instance.title
    figures = tuple(side.figures() for side in sides)
    return Compared(ComparisonDocument(title=title, sides=figures, comparisons=tuple(found), complete=complete))


def _steps(first: Side, side: Side, settings: SolveSettings, on_step: Callable[[str], None] | None) -> tuple[tuple[Step, ...], bool]:
    """The steps, as far as they were solved, and whether that is all."""
    assert first.instance is not None
    assert side.instance is not None
    done: list[Step] = []
    try:
        for step in steps(first, side, changes(first.instance, side.instance), settings, on_step):
            done.append(step)
            if settings.interrupt.is_set():
                return tuple(done), False
    except NoPlanError:
        return tuple(done), False
    return tuple(done), True


def _comparison(first: Side, side: Side) -> Comparison:
    known = first.instance is not None and side.instance is not None
    found = changes(first.instance, side.instance) if first.instance is not None and side.instance is not None else []
    one, other = first.plan, side.plan
    told: list[str] = []
    words = side.instance if side.instance is not None else first.instance
    if one is not None and other is not None and words is not None:
        told = differences(words, one.configuration(), other.configuration())
    return Comparison(
        name=side.name,
        against=first.name,
        npv=other.npv - one.npv if one is not None and other is not None else None,
        differences=tuple(told),
        arrangements=tuple(arranged(one, other)) if one is not None and other is not None else (),
        heads=_figures({h.head: h.npv for h in _of(one, "heads")}, {h.head: h.npv for h in _of(other, "heads")}),
        councils=_figures({c.council: c.npv for c in _of(one, "councils")}, {c.council: c.npv for c in _of(other, "councils")}),
        data_known=known,
        changes=tuple(_told(change) for change in found),
        settings=tuple(_solved_otherwise(first.manifest, side.manifest)),
    )


def _of(plan: PlanDocument | None, what: str) -> Sequence[Any]:
    return () if plan is None else getattr(plan, what)


def arranged(one: PlanDocument, other: PlanDocument) -> Iterator[Arranged]:
    """What differs, by service and council; a go-live on another day differs, whatever its tranche is called."""
    mine, theirs, begins, begin = one.arrangements(), other.arrangements(), one.go_lives(), other.go_lives()
    for council, service in sorted(mine.keys() | theirs.keys(), key=lambda key: (key[1], key[0])):
        key = (council, service)
        (host, way, _), (other_host, other_way, _) = (found.get(key, ("", "", None)) for found in (mine, theirs))
        if (host, way, begins.get(key)) != (other_host, other_way, begin.get(key)):
            yield Arranged(
                service=service,
                council=council,
                host=host,
                way=way,
                go_live=begins.get(key),
                other_host=other_host,
                other_way=other_way,
                other_go_live=begin.get(key),
            )


def _figures(one: Mapping[str, float], other: Mapping[str, float]) -> tuple[Figure, ...]:
    return tuple(Figure(name=name, npv=one.get(name, 0.0), other_npv=other.get(name, 0.0)) for name in dict.fromkeys([*one, *other]))


def _told(change: Change) -> DataChange:
    return DataChange(
        table=change.table,
        column=change.column,
        path=change.path,
        kind=change.kind,
        old=_plain(change.old),
        new=_plain(change.new),
        matters=change.matters,
    )


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def _solved_otherwise(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """How the solves differ, as far as plans depend on it."""
    mine, theirs = one.get("solve", {}), other.get("solve", {})
    for name in _ASKED:
        if mine.get(name) != theirs.get(name):
            yield f"{name.replace('_', ' ')}: {mine.get(name)} -> {theirs.get(name)}"
    for name, version in one.get("versions", {}).items():
        if other.get("versions", {}).get(name) != version:
            yield f"{name}: {version} -> {other.get('versions', {}).get(name)}"

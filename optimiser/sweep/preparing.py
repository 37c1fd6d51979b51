"""From cases to what workers do: every case applied to the instance, every fault of all of them found before anything is solved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from instances import Instance, InstanceError, apply
from instances.errors import Fault
from instances.override import Override
from instances.paths import OverrideError
from optimiser.sweep.cases import BASE, Origin, SweepCase
from optimiser.sweep.work import Base, Task

_AFTER = "(after the overrides)"


@dataclass(frozen=True)
class Prepared:
    """A case that can be solved.

    Attributes:
        case: The case.
        task: What a worker is told of it.
        instance: In whose words its plan is told against that of the base.
    """

    case: SweepCase
    task: Task
    instance: Instance


def prepared(base: Base, cases: Sequence[SweepCase], scenarios: Sequence[str], overrides: Sequence[str]) -> list[Prepared]:
    """The base and every case, scenarios and overrides that are for all of them first.

    Raises:
        InstanceError: A scenario is unknown, an override cannot be applied, or a result is not sound; every fault of every case is listed.
    """
    faults: list[Fault] = []
    found: list[Prepared] = []
    common = {*scenarios, *overrides}
    for case in (SweepCase(BASE), *cases):
        task = Task(case.name, (*scenarios, *case.scenarios), (*overrides, *case.overrides))
        try:
            instance = apply(base.instance, scenarios=task.scenarios, overrides=task.overrides)
        except InstanceError as error:
            faults += [one for one in error.faults if case.name == BASE] + list(_of_case(case, error.faults, common))
            continue
        first = found[0].instance if found else instance
        words = first if set(instance.baselines) <= set(first.baselines) else instance  # which then need not be kept
        found.append(Prepared(case, replace(task, request=base.case_of(instance, task).request), words))
    if faults:
        raise InstanceError(base.instance.name, list(dict.fromkeys(faults)))
    return found


def _of_case(case: SweepCase, faults: Sequence[Fault], common: set[str]) -> Iterator[Fault]:
    """The faults of a case, each with where it was asked for; not those of what is asked of every case."""
    for fault in faults:
        asked = fault.column if fault.table == "override" else _scenario(case, fault) if fault.table == "scenario" else None
        if asked is None:
            yield replace(fault, problem=fault.problem.replace(_AFTER, f"(after the overrides of case '{case.name}')"))
        elif asked not in common or asked in case.origins:
            yield _placed(case, fault, asked)


def _scenario(case: SweepCase, fault: Fault) -> str:
    """The scenario that a fault is about."""
    return next((name for name in case.scenarios if f"'{name}'" in fault.problem), fault.column)


def _placed(case: SweepCase, fault: Fault, asked: str) -> Fault:
    """A fault with the file and the row, or the option, that it comes from."""
    origin = case.origins.get(asked)
    if origin is None:  # a part of a scenario, which can be applied by itself but not with the others
        origin = replace(next((case.origins[name] for name in case.scenarios if name in case.origins), Origin("case")), case=case.name)
    where = [f"case '{origin.case}'"] if origin.case else []
    return replace(fault, table=origin.where, row=origin.row, column=", ".join([*where, *([asked] if fault.column else [])]))


def unread_faults(cases: Sequence[SweepCase]) -> list[Fault]:
    """What is wrong with overrides as far as it shows where the instance cannot be read."""
    found = []
    for case in cases:
        for text in case.overrides:
            try:
                Override.parse(text)
            except OverrideError as error:
                fault = Fault("override", error.problem, error.expected, column=text, nearest=error.close)
                found.append(_placed(case, fault, text))
    return list(dict.fromkeys(found))

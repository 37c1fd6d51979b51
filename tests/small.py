"""Small instances written as folders of text, and values typed into a model's variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from pyomo.environ import Var

from instances import Instance, read
from instances.instance import LEAD_AUTHORITY
from instances.tables import Commitment
from optimiser import Plan

SHIRE = {
    "councils": """
        council, latitude, longitude
        Ash,     51.0,     0.0
        Elm,     51.1,     0.0
        Oak,     51.2,     0.0
        Yew,     51.3,     0.0
        """,
    "services": """
        service
        payroll
        """,
    "baselines": """
        council, service, annual_cost, fixed_cost, procured_cost, volume, can_host
        Ash,     payroll, 100000,      40000,      20000,         1000,   yes
        Elm,     payroll, 150000,      50000,      30000,         500,    yes
        Oak,     payroll, 80000,       20000,      40000,         400,    no
        Yew,     payroll, 60000,       30000,      10000,         300,    no
        """,
}
"""Four councils 11.12 km apart on a line run payroll; Ash and Elm may host."""
TWO_SERVICES = {
    "services": "service\npayroll\nwaste\n",
    "baselines": SHIRE["baselines"] + "Ash, waste, 50000, 0, 0, 100, yes\n        Elm, waste, 50000, 0, 0, 100, no\n        ",
}
"""Ash and Elm run waste too, and only Ash may host it."""


def settings(calendar: str = "12 2 3", *, economics: str = "", rules: str = "", start: str = "2026-04-01") -> str:
    """instance.toml; `calendar` is months to a period, tranches and years; no discounting unless `economics` has a rate."""
    period_months, tranches, years = calendar.split()
    rate = "" if "discount_rate" in economics else "discount_rate = 0.0"
    return f"""
[instance]
title = "Small"

[calendar]
start = {start}
period_months = {period_months}
tranches = {tranches}
horizon_years = {years}

[economics]
{rate}
{dedent(economics)}

[rules]
{dedent(rules)}
"""


def write_instance(folder: Path, toml: str, **tables: str) -> Path:
    """Write instance.toml and the tables, given as the text of their files, in place of any.

    Cells may be padded with blanks, which are not written, and hold no commas.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in folder.glob("*.csv"):
        path.unlink()
    (folder / "instance.toml").write_text(toml, encoding="utf-8")
    for name, text in tables.items():
        lines = [",".join(cell.strip() for cell in line.split(",")) for line in text.strip().splitlines()]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def shire(
    folder: Path, calendar: str = "12 2 3", *, economics: str = "", rules: str = "", start: str = "2026-04-01", **tables: str
) -> Instance:
    """The shire with some tables replaced: two yearly tranches, three years, no figures unless told."""
    return read(write_instance(folder, settings(calendar, economics=economics, rules=rules, start=start), **(SHIRE | tables)))


def brief(index: Any) -> Any:
    """An index without the vehicle, where it is the one that there is without a table of vehicles."""
    return tuple(part for part in index if part != LEAD_AUTHORITY) if isinstance(index, tuple) else index


def put(model: Any, **values: Mapping[Any, float]) -> None:
    """Type values into the variables of a model, by variable and brief index; all others are 0."""
    variables = {variable.local_name: variable for variable in model.component_objects(Var)}
    assert values.keys() <= variables.keys()
    for name, variable in variables.items():
        given = dict(values.get(name, {}))
        for index in variable:
            variable[index].set_value(given.pop(brief(index), 0), skip_validation=True)
        assert not given, f"{name} has no {sorted(given)}"


def rows(model: Any, family: str) -> set[Any]:
    """The brief index of every row of a family."""
    return {brief(index) for index in getattr(model, family)}


def slack(model: Any, family: str, *index: Any) -> float:
    """How far a row, by its brief index, is from being broken with the values typed in; below 0 it is."""
    (found,) = (row for key, row in getattr(model, family).items() if (brief(key) if isinstance(key, tuple) else (key,)) == index)
    return float(found.slack())


def arrangements(plan: Plan) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Host, vehicle unless it is the only one, and tranche of each council and service that share; option and tranche of the others."""
    found: dict[tuple[str, str], tuple[Any, ...]] = {
        (m.council, p.service): brief((p.host, p.vehicle, m.tranche)) for p in plan.document.partnerships for m in p.members
    }
    return found | {(o.council, o.service): (o.option, o.tranche) for o in plan.document.options}


_ON: dict[str, Callable[[Instance], bool]] = {
    "contract_timing": lambda instance: instance.rules.contract_timing and bool(instance.contracts),
    "host_capacity": lambda instance: instance.rules.host_capacity and any(row.host_capacity for row in instance.baselines.values()),
    "commitments": lambda instance: instance.rules.commitments and bool(instance.rows(Commitment)),
    "maximum_distance": lambda instance: bool(instance.distance_limit("maximum_distance")),
    "maximum_span": lambda instance: bool(instance.distance_limit("maximum_span")),
    "compatibility": lambda instance: bool(instance.figure("compatibility")),
    "quality": lambda instance: bool(instance.quality()),
    "partnership_size": lambda instance: any(size != (2, None) for size in instance.partnership_size().values()),
    "maximum_partnerships": lambda instance: bool(instance.figure("maximum_partnerships")),
    "minimum_saving": lambda instance: bool(instance.figure("minimum_saving")),
    "delivery_capacity": lambda instance: instance.rules.delivery_capacity not in (None, False),
    "programme_capacity": lambda instance: instance.rules.programme_capacity not in (None, False),
    "contiguity": lambda instance: bool(instance.contiguity()),
    "minimum_total_saving": lambda instance: bool(instance.rules.minimum_total_saving),
    "no_council_worse_off": lambda instance: bool(instance.rules.no_council_worse_off),
    "payback": lambda instance: bool(instance.figure("payback")),
    "investment_limit": lambda instance: bool(instance.rules.investment_limit),
    "onboarding_capacity": lambda instance: bool(instance.figure("onboarding_capacity")),
    "hosting_limit": lambda instance: instance.rules.hosting_limit not in (None, False),
    "each_hosts": lambda instance: bool(instance.rules.each_hosts),
    "sequencing": lambda instance: bool(instance.rules.sequencing),
    "bundle": lambda instance: bool(instance.rules.bundle),
    "partner_limit": lambda instance: instance.rules.partner_limit not in (None, False),
}


def is_on(instance: Instance, rule: str) -> bool:
    """Whether a rule is on and has something to act on."""
    return _ON[rule](instance)

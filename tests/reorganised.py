"""A made-up county of three districts beside three unitary councils, and the table of who becomes what.

North takes Ash, Elm and 0.6 of Shire. Port goes on and is enlarged by Oak and 0.4 of Shire. Farm and Gull do not change.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from small import write_instance

from instances import Instance
from instances.reorganisation import Reorganised, reorganise
from instances.tables import Commitment

TOML = """\
# The county before.
[instance]
title = "County"   # as it was
note = "Made up."

[calendar]
start = 2026-04-01  # today
period_months = 12
tranches = 4
horizon_years = 5

[rules]
delivery_capacity = 3  # a choice

[ranges]
"baselines.Ash.payroll.annual_cost" = [400, 600]
"baselines.Port.payroll.annual_cost" = [700, 900]
"baselines.*.payroll.annual_cost" = [1, 2]
# wide
"services.*.process_saving" = { low = 0.0, high = 0.1 }

[scenarios]
stays = ["commitments.Ash.bins = off"]
farm = ["baselines.Farm.bins.annual_cost *= 0.9"]
later = [
    "commitments.*.payroll.go_live = 2028-04-01",
]
swapped = ["commitments.Farm.bins.other = Port"]
"""
TABLES = {
    "councils": """
        council, tier,     region, latitude, longitude, population, control
        Shire,   county,   South,  55,       5,         600,        LAB
        Ash,     district, South,  51.0,     0.0,       200,        LAB
        Elm,     district, South,  51.5,     1.0,       300,        LAB
        Oak,     district, South,  51.0,     2.0,       100,        CON
        Port,    unitary,  South,  51.0,     3.0,       400,        LAB
        Farm,    unitary,  North,  51.0,     4.0,       50,         CON
        Gull,    unitary,  North,  51.0,     4.5,       60,         CON
        """,
    "services": "service, set_up_cost\npayroll, 1000\nlibraries,\nbins,\n",
    "baselines": """
        council, service,   annual_cost, fixed_cost, procured_cost, fte,  volume, platform, performance, can_host, host_capacity, hosting_cost, set_up_cost, source
        Shire,   payroll,   1000.01,     333.33,     100.05,        3.33, 1001,   P,        ,            yes,      1500,          10,           ,            ledger
        Ash,     payroll,   500,         100,        50,            2,    300,    P,        0.9,         no,       900,           10,           5,           ledger
        Elm,     payroll,   300,         60,         30,            1,    100,    P,        0.5,         no,       600,           10,           7,           book
        Oak,     payroll,   200,         40,         0,             1,    99.5,   P,        ,            yes,      ,              ,             ,
        Port,    payroll,   800,         200,        0,             4,    500,    Q,        0.6,         yes,      ,              ,             ,
        Shire,   libraries, 9000.10,     0,          0,             0,    ,       ,         ,            yes,      ,              ,             ,
        Port,    libraries, 3000,        0,          0,             0,    ,       ,         ,            yes,      ,              ,             ,
        Farm,    libraries, 2000,        0,          0,             0,    ,       ,         ,            yes,      ,              ,             ,
        Ash,     bins,      700,         0,          0,             0,    ,       ,         ,            yes,      ,              ,             ,
        Oak,     bins,      400,         0,          0,             0,    ,       ,         ,            yes,      ,              ,             ,
        Port,    bins,      900,         0,          0,             0,    ,       ,         ,            yes,      ,              ,             ,
        Farm,    bins,      600,         0,          0,             0,    ,       ,         ,            yes,      ,              ,             ,
        Gull,    bins,      500,         0,          0,             0,    ,       ,         ,            yes,      ,              ,             ,
        """,
    "contracts": """
        council, service, supplier, expires,    break_from, termination_charge, termination_share
        Ash,     payroll, Acme,     2029-01-01, 2027-01-01, 100,                0.1
        Elm,     payroll, Bolt,     2028-06-01, 2028-01-01, 50,                 0.2
        Shire,   payroll, Acme,     2027-01-01, 2026-12-01, 33.33,              0.5
        Farm,    bins,    Cart,     2028-04-01, ,           ,
        """,
    "adjacency": """
        council_a, council_b
        Ash,       Elm
        Ash,       Oak
        Elm,       Oak
        Elm,       Farm
        Oak,       Port
        Shire,     Farm
        Shire,     Port
        Farm,      Gull
        """,
    "distances": "council_a, council_b, km\nAsh, Farm, 10\nPort, Farm, 20\nFarm, Gull, 30\n",
    "compatibility": "council_a, council_b, service, score\nFarm, Gull, , 0.8\nAsh, Elm, bins, 0\n",
    "history": "council_a, council_b, years, what\nPort, Farm, 3, bins\nFarm, Gull, 4, bins\n",
    "commitments": """
        council, service, decision,   other, go_live
        Ash,     bins,    stays_out,  ,
        Ash,     payroll, not_before, ,      2027-04-01
        Farm,    bins,    never_with, Gull,
        Gull,    ,        never_with, Port,
        """,
    "options": """
        council, service, option,   annual_saving
        Farm,    bins,    in_house, 5
        Elm,     payroll, redesign, 6
        """,
    "estimates": "council, service, host, annual_saving\nFarm, bins, Gull, 5\nFarm, bins, Port, 6\n",
}
PASSES = """
    council, successor, ceases,     share, source
    Ash,     North,     2028-04-01, ,      Order
    Elm,     North,     2028-04-01, 1,
    Oak,     Port,      2028-04-01, ,
    Shire,   North,     2028-04-01, 0.6,
    Shire,   Port,      2028-04-01, 0.4,
    """


def county(folder: Path, *, toml: str = TOML, old: str = "", new: str = "", **tables: str) -> Path:
    """The county in folder/county, some tables replaced, and `old` in instance.toml by `new`."""
    assert not old or toml.count(old) == 1
    return write_instance(folder / "county", toml.replace(old, new) if old else toml, **(TABLES | tables))


def passes(folder: Path, text: str = PASSES, name: str = "lgr.csv") -> Path:
    """The table of who becomes what; cells may be padded."""
    lines = [",".join(cell.strip() for cell in line.split(",")) for line in dedent(text).strip().splitlines()]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


def carried_out(folder: Path, way: str, table: str = PASSES, source: Path | None = None, **more: Any) -> tuple[Path, Reorganised]:
    """The county reorganised: where it is, and what was said."""
    target = folder / way
    target.mkdir()
    return target, reorganise(county(folder) if source is None else source, passes(folder, table), target, way=way, **more)


def cells(folder: Path, table: str) -> list[dict[str, str]]:
    """The rows of a table as they stand in its file."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(row: Any, *columns: str) -> Mapping[str, Any]:
    """Some columns of a row."""
    return {column: getattr(row, column) for column in columns}


def plain() -> str:
    """instance.toml without ranges and scenarios, which name councils."""
    return TOML.split("[ranges]")[0]


def nothing_decided() -> dict[str, str]:
    """Tables without rows in place of those that name hosts and partners."""
    return {"commitments": "council, decision\n", "options": "council, service, option\n", "estimates": "council, service, host\n"}


def not_before(instance: Instance) -> dict[str, dt.date | None]:
    """The day of each council that may not go live before."""
    return {row.council: row.go_live for row in instance.rows(Commitment) if row.decision == "not_before"}

"""For tests of the audit's rules: the Fens, four councils in a row that run the same services at round figures."""

from __future__ import annotations

from pathlib import Path

from audited import write

from instances import Instance, read


def fens(
    folder: Path, rules: str = "", *, economics: str = "", calendar: str = "12 3 4", overrides: tuple[str, ...] = (), **tables: str
) -> Instance:
    """Ash, Elm, Oak and Yew, neighbours in this order, run payroll, benefits and planning; Yew runs no benefits.

    Each service costs 100,000. Joining saves 10,000 a year and costs 3,000 once; hosting saves 10,000, costs 1,000 a year and
    5,000 once. No discounting; `calendar` is months to a period, tranches and years, from April 2026.
    """
    period_months, tranches, years = calendar.split()
    settings = f"""
[instance]
title = "The Fens"
[calendar]
start = 2026-04-01
period_months = {period_months}
tranches = {tranches}
horizon_years = {years}
[economics]
discount_rate = 0.0
process_saving = 0.1
integration_cost = 3000
hosting_cost = 1000
set_up_cost = 5000
{economics}
[rules]
{rules}
"""
    councils, services = ("Ash", "Elm", "Oak", "Yew"), ("payroll", "benefits", "planning")
    runs = [(council, service) for council in councils for service in services if (council, service) != ("Yew", "benefits")]
    given = {
        "councils": "council\n" + "\n".join(councils) + "\n",
        "services": "service,category\npayroll,back_office\nbenefits,back_office\nplanning,front_line\n",
        "baselines": "council,service,annual_cost\n" + "".join(f"{council},{service},100000\n" for council, service in runs),
        "adjacency": "council_a,council_b\nAsh,Elm\nOak,Elm\nOak,Yew\n",
    }
    for path in folder.glob("*.csv"):
        path.unlink()
    return read(write(folder, settings, **(given | tables)), overrides=overrides)

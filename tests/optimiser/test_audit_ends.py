"""The audit: councils that cease to exist: what is counted until when, who takes over, and what cannot begin any more."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from audited import decision, document_for
from audited_fens import fens

from instances import Instance
from optimiser.audit import audit, derive
from optimiser.audit.decisions import Alternative
from optimiser.audit.facts import Facts

PAYROLL = decision("payroll", ("Ash", 0), ("Elm", 1))


def ceasing(folder: Path, *rows: str, calendar: str = "12 3 4", **more: str) -> Instance:
    """The Fens where some councils cease: rows of council, ceases and successor."""
    others = [council for council in ("Ash", "Elm", "Oak", "Yew") if not any(row.startswith(council) for row in rows)]
    table = "\n".join(["council,ceases,successor", *rows, *(f"{council},," for council in others)])
    return fens(folder, calendar=calendar, councils=f"{table}\n", **more)


@pytest.mark.parametrize(
    ("rows", "ash", "elm"),
    [
        ([], (31000, None, ""), (27000, None, "")),
        # Ash has two years and three months of 9,000 a year, Elm one and three of 10,000
        (["Ash,2028-07-01,Fenshire"], (15250, "2028-07-01", "Fenshire"), (9500, "2028-07-01", "Fenshire")),
        (["Elm,2028-07-01,Elmshire"], (31000, None, ""), (9500, "2028-07-01", "Elmshire")),
        (["Elm,2028-07-02,"], (31000, None, ""), (10333.333333, "2028-07-02", "")),  # July begins before: a month more
        (["Ash,2028-07-01,Fenshire", "Elm,2028-04-01,Elmshire"], (15250, "2028-07-01", "Fenshire"), (7000, "2028-04-01", "Elmshire")),
        (["Ash,2028-07-01,Fenshire", "Elm,2029-04-01,Elmshire"], (15250, "2028-07-01", "Fenshire"), (9500, "2028-07-01", "Elmshire")),
        (["Ash,2028-07-01,Fenshire", "Elm,2029-04-01,"], (15250, "2028-07-01", "Fenshire"), (9500, "2028-07-01", "")),
        (["Ash,2040-04-01,Fenshire"], (31000, "2040-04-01", "Fenshire"), (27000, "2040-04-01", "Fenshire")),  # beyond the horizon
    ],
)
def test_ends(rows: list[str], ash: tuple[float, str, str], elm: tuple[float, str, str], tmp_path: Path) -> None:
    """Flows run until member or host ceases; then the member's successor takes over, the host's where the member stays."""
    instance = ceasing(tmp_path, *rows)
    document = document_for(instance, [PAYROLL])
    assert audit(instance, document).passed
    for member, (npv, ends, passes_to) in zip(document.partnerships[0].members, (ash, elm), strict=True):
        assert member.npv == pytest.approx(npv, abs=1e-6)
        assert (member.ends, member.passes_to) == (dt.date.fromisoformat(ends) if ends else None, passes_to)
        assert member.annual_saving == (9000 if member.council == "Ash" else 10000)  # yearly figures are not cut


def test_a_period_is_cut_by_the_month(tmp_path: Path) -> None:
    """Months begin on the start's day of the month, the last where there is none: 31 January, 28 February, 31 March."""
    settings = {"councils": "council,ceases\nAsh,2027-03-01\nElm,2027-03-31\nOak,2027-04-01\nYew,\n"}
    instance = fens(tmp_path, calendar="3 2 2", **settings)
    facts = Facts(instance_from(instance, dt.date(2027, 1, 31)))
    days = [facts.ends(council, council) for council in ("Ash", "Elm", "Oak", "Yew")]
    assert [facts.cover(0, day) for day in days] == pytest.approx([2 / 3, 2 / 3, 1, 1])
    assert [facts.cover(1, day) for day in days] == [0, 0, 0, 1]
    assert facts.financial_years(0, days[0]) == {"2026/27": 1}
    assert facts.financial_years(1, None) == {"2027/28": 1}


def instance_from(instance: Instance, start: dt.date) -> Instance:
    """The same from another first day."""
    calendar = instance.calendar.model_copy(update={"start": start})
    return Instance(instance.name, instance.settings.model_copy(update={"calendar": calendar}), instance.tables)


def test_joint_purchasing_without_those_who_have_ceased(tmp_path: Path) -> None:
    """Three spend 50,000 each and reach the tier of 150,000; Elm is there for three months of 2028/29.

    2026/27 to 2028/29: 10 % of 150,000, of Elm's part in the last a quarter; in 2029/30 100,000 earn 1 %.
    """
    baselines = "council,service,annual_cost,procured_cost\n" + "".join(
        f"{council},payroll,100000,50000\n" for council in ("Ash", "Elm", "Oak")
    )
    services, adjacency = "service\npayroll\n", "council_a,council_b\nAsh,Elm\n"
    tiers = "service,from_volume,rate\npayroll,0,0.01\npayroll,150000,0.1\n"
    instance = ceasing(tmp_path, "Elm,2028-07-01,", baselines=baselines, services=services, adjacency=adjacency, tiers=tiers)
    figures = derive(instance, [decision("payroll", ("Ash", 0), ("Elm", 0), ("Oak", 0))])
    by_year = {key[:2]: amount for key, amount in figures.cashflow.items() if key[3] == "purchasing"}
    years = ("2026/27", "2027/28", "2028/29", "2029/30")
    assert [by_year[year, "Ash"] for year in years] == pytest.approx([5000, 5000, 5000, 500])
    assert [by_year.get((year, "Elm"), 0.0) for year in years] == pytest.approx([5000, 5000, 1250, 0])
    assert figures.partnerships[0].second_year == pytest.approx(3 * 5000 - 1000 + 15000)  # at full membership, not cut


@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (["Elm,2027-04-02,"], ()),
        (["Elm,2027-04-01,"], ("member Elm: goes live on 2027-04-01, but Elm ceases on 2027-04-01",)),
        (["Elm,2026-05-01,"], ("member Elm: goes live on 2027-04-01, but Elm ceases on 2026-05-01",)),
        (["Ash,2026-05-01,"], ("member Elm: goes live on 2027-04-01, but Ash ceases on 2026-05-01",)),
    ],
)
def test_nothing_goes_live_with_a_council_that_has_ceased(rows: list[str], faults: tuple[str, ...], tmp_path: Path) -> None:
    """Neither the member nor the host; whatever rules are off."""
    instance = ceasing(tmp_path, *rows)
    found = audit(instance, document_for(instance, [PAYROLL])).faults
    assert found == tuple(f"partnership payroll at Ash, {fault}" for fault in faults)


def test_what_is_live_is_kept_until_its_end(tmp_path: Path) -> None:
    """Elm is live with Ash, and ceases after six months: 5,000."""
    live = "council,service,decision,other\nAsh,payroll,live,Ash\nElm,payroll,live,Ash\n"
    instance = ceasing(tmp_path, "Elm,2026-10-01,Elmshire", commitments=live)
    document = document_for(instance, [decision("payroll", ("Ash", -1), ("Elm", -1))])
    assert audit(instance, document).passed
    assert [member.npv for member in document.partnerships[0].members] == [36000, 5000]


@pytest.mark.parametrize(("ceases", "npv"), [("2027-10-01", 2500), ("2027-04-02", 5000 / 12), ("2027-04-01", None)])
def test_alternatives_end_with_their_council(ceases: str, npv: float | None, tmp_path: Path) -> None:
    """5,000 a year from April 2027; a council that has ceased by then takes none."""
    options = "council,service,option,annual_saving\nElm,payroll,redesign,5000\n"
    instance = ceasing(tmp_path, f"Elm,{ceases},Elmshire", options=options)
    document = document_for(instance, [], [Alternative("Elm", "payroll", "redesign", 1)])
    (option,) = document.options
    assert (option.ends, option.passes_to, option.annual_saving) == (dt.date.fromisoformat(ceases), "Elmshire", 5000)
    said = f"option redesign for Elm in payroll: starts on 2027-04-01, but Elm ceases on {ceases}"
    assert audit(instance, document).faults == (() if npv is not None else (said,))
    assert option.npv == pytest.approx(npv or 0.0)


def test_payback_and_yearly_saving_are_cut(tmp_path: Path) -> None:
    """Elm ceases half-way through the second year: 9,000 + 5,000 in it; with 9,000 - 5,000 and - 3,000 in two years 15,000."""
    instance = ceasing(tmp_path, "Elm,2027-10-01,", rules="payback = 2\nminimum_total_saving = { amount = 14000, year = 2 }")
    values = {line.rule: line.value for line in audit(instance, document_for(instance, [PAYROLL])).rules}
    assert values == {"minimum_total_saving": 14000, "payback": 15000}

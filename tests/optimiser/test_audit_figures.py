"""The audit: what its figures rest on: discount factors, distances, compatibility, breakeven, financial years; and an empty plan."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import pytest
from audited import changed, document_for, kent, write

from instances import read
from optimiser.audit import audit
from optimiser.audit.facts import discount_factors, financial_year
from optimiser.audit.figures import breakeven
from optimiser.audit.pairs import Pairs


def test_an_empty_plan_is_worth_nothing(tmp_path: Path) -> None:
    """No decisions, no flows; a bound above 0 has no gap as a share of nothing."""
    instance = kent(tmp_path, "rules.commitments = off")
    document = document_for(instance, [])
    assert audit(instance, document).passed
    assert audit(instance, document).npv == 0
    assert audit(instance, changed(document, bound=5.0, gap=None)).passed
    assert audit(instance, changed(document, bound=5.0, gap=0.0)).faults == (
        "plan: gap 0.0 in the plan, none by the audit, from bound 5.00 and objective_value 0.00",
    )


def test_discount_factors_of_a_dated_table(tmp_path: Path) -> None:
    """The rate of an elapsed year is the one in force on its first day, a broken year is pro rata."""
    text = "discount_rate = { 2026-01-01 = 0.1, 2027-07-01 = 0.2 }"
    settings = '[instance]\ntitle = "x"\n[calendar]\nstart = 2026-04-01\nperiod_months = 6\ntranches = 1\nhorizon_years = 3\n[economics]\n'
    tables = {"councils": "council\nA\n", "services": "service\ns\n", "baselines": "council,service,annual_cost\nA,s,1\n"}
    found = discount_factors(read(write(tmp_path, settings + text, **tables)))
    assert found == pytest.approx([1, 1.1**-0.5, 1 / 1.1, 1.1**-1.5, 1 / 1.21, 1 / 1.21 * 1.2**-0.5])


def test_discount_factors_from_a_leap_day(tmp_path: Path) -> None:
    """Years from 29 February begin on the 28th where there is no 29th; before its first date a table holds its first rate."""
    text = "discount_rate = { 2029-02-28 = 0.1, 2030-03-01 = 0.2 }"
    settings = '[instance]\ntitle = "x"\n[calendar]\nstart = 2028-02-29\nperiod_months = 12\ntranches = 1\nhorizon_years = 5\n[economics]\n'
    tables = {"councils": "council\nA\n", "services": "service\ns\n", "baselines": "council,service,annual_cost\nA,s,1\n"}
    found = discount_factors(read(write(tmp_path, settings + text, **tables)))
    assert found == pytest.approx([1, 1 / 1.1, 1 / 1.21, 1 / 1.331, 1 / 1.331 / 1.2])


def test_discount_factors_of_the_green_book(tmp_path: Path) -> None:
    """Where no rate is given: 3.5 % for thirty years, 3 % after."""
    settings = '[instance]\ntitle = "x"\n[calendar]\nstart = 2026-04-01\nperiod_months = 12\ntranches = 1\nhorizon_years = 33\n'
    tables = {"councils": "council\nA\n", "services": "service\ns\n", "baselines": "council,service,annual_cost\nA,s,1\n"}
    found = discount_factors(read(write(tmp_path, settings, **tables)))
    assert [found[30], found[32]] == pytest.approx([1.035**-30, 1.035**-30 * 1.03**-2])


def test_great_circle_and_derived_compatibility(tmp_path: Path) -> None:
    """A degree of latitude is 2 * pi * 6371.0088 / 360 km; scores are the weighted mean of what is known."""
    settings = '[instance]\ntitle = "x"\n[calendar]\nstart = 2026-04-01\nperiod_months = 12\ntranches = 1\nhorizon_years = 1\n'
    write(
        tmp_path,
        settings + "[economics.compatibility_weights]\nhistory = 2\n",
        councils="council,latitude,longitude,control,culture\nA,51,0,Labour,x\nB,52,0,noc,y\nC,,,No overall control,\nD,,,,\n",
        services="service\ns\n",
        baselines="council,service,annual_cost\nA,s,1\n",
        history="council_a,council_b,years,what\nB,A,3,parks\nA,B,2,roads\n",
    )
    pairs = Pairs(read(tmp_path))
    assert pairs.km("A", "B") == pairs.km("B", "A") == pytest.approx(2 * math.pi * 6371.0088 / 360)
    assert pairs.compatibility("A", "B", "s") == pytest.approx((0.7 + 0.5 + 2 * 0.5) / 4)  # five of ten years
    assert pairs.compatibility("B", "C", "s") == 1.0
    assert pairs.compatibility("A", "D", "s") == 1.0
    with pytest.raises(ValueError, match="no distance is given between A and C"):
        pairs.km("A", "C")
    with pytest.raises(ValueError, match="no minutes are given between A and B"):
        pairs.minutes("A", "B")


def test_breakeven(tmp_path: Path) -> None:
    """The day on which cash is back, once it has been below; one-offs count at the start of a period."""
    instance = kent(tmp_path)
    assert breakeven(instance, [(0, 5), (-3, 5), (0, 5)]) is None  # never below
    assert breakeven(instance, [(0, 5), (-9, 5), (0, 5)]) == dt.date(2028, 4, 1)  # below within the second year
    assert breakeven(instance, [(0, -5), (0, 2), (0, 2)]) is None  # never back
    assert breakeven(instance, [(-5, 9), (-9, 5), (0, 5)]) == dt.date(2028, 4, 1)  # back for good, not only in between
    assert breakeven(instance, [(-5, 5), (0, 0), (0, 0)]) == dt.date(2027, 4, 1)


@pytest.mark.parametrize(("allowance", "day"), [(-0.005, dt.date(2027, 4, 1)), (0.0, None), (0.005, None)])
def test_breakeven_to_the_penny_may_fall_on_either_side(allowance: float, day: dt.date | None, tmp_path: Path) -> None:
    """Cash a tenth of a penny short of 0 is back or not as the allowance has it."""
    assert breakeven(kent(tmp_path), [(-5, 4.999), (0, 0), (0, 0)], allowance) == day


@pytest.mark.parametrize(
    ("day", "year"), [(dt.date(2026, 3, 31), "2025/26"), (dt.date(2026, 4, 1), "2026/27"), (dt.date(1999, 4, 1), "1999/00")]
)
def test_financial_year(day: dt.date, year: str) -> None:
    """April to March."""
    assert financial_year(day) == year

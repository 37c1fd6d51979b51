"""The calendar: periods, tranches, dates and financial years."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from pydantic import ValidationError

from instances import Calendar, financial_year


def calendar(**changes: Any) -> Calendar:
    """Half-years from April 2027 over five years, three of them tranches, with changes."""
    given = {"start": dt.date(2027, 4, 1), "period_months": 6, "tranches": 3, "horizon_years": 5}
    return Calendar.model_validate(given | changes)


@pytest.mark.parametrize(
    ("day", "label"),
    [
        (dt.date(2027, 4, 1), "2027/28"),
        (dt.date(2028, 3, 31), "2027/28"),
        (dt.date(2028, 4, 1), "2028/29"),
        (dt.date(2027, 12, 31), "2027/28"),
        (dt.date(2099, 5, 1), "2099/00"),
    ],
)
def test_financial_year(day: dt.date, label: str) -> None:
    """From 1 April to 31 March, named after both years."""
    assert financial_year(day) == label


def test_periods_and_tranches() -> None:
    """Five years are ten half-years; tranches are the first three."""
    half_years = calendar()
    assert half_years.periods == 10
    assert half_years.period_years == 0.5
    assert half_years.tranche_dates == (dt.date(2027, 4, 1), dt.date(2027, 10, 1), dt.date(2028, 4, 1))
    assert [half_years.years(k) for k in (0, 1, 2, 9)] == [0, 0.5, 1, 4.5]


@pytest.mark.parametrize(("months", "periods"), [(1, 60), (3, 20), (6, 10), (12, 5)])
def test_lengths_of_a_period(months: int, periods: int) -> None:
    """A year is made of each of them."""
    assert calendar(period_months=months).periods == periods


def test_a_start_late_in_a_month_is_held_to_its_last_day() -> None:
    """Quarters from 31 August: 30 November, 29 February, and 31 May again."""
    quarters = calendar(start=dt.date(2027, 8, 31), period_months=3, tranches=4)
    assert quarters.tranche_dates == (dt.date(2027, 8, 31), dt.date(2027, 11, 30), dt.date(2028, 2, 29), dt.date(2028, 5, 31))


def test_months_of_a_period() -> None:
    """Month 5 of the second half-year is the twelfth from the start."""
    assert calendar().month(1, 5) == dt.date(2028, 3, 1)
    assert calendar().month(0, 0) == dt.date(2027, 4, 1)


@pytest.mark.parametrize(("years", "months", "periods"), [(2.5, 6, 5), (0.25, 3, 1), (1.0833333333333333, 1, 13)])
def test_a_horizon_of_broken_years(years: float, months: int, periods: int) -> None:
    """It has to be a whole number of periods, not of years."""
    assert calendar(horizon_years=years, period_months=months, tranches=1).periods == periods


def test_whole_floats_count_as_whole_numbers() -> None:
    """Overrides give every number as a float."""
    assert calendar(tranches=2.0, period_months=3.0).tranches == 2


def test_a_date_may_stand_in_quotes() -> None:
    """TOML knows dates, but people write them in quotes."""
    assert calendar(start="2027-04-01") == calendar()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"horizon_years": 5.1}, "5.1 years are not a whole number of 6-month periods"),
        ({"tranches": 11}, "11 tranches reach beyond the horizon of 10 periods"),
        ({"start": dt.date(9995, 1, 1)}, "9995-01-01 is out of range"),
        ({"start": dt.datetime(2027, 4, 1, 9)}, "2027-04-01T09:00:00 is not a date"),
        ({"tranches": True}, "true is not a whole number"),
        ({"tranches": "3"}, "'3' is text, not a number"),
    ],
)
def test_refused(changes: dict[str, Any], problem: str) -> None:
    """Each says what is wrong with its value; tests/malformed has the rest."""
    with pytest.raises(ValidationError) as error:
        calendar(**changes)
    assert [details["msg"] for details in error.value.errors()] == [problem]

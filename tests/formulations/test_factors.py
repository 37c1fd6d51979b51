"""Factors: phase-in, growth and discounting over the periods from a go-live to its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from formulations import price
from formulations.factors import discount_factors, growth_factors, realised, streams, year_since
from instances import Calendar, Instance


@pytest.mark.parametrize(
    ("calendar", "rate", "expected"),
    [
        ("12 1 3", "0.0", [1, 1, 1]),
        ("12 1 3", "0.25", [1, 0.8, 0.64]),
        ("6 1 2", "0.21", [1, 1 / 1.1, 1 / 1.21, 1 / 1.331]),
        ("3 1 1", "0.4641", [1, 1 / 1.1, 1 / 1.21, 1 / 1.331]),
        ("12 1 3", '{ "2026-04-01" = 0.25, "2027-04-01" = 0.6 }', [1, 0.8, 0.5]),
        ("12 1 3", '{ "2020-01-01" = 0.25, "2027-04-02" = 0.6 }', [1, 0.8, 0.64]),
        ("12 1 2", '{ "2030-04-01" = 0.25 }', [1, 0.8]),
        ("6 1 2", '{ "2026-04-01" = 0.21, "2027-04-01" = 0.44 }', [1, 1 / 1.1, 1 / 1.21, 1 / 1.21 / 1.2]),
    ],
    ids=["none", "one rate", "half years", "quarters", "from the second year", "a day too late", "begins later", "broken year"],
)
def test_discount_factors(shire: Callable[..., Instance], calendar: str, rate: str, expected: list[float]) -> None:
    """The product over elapsed years at the rate in force on the year's first day, the broken year pro rata."""
    instance = shire(calendar, economics=f"discount_rate = {rate}")
    assert discount_factors(instance) == pytest.approx(expected, rel=1e-12)


def test_discount_factors_of_the_green_book(shire: Callable[..., Instance]) -> None:
    """Without a rate: 3.5 % for thirty elapsed years, 3.0 % after."""
    instance = shire("12 1 40", economics="# discount_rate is left out")
    factors = discount_factors(instance)
    assert instance.economics.discount_rate is None
    assert factors[[1, 30, 31, 39]] == pytest.approx([1.035**-1, 1.035**-30, 1.035**-30 / 1.03, 1.035**-30 / 1.03**9], rel=1e-12)


@pytest.mark.parametrize(
    ("calendar", "growth", "expected"), [("12 1 3", "0.1", [1, 1.1, 1.21]), ("6 1 1", "-0.19", [1, 0.9]), ("12 1 2", "0.0", [1, 1])]
)
def test_growth_factors(shire: Callable[..., Instance], calendar: str, growth: str, expected: list[float]) -> None:
    """(1 + growth) to the years gone by, broken ones too."""
    assert growth_factors(shire(calendar, economics=f"growth = {growth}"), "payroll") == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("period_months", "months_before", "k", "expected"),
    [
        (12, 0, 0, [0, 1, 2]),
        (12, 0, 2, [0]),
        (12, 11, 0, [0, 1, 2]),
        (12, 12, 0, [1, 2, 3]),
        (6, 0, 1, [0, 0, 1, 1, 2]),
        (6, 7, 0, [0, 1, 1, 2, 2, 3]),
    ],
)
def test_year_since(period_months: int, months_before: int, k: int, expected: list[int]) -> None:
    """Full years since a go-live at the first day of each period that remains."""
    calendar = Calendar.model_validate({"start": "2026-04-01", "period_months": period_months, "tranches": 1, "horizon_years": 3})
    assert year_since(calendar, months_before, k).tolist() == expected


def test_realised() -> None:
    """The share of each year; the last one holds."""
    assert realised((0.2, 0.7), np.array([0, 1, 2, 9])).tolist() == [0.2, 0.7, 0.7, 0.7]


HALF_YEARS = "6 2 2"
PHASED = "phase_in = [0.5, 1.0]"
DIGITS = np.array([1.0, 10.0, 100.0, 1000.0])
"""A weight for each of four half years that tells them apart."""


def factors(instance: Instance, *shapes: tuple[int, int, int | None], weight: np.ndarray[Any, Any] = DIGITS) -> dict[str, list[float]]:
    """What a pound a year of moves of payroll comes to: (tranche, months live before the start, month of the end)."""
    found = streams(instance, [("payroll", *shape) for shape in shapes]).factors(weight)
    return {name: values.tolist() for name, values in found.items()}


def test_streams(shire: Callable[..., Instance]) -> None:
    """From the first tranche and from the second: half of the saving in the first year, all of it from the second."""
    found = factors(shire(HALF_YEARS, economics=PHASED), (0, 0, None), (1, 0, None))
    assert found["live"] == pytest.approx([1111, 1110])
    assert found["phased"] == pytest.approx([0.5 + 5 + 100 + 1000, 5 + 50 + 1000])


def test_streams_grow(shire: Callable[..., Instance]) -> None:
    """By a tenth each half year, from the start of the appraisal, not from the go-live."""
    found = factors(shire(HALF_YEARS, economics=PHASED + "\ngrowth = 0.21"), (0, 0, None), (1, 0, None))
    assert found["live"] == pytest.approx([1111, 1110])
    assert found["grown"] == pytest.approx([1 + 11 + 121 + 1331, 11 + 121 + 1331])
    assert found["phased_grown"] == pytest.approx([0.5 + 5.5 + 121 + 1331, 5.5 + 60.5 + 1331])


@pytest.mark.parametrize(
    ("end", "live", "phased"),
    [
        (24, 1111, 1105.5),
        (30, 1111, 1105.5),
        (18, 111, 105.5),
        (17, 1 + 10 + 100 * 5 / 6, 0.5 + 5 + 100 * 5 / 6),
        (13, 1 + 10 + 100 / 6, 0.5 + 5 + 100 / 6),
        (12, 11, 5.5),
        (1, 1 / 6, 0.5 / 6),
        (0, 0, 0),
    ],
)
def test_streams_end(shire: Callable[..., Instance], end: int, live: float, phased: float) -> None:
    """By the month in which the council or its host ceases; the period in which it does counts in part."""
    found = factors(shire(HALF_YEARS, economics=PHASED), (0, 0, end))
    assert found["live"] == pytest.approx([live])
    assert found["phased"] == pytest.approx([phased])


def test_streams_that_begin_and_end(shire: Callable[..., Instance]) -> None:
    """From the second half year on, for ten months: one half year and two thirds of the next, both in the first year."""
    found = factors(shire(HALF_YEARS, economics=PHASED + "\ngrowth = 0.21"), (1, 0, 16))
    assert found["live"] == pytest.approx([10 + 100 * 4 / 6])
    assert found["phased"] == pytest.approx([5 + 50 * 4 / 6])
    assert found["grown"] == pytest.approx([11 + 121 * 4 / 6])
    assert found["phased_grown"] == pytest.approx([5.5 + 60.5 * 4 / 6])


def test_streams_of_what_is_live(shire: Callable[..., Instance]) -> None:
    """Live for seven months: half a year of the first share is left, then the second, then the last."""
    found = factors(shire(HALF_YEARS, economics="phase_in = [0.2, 0.6, 1.0]"), (-1, 7, None), (-1, 0, None), (-1, 40, 6))
    assert found["live"] == pytest.approx([1111, 1111, 1])
    assert found["phased"] == pytest.approx([0.2 + 6 + 60 + 1000, 0.2 + 2 + 60 + 600, 1])


def test_streams_of_equal_shape_share_a_row(shire: Callable[..., Instance]) -> None:
    """Moves are told apart by what their flows depend on, whatever the order."""
    found = streams(shire(HALF_YEARS), [("payroll", 1, 0, None), ("payroll", 0, 0, None), ("payroll", 1, 0, None)])
    assert found.row.tolist() == [0, 1, 0]
    assert found.live.tolist() == [[0, 1, 1, 1], [1, 1, 1, 1]]
    assert found.factors(DIGITS)["live"].tolist() == [1110, 1111, 1110]


def test_streams_of_each_service_grow_by_its_own_rate(shire: Callable[..., Instance], two_services: dict[str, str]) -> None:
    """Waste doubles every year and its saving is there at once; payroll takes the defaults."""
    services = "service, growth, phase_in\npayroll, , \nwaste, 1.0, 1.0\n"
    instance = shire("12 1 2", economics=PHASED, **(two_services | {"services": services}))
    found = streams(instance, [("payroll", 0, 0, None), ("waste", 0, 0, None)]).factors(np.array([1.0, 10.0]))
    assert found["phased_grown"].tolist() == [0.5 + 10, 1 + 20]


def test_streams_are_weighted_by_present_value(shire: Callable[..., Instance]) -> None:
    """Two half years of a pound a year at DF 1, 1/1.1, 1/1.21, 1/1.331 and growth of 21 % a year: growth and discount cancel."""
    priced = price(shire(HALF_YEARS, economics=f"discount_rate = 0.21\ngrowth = 0.21\n{PHASED}"))
    found = factors(priced.instance, (0, 0, None), (1, 0, None), weight=priced.weight)
    first, second, third, fourth = 0.5, 0.5 / 1.1, 0.5 / 1.21, 0.5 / 1.331
    assert found["live"] == pytest.approx([first + second + third + fourth, second + third + fourth], rel=1e-12)
    assert found["phased"] == pytest.approx([(first + second) / 2 + third + fourth, (second + third) / 2 + fourth], rel=1e-12)
    assert found["grown"] == pytest.approx([2.0, 1.5], rel=1e-12)
    assert found["phased_grown"] == pytest.approx([0.25 + 0.25 + 0.5 + 0.5, 0.25 + 0.25 + 0.5], rel=1e-12)

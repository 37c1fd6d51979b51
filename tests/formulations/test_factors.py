"""Factors: phase-in, growth and discounting over the periods that remain after a go-live."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from formulations.factors import discount_factors, growth_factors, live_factors, realised, service_factors, year_since
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


def test_service_factors(shire: Callable[..., Instance]) -> None:
    """Two half years of a pound a year from each tranche on, at DF 1, 1/1.1, 1/1.21, 1/1.331 and growth of 21 % a year."""
    instance = shire("6 2 2", economics="discount_rate = 0.21\ngrowth = 0.21\nphase_in = [0.5, 1.0]")
    factors = service_factors(instance, "payroll", discount_factors(instance))
    first, second, third, fourth = 0.5, 0.5 / 1.1, 0.5 / 1.21, 0.5 / 1.331
    assert factors.flat[:2] == pytest.approx([first + second + third + fourth, second + third + fourth], rel=1e-12)
    assert factors.phased == pytest.approx([(first + second) / 2 + third + fourth, (second + third) / 2 + fourth], rel=1e-12)
    assert factors.grown[:2] == pytest.approx([2.0, 1.5], rel=1e-12)
    assert factors.phased_grown == pytest.approx([0.25 + 0.25 + 0.5 + 0.5, 0.25 + 0.25 + 0.5], rel=1e-12)


def test_live_factors(shire: Callable[..., Instance]) -> None:
    """Live for seven months: half a year of the first share is left, then the second, then the last."""
    instance = shire("6 1 2", economics="phase_in = [0.2, 0.6, 1.0]")
    value, growth = np.full(4, 0.5), np.array([1.0, 1.0, 2.0, 2.0])
    phased, grown = live_factors(instance, (0.2, 0.6, 1.0), value, growth, 7)
    assert phased == pytest.approx(0.5 * (0.2 + 0.6 + 0.6 + 1.0), rel=1e-12)
    assert grown == pytest.approx(0.5 * (0.2 + 0.6 + 2 * 0.6 + 2 * 1.0), rel=1e-12)

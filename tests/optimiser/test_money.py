"""Money as a finance officer writes it."""

from __future__ import annotations

import pytest

from optimiser.money import percent, pounds, short, years


@pytest.mark.parametrize(("value", "text"), [(0, "£0"), (-0.4, "£0"), (1234567.4, "£1,234,567"), (-1234.6, "-£1,235")])
def test_pounds(value: float, text: str) -> None:
    """Whole pounds, thousands separated, the minus before the sign, no minus zero."""
    assert pounds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(950, "£950"), (478350.2, "£478,350"), (999_999, "£999,999"), (1_234_567, "£1.23 million"), (-2e9, "-£2,000.00 million")],
)
def test_short(value: float, text: str) -> None:
    """The same figure as in the tables below a million."""
    assert short(value) == text


@pytest.mark.parametrize(("share", "digits", "text"), [(0.1, 1, "10.0%"), (0.00093, 3, "0.093%"), (None, 1, "-")])
def test_percent(share: float | None, digits: int, text: str) -> None:
    """A share as a percentage."""
    assert percent(share, digits) == text


@pytest.mark.parametrize(("value", "text"), [(3.302, "3.3 years"), (0.01, "at once"), (0.0, "at once"), (None, "never")])
def test_years(value: float | None, text: str) -> None:
    """One decimal; at once and never in words."""
    assert years(value) == text

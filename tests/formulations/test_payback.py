"""Rule payback: a partnership has earned its cost within some years of its opening."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

from formulations.payback import window

FIGURES = "duplication_avoided = 0.5\nset_up_cost = 10000\nintegration_cost = 30000\nhosting_cost = 1000\n"
ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
LIVE = "council, service, decision, other\nElm, payroll, live, Ash\n"
TIERS = "service, from_volume, rate\npayroll, 50000, 0.1\n"
BOTH = {(*host, k) for host in (ASH, ELM) for k in (0, 1)}
# In thousands: Elm saves 25 a year, Oak 10, Yew 15, each for 30 once; Ash opens for 10 and costs 1 a year as host.


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", set()),
        ("payback = false", set()),
        ("payback = 2", BOTH | {("waste", "Ash", k) for k in (0, 1)}),
        ("payback = { payroll = 2.5 }", BOTH),
    ],
)
def test_payback_index(shire_model: Callable[..., Any], two_services: dict[str, str], rule: str, expected: set[Any]) -> None:
    """A row for each opening of a service for which the rule is on."""
    assert rows(shire_model(rules=rule, **two_services), "payback") == expected


def test_payback_index_leaves_out_what_is_live(shire_model: Callable[..., Any]) -> None:
    """Ash has opened already; nobody else can."""
    assert rows(shire_model(rules="payback = 2", commitments=LIVE), "payback") == set()


def test_payback_index_of_the_services_table(shire_model: Callable[..., Any]) -> None:
    """The figure in services.csv goes before the rule's."""
    m = shire_model(rules="payback = 1", services="service, payback\npayroll, 2.5\n")
    assert window(m, "payroll", 0).tolist() == [1, 1, 0.5]


@pytest.mark.parametrize(
    ("calendar", "years", "opening", "expected"),
    [
        ("12 2 3", "2", 0, [1, 1, 0]),
        ("12 2 3", "2", 1, [0, 1, 1]),
        ("12 2 3", "1.5", 0, [1, 0.5, 0]),
        ("12 2 3", "1.5", 1, [0, 1, 0.5]),
        ("12 2 3", "0.25", 1, [0, 0.25, 0]),
        ("12 2 3", "10", 0, [1, 1, 1]),
        ("6 2 2", "1", 1, [0, 1, 1, 0]),
        ("6 2 2", "0.75", 0, [1, 0.5, 0, 0]),
    ],
)
def test_window(shire_model: Callable[..., Any], calendar: str, years: str, opening: int, expected: list[float]) -> None:
    """The part of each period within so many years of an opening; the horizon cuts it."""
    assert window(shire_model(calendar, rules=f"payback = {years}"), "payroll", opening) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("years", "joined", "opened", "room"),
    [
        ("2", {}, None, [0, 0]),
        ("2", {"Elm": 0}, 0, [50 - 30 - 12, 10]),
        ("2", {"Elm": 1}, 0, [25 - 30 - 12, 20 + 10]),
        ("2", {"Elm": 0, "Yew": 0, "Oak": 0}, 0, [20 + 0 - 10 - 12, 10]),
        ("2", {"Elm": 1, "Oak": 1}, 1, [-5 - 20 + 40, 20 - 10 - 12]),
        ("1.5", {"Elm": 0}, 0, [37.5 - 30 - 11.5, 15 + 7.5]),
        ("1.5", {"Elm": 0, "Yew": 1}, 0, [7.5 + 7.5 - 30 - 11.5, 22.5 - 30 + 22.5]),
        ("1", {"Elm": 0, "Yew": 1}, 0, [25 - 30 - 11, 15 - 30 + 5 + 20 + 15]),
        ("1", {"Elm": 1}, 1, [0, 25 - 30 - 11]),
        ("3", {"Elm": 0}, 0, [75 - 30 - 13, 10]),
    ],
)
def test_payback_row(shire_model: Callable[..., Any], years: str, joined: dict[str, int], opened: int | None, room: list[float]) -> None:
    """The row of an opening counts those who join from then on, within its window: a one-off in full or, after the window, not at all.

    Where Ash opens in the other tranche the row has room for the worst that could follow. Of who joins in the second tranche,
    in the window of the first opening, of two years: Elm 25 - 30 = -5, Oak -20, Yew -15, which is 40; in that of the second
    Oak 20 - 30 = -10 alone. Of one and a half years: in the second 37.5 - 30 is more than 0, Oak 15 - 30 = -15, Yew -7.5.
    Of one year: in the second Elm -5, Oak -20, Yew -15; who joins after the first window is not counted in it.
    """
    m = shire_model(economics=FIGURES, rules=f"payback = {years}")
    put(m, join={(c, *ASH, k): 1 for c, k in joined.items()}, open={} if opened is None else {(*ASH, opened): 1})
    assert [slack(m, "payback", *ASH, k) for k in (0, 1)] == pytest.approx(room)


def test_payback_row_of_an_odd_number_of_months(shire_model: Callable[..., Any]) -> None:
    """Five months as a fraction of a year, a whole number of monthly periods but for rounding: who joins after them is not counted."""
    m = shire_model("1 6 1", economics=FIGURES, rules="payback = 0.4166666666666668")
    put(m, join={("Elm", *ASH, 5): 1}, open={(*ASH, 0): 1})
    assert slack(m, "payback", *ASH, 0) == pytest.approx(-10 - 5 / 12)


def test_payback_row_is_not_discounted_but_grows_and_is_phased_in(shire_model: Callable[..., Any]) -> None:
    """Two years of Elm: half of 25, then all of it grown by a tenth."""
    economics = FIGURES + "discount_rate = 0.25\ngrowth = 0.1\nphase_in = [0.5, 1.0]"
    m = shire_model(economics=economics, rules="payback = 2")
    put(m, join={("Elm", *ASH, 0): 1}, open={(*ASH, 0): 1})
    assert slack(m, "payback", *ASH, 0) == pytest.approx(12.5 + 27.5 - 30 - 12)


def test_payback_row_of_half_years_until_an_end(shire_model: Callable[..., Any]) -> None:
    """A year and a quarter, of which Elm lives to see nine months: 25 * 0.75; Ash hosts to the end of the window."""
    m = shire_model("6 2 2", economics=FIGURES, rules="payback = 1.25", councils="council, ceases\nAsh,\nElm, 2027-01-01\nOak,\nYew,\n")
    put(m, join={("Elm", *ASH, 0): 1}, open={(*ASH, 0): 1})
    assert slack(m, "payback", *ASH, 0) == pytest.approx(25 * 0.75 - 30 - 10 - 1.25)


@pytest.mark.parametrize(
    ("calendar", "years", "bought"),
    [("12 2 3", "1", 5), ("12 2 3", "1.5", 5 + 2.5), ("12 2 3", "2", 10), ("12 2 3", "3", 15), ("6 2 3", "1", 5), ("6 2 3", "1.25", 6.25)],
)
def test_payback_row_with_purchasing(shire_model: Callable[..., Any], calendar: str, years: str, bought: float) -> None:
    """A tenth of Ash's 20 and Elm's 30 a year, as far as it falls within the window; what they buy through Elm does not count."""
    m = shire_model(calendar, economics="duplication_avoided = 0.5", rules=f"payback = {years}", tiers=TIERS)
    buy = {(c, *host, e, 0): 1 for c in ("Ash", "Elm") for host in (ASH, ELM) for e in (0, 1)}
    put(m, open={(*ASH, 0): 1}, buy=buy)
    assert slack(m, "payback", *ASH, 0) == pytest.approx(bought)


def test_payback_row_of_each_vehicle(shire_model: Callable[..., Any]) -> None:
    """A partnership is judged by itself: who joins the host's other vehicle does not count."""
    m = shire_model(economics=FIGURES, rules="payback = 2", vehicles="vehicle, set_up_factor\ncompany, 2\nlead_authority, 1\n")
    put(m, join={("Elm", *ASH, 0): 1, ("Yew", *ASH, "company", 0): 1}, open={(*ASH, "company", 0): 1})
    assert slack(m, "payback", *ASH, 0) == pytest.approx(50 - 30)
    assert slack(m, "payback", *ASH, "company", 0) == pytest.approx(30 - 30 - 20 - 2)


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("", 130_000, {"Elm": 0, "Yew": 0}),
        ("payback = 1.75", 130_000, {"Elm": 0, "Yew": 0}),
        ("payback = 1.74", 100_000, {"Elm": 0, "Yew": 2}),
        ("payback = 1.6", 100_000, {"Elm": 0, "Yew": 2}),
        ("payback = 1.59", 0, {}),
    ],
)
def test_what_pays_back_in_time(shire_plan: Callable[..., Any], rule: str, value: float, expected: dict[str, int]) -> None:
    """Over five years Elm is worth 125 - 30 = 95, Yew 75 - 30 = 45 or, if it joins in the third, 15, Ash as host -10.

    Within 1.75 years: Elm 13.75, Yew -3.75, Ash -10, just enough. Within less Yew has to wait until the window is over, and
    within less than 1.6 years Elm's 40 - 30 do not carry Ash's 10.
    """
    figures = FIGURES.replace("hosting_cost = 1000\n", "")
    out = "council, service, decision\nOak, payroll, stays_out\n"
    worth, plan = shire_plan("12 3 5", economics=figures, rules=rule, commitments=out)
    assert worth == pytest.approx(value)
    assert plan == ({("Ash", "payroll"): ("Ash", 0)} if expected else {}) | {(c, "payroll"): ("Ash", k) for c, k in expected.items()}


def test_purchasing_pays_back_too(shire_plan: Callable[..., Any]) -> None:
    """Within one year Elm's 25 - 20 fall 5 short of Ash's 10 for opening; a tenth of what they buy together, 50, is just that."""
    figures = {"economics": "duplication_avoided = 0.5\nset_up_cost = 10000\nintegration_cost = 20000", "rules": "payback = 1"}
    figures["commitments"] = "council, service, decision\nOak, payroll, stays_out\nYew, payroll, stays_out\n"
    assert shire_plan("12 1 3", **figures)[0] == 0
    assert shire_plan("12 1 3", tiers=TIERS, **figures)[0] == pytest.approx(75_000 - 20_000 - 10_000 + 15_000)

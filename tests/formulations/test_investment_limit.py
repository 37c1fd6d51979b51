"""Rule investment_limit: one-off cost by financial year, for the programme and for each council, and over all years."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

FIGURES = "duplication_avoided = 0.5\nset_up_cost = 10000\nintegration_cost = 8000\n"
ASH, ELM = ("payroll", "Ash"), ("payroll", "Elm")
YEARS = ("2026/27", "2027/28")
OPTION = "council, service, option, one_off_cost\nOak, payroll, digital, 5000\n"
# One-offs, in thousands: 10 to open, 8 to join. In each year at most 2 * 10 + 6 * 8 = 68 by all, 18 by Ash and by Elm, who may
# join each other, 16 by Oak and by Yew, who may join either.


def limit(text: str) -> str:
    """The rule in a line of instance.toml."""
    return f"investment_limit = {{ {text} }}"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("", set()),
        ("investment_limit = false", set()),
        (limit("programme = 68_000"), set()),
        (limit("programme = 67_999"), {("programme", "", year) for year in YEARS}),
        (limit('programme = { "2027/28" = 10 }'), {("programme", "", "2027/28")}),
        (limit("council = 18_000"), set()),
        (limit("council = 17_000"), {("council", c, year) for c in ("Ash", "Elm") for year in YEARS}),
        (limit('council = { "2026/27" = 0 }'), {("council", c, "2026/27") for c in ("Ash", "Elm", "Oak", "Yew")}),
        (limit("total = 136_000"), set()),
        (limit("total = 135_000"), {("total", "", "")}),
        (limit("total = 0, programme = 0"), {("total", "", ""), *(("programme", "", year) for year in YEARS)}),
    ],
)
def test_investment_limit_index(shire_model: Callable[..., Any], rule: str, expected: set[Any]) -> None:
    """A row where more could be spent than the rule allows; a year that it does not name has no limit, 0 is one."""
    assert rows(shire_model(economics=FIGURES, rules=rule), "investment_limit") == expected


def test_investment_limit_index_by_financial_year(shire_model: Callable[..., Any]) -> None:
    """Tranches in October 2026, April and October 2027, April 2028: the second and third are in one year."""
    m = shire_model("6 4 3", start="2026-10-01", economics=FIGURES, rules=limit("programme = 100_000"))
    assert rows(m, "investment_limit") == {("programme", "", "2027/28")}
    m = shire_model("6 4 3", start="2026-10-01", economics=FIGURES, rules=limit("programme = 1"))
    assert rows(m, "investment_limit") == {("programme", "", year) for year in ("2026/27", "2027/28", "2028/29")}


def test_investment_limit_index_without_costs(shire_model: Callable[..., Any]) -> None:
    """Where nothing is paid there is nothing to limit, at 0 neither."""
    assert rows(shire_model(rules=limit("programme = 0, council = 0, total = 0")), "investment_limit") == set()


@pytest.mark.parametrize(
    ("joined", "opened", "programme", "ash", "elm", "everything"),
    [
        ({}, {}, [15, 15], [9, 9], [9, 9], 20),
        ({"Elm": 0}, {"Ash": 0}, [15 - 18, 15], [-1, 9], [1, 9], 2),
        ({"Elm": 1}, {"Ash": 0}, [5, 7], [-1, 9], [9, 1], 2),
        ({"Elm": 0, "Yew": 1, "Oak": 1}, {"Ash": 0}, [-3, -1], [-1, 9], [1, 9], -14),
        ({}, {"Elm": 1}, [15, 5], [9, 9], [9, -1], 10),
    ],
)
def test_investment_limit_row(
    shire_model: Callable[..., Any],
    joined: dict[str, int],
    opened: dict[str, int],
    programme: list[float],
    ash: list[float],
    elm: list[float],
    everything: float,
) -> None:
    """15 a year for the programme, 9 for each council, 20 in all; each pays for what it does itself, in the year of its go-live."""
    m = shire_model(economics=FIGURES, rules=limit("programme = 15_000, council = 9_000, total = 20_000"))
    put(m, join={(c, *ASH, k): 1 for c, k in joined.items()}, open={("payroll", h, k): 1 for h, k in opened.items()})
    for council, room in (("Ash", ash), ("Elm", elm)):
        assert [slack(m, "investment_limit", "council", council, year) for year in YEARS] == pytest.approx(room)
    assert [slack(m, "investment_limit", "programme", "", year) for year in YEARS] == pytest.approx(programme)
    assert slack(m, "investment_limit", "total", "", "") == pytest.approx(everything)


def test_investment_limit_row_of_each_year(shire_model: Callable[..., Any]) -> None:
    """Years may have limits of their own."""
    m = shire_model(economics=FIGURES, rules=limit('programme = { "2026/27" = 12_000, "2027/28" = 7_000 }'))
    put(m, join={("Elm", *ASH, 1): 1}, open={(*ASH, 0): 1})
    assert [slack(m, "investment_limit", "programme", "", year) for year in YEARS] == pytest.approx([2, -1])


def test_investment_limit_row_with_options_bias_and_terminations(shire_model: Callable[..., Any]) -> None:
    """Half as much again: Oak's option 7.5; Elm's join 12, and 15 for leaving its contract; Ash opens for 15."""
    m = shire_model(
        economics=FIGURES + "optimism_bias = { savings = 0.0, costs = 0.5 }",
        rules=limit("programme = 50_000, council = 5_000"),
        options=OPTION,
        contracts="council, service, expires, break_from, termination_charge\nElm, payroll, 2030-04-01, 2026-04-01, 10000\n",
    )
    put(m, join={("Elm", *ASH, 0): 1}, open={(*ASH, 0): 1}, take={("Oak", "payroll", "digital", 0): 1})
    assert slack(m, "investment_limit", "programme", "", "2026/27") == pytest.approx(50 - 7.5 - 12 - 15 - 15)
    assert slack(m, "investment_limit", "council", "Oak", "2026/27") == pytest.approx(5 - 7.5)
    assert slack(m, "investment_limit", "council", "Elm", "2026/27") == pytest.approx(5 - 27)


def test_investment_limit_row_leaves_out_what_is_live(shire_model: Callable[..., Any]) -> None:
    """Elm is live with Ash and has paid: only Oak and Yew may pay 8 each, in either year."""
    m = shire_model(
        economics=FIGURES, rules=limit("total = 31_999"), commitments="council, service, decision, other\nElm, payroll, live, Ash\n"
    )
    put(m, join={("Elm", *ASH, -1): 1, ("Oak", *ASH, 1): 1}, open={(*ASH, -1): 1})
    assert slack(m, "investment_limit", "total", "", "") == pytest.approx(31.999 - 8)
    exact = shire_model(
        economics=FIGURES, rules=limit("total = 32_000"), commitments="council, service, decision, other\nElm, payroll, live, Ash\n"
    )
    assert rows(exact, "investment_limit") == set()


def test_investment_limit_row_with_income(shire_model: Callable[..., Any]) -> None:
    """A one-off below 0, such as the sale of a depot, makes room; it does not hide that more could be spent."""
    estimates = "council, service, host, one_off_cost\nElm, payroll, Ash, -600000\n"
    m = shire_model("12 1 3", economics=FIGURES, rules=limit("total = 12_000"), estimates=estimates)
    put(m, join={("Elm", *ASH, 0): 1, ("Yew", *ASH, 0): 1}, open={(*ASH, 0): 1})
    assert slack(m, "investment_limit", "total", "", "") == pytest.approx(12 + 600 - 8 - 10)


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("", 116_000, {"Ash": 0, "Elm": 0, "Oak": 0, "Yew": 0}),
        ("programme = 34_000", 116_000, {"Ash": 0, "Elm": 0, "Oak": 0, "Yew": 0}),
        ("programme = 33_999", 106_000, {"Ash": 0, "Elm": 0, "Oak": 1, "Yew": 0}),
        ("programme = 18_000", 91_000, {"Ash": 0, "Elm": 0, "Oak": 1, "Yew": 1}),
        ('programme = { "2026/27" = 17_999, "2027/28" = 16_000 }', 54_000, {"Ash": 0, "Elm": 1, "Yew": 1}),
        ("total = 26_000", 94_000, {"Ash": 0, "Elm": 0, "Yew": 0}),
        ("council = 9_999", 0, {}),
    ],
)
def test_what_may_be_spent(shire_plan: Callable[..., Any], rule: str, value: float, expected: dict[str, int]) -> None:
    """In the first tranche Elm is worth 75 - 8 = 67, Yew 45 - 8 = 37, Oak 30 - 8 = 22, Ash as host -10; a year later 42, 22, 12, -10.

    Who has to wait is the one who loses least by it: Oak 10, Yew 15, Elm 25.
    """
    worth, plan = shire_plan(economics=FIGURES, rules=limit(rule) if rule else "")
    assert worth == pytest.approx(value)
    assert plan == {(council, "payroll"): ("Ash", k) for council, k in expected.items()}

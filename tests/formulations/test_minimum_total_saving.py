"""Rule minimum_total_saving: what the programme saves in one year of the appraisal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from small import put, rows, slack

from optimiser.errors import InfeasibleError

RULE = "minimum_total_saving = { amount = 30_000, year = 2 }"
FIGURES = "duplication_avoided = 0.5\ncoordination_cost = 2000\nhosting_cost = 5000\nintegration_cost = 9000\nphase_in = [0.4, 1.0]\n"
ASH = ("payroll", "Ash")
# In thousands a year: Elm saves 25 and costs 2, Oak 10 and 2, Yew 15 and 2; Ash as host costs 5. What is paid once does not count.


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("", set()), ("minimum_total_saving = false", set()), (RULE, {2}), ("minimum_total_saving = { amount = 0, year = 3 }", {3})],
)
def test_minimum_total_saving_index(shire_model: Callable[..., Any], rule: str, expected: set[int]) -> None:
    """One row, of the year that the rule names; an amount of 0 is a figure."""
    assert rows(shire_model(rules=rule), "minimum_total_saving") == expected


@pytest.mark.parametrize(
    ("joined", "opened", "room"),
    [
        ({}, None, -30),
        ({"Elm": 0}, None, 25 - 2 - 30),
        ({"Elm": 1}, None, 0.4 * 25 - 2 - 30),
        ({"Elm": 0, "Oak": 0}, 0, 23 + 8 - 5 - 30),
        ({"Elm": 0, "Oak": 0, "Yew": 1}, 0, 23 + 8 + 4 - 5 - 30),
        ({"Elm": 0, "Oak": 0, "Yew": 0}, 0, 23 + 8 + 13 - 5 - 30),
    ],
)
def test_minimum_total_saving_row(shire_model: Callable[..., Any], joined: dict[str, int], opened: int | None, room: float) -> None:
    """In the second year who joined in the first saves in full, who joins in it two fifths; costs are there from the first day."""
    for rate in ("", "discount_rate = 0.5"):
        m = shire_model(economics=FIGURES + rate, rules=RULE)
        put(m, join={(c, *ASH, k): 1 for c, k in joined.items()}, open={} if opened is None else {(*ASH, opened): 1})
        assert slack(m, "minimum_total_saving", 2) == pytest.approx(room)


@pytest.mark.parametrize(
    ("year", "tranche", "saved"), [(1, 0, 25), (1, 1, 12.5), (1, 2, 0), (2, 1, 25), (2, 2, 25), (2, 3, 12.5), (3, 0, 25)]
)
def test_minimum_total_saving_row_of_half_years(shire_model: Callable[..., Any], year: int, tranche: int, saved: float) -> None:
    """A year of the appraisal is two periods of six months."""
    m = shire_model("6 4 3", economics="duplication_avoided = 0.5", rules=f"minimum_total_saving = {{ amount = 0, year = {year} }}")
    put(m, join={("Elm", *ASH, tranche): 1})
    assert slack(m, "minimum_total_saving", year) == pytest.approx(saved)


def test_minimum_total_saving_row_with_growth_and_an_end(shire_model: Callable[..., Any]) -> None:
    """Elm's 25 have grown by a tenth in the second year, of which it lives to see a half; its client side of 2 does not grow."""
    councils = "council, ceases\nAsh,\nElm, 2027-10-01\nOak,\nYew,\n"
    m = shire_model(economics="duplication_avoided = 0.5\ncoordination_cost = 2000\ngrowth = 0.1", rules=RULE, councils=councils)
    put(m, join={("Elm", *ASH, 0): 1})
    assert slack(m, "minimum_total_saving", 2) == pytest.approx((25 * 1.1 - 2) / 2 - 30)


@pytest.mark.parametrize(("epoch", "saved"), [(0, 0), (1, 5)])
def test_minimum_total_saving_row_with_purchasing(shire_model: Callable[..., Any], epoch: int, saved: float) -> None:
    """A tenth of Ash's 20 and Elm's 30, in the epoch that the second year is in; the last runs to the horizon and counts once."""
    m = shire_model(rules=RULE, tiers="service, from_volume, rate\npayroll, 50000, 0.1\n")
    put(m, buy={(council, *ASH, epoch, 0): 1 for council in ("Ash", "Elm")})
    assert slack(m, "minimum_total_saving", 2) == pytest.approx(saved - 30)


@pytest.mark.parametrize(("tranche", "saved"), [(0, 12 - 3), (1, 0.5 * 12 - 3)])
def test_minimum_total_saving_row_with_an_option(shire_model: Callable[..., Any], tranche: int, saved: float) -> None:
    """An alternative to sharing counts: its saving as far as it is phased in, less its running cost; not what it costs once."""
    options = "council, service, option, annual_saving, annual_cost, one_off_cost\nOak, payroll, digital, 12000, 3000, 50000\n"
    m = shire_model(rules=RULE, economics="phase_in = [0.5, 1.0]", options=options)
    put(m, take={("Oak", "payroll", "digital", tranche): 1})
    assert slack(m, "minimum_total_saving", 2) == pytest.approx(saved - 30)


COSTLY = {"calendar": "12 1 2", "economics": "duplication_avoided = 0.5\nintegration_cost = 24000"}


@pytest.mark.parametrize(
    ("amount", "value", "members"),
    [(40_000, 32_000, "Ash Elm Yew"), (40_001, 28_000, "Ash Elm Oak Yew"), (50_000, 28_000, "Ash Elm Oak Yew")],
)
def test_what_the_programme_has_to_save(shire_plan: Callable[..., Any], amount: int, value: float, members: str) -> None:
    """Over two years Elm is worth 50 - 24 = 26 and Yew 30 - 24 = 6, Oak only 20 - 24 = -4: it joins if more than 40 a year is asked."""
    worth, plan = shire_plan(**COSTLY, rules=f"minimum_total_saving = {{ amount = {amount}, year = 2 }}")
    assert worth == pytest.approx(value)
    assert plan == {(council, "payroll"): ("Ash", 0) for council in members.split()}


def test_a_losing_partnership_may_be_what_is_asked_for(shire_plan: Callable[..., Any]) -> None:
    """With 80 for each join nobody gains: Elm 50 - 80 = -30. The rule asks for 20 a year all the same, and Elm alone gives it."""
    figures = COSTLY | {"economics": "duplication_avoided = 0.5\nintegration_cost = 80000"}
    worth, plan = shire_plan(**figures, rules="minimum_total_saving = { amount = 20_000, year = 1 }")
    assert (worth, plan) == (pytest.approx(-30_000), {("Ash", "payroll"): ("Ash", 0), ("Elm", "payroll"): ("Ash", 0)})


@pytest.mark.parametrize("rules", ["", "\nmaximum_distance = 1"])
def test_more_than_there_is(shire_plan: Callable[..., Any], rules: str) -> None:
    """All together save 50 a year at most; where nobody may join anybody nothing is saved at all."""
    with pytest.raises(InfeasibleError):
        shire_plan(**COSTLY, rules="minimum_total_saving = { amount = 50_001, year = 2 }" + rules)

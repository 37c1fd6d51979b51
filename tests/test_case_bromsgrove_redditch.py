"""Bromsgrove and Redditch: what leaving costs."""

from __future__ import annotations

import pytest

from instances import read
from optimiser.sensitivity import Scope, sensitivity


@pytest.mark.parametrize("leaver", ["Bromsgrove", "Redditch"])
def test_leaving_costs_each_council_the_published_sum(leaver: str) -> None:
    """Guide, Appendix 2: 400,000 pounds for each of the two, whoever leaves; one-off costs are lost besides."""
    found = sensitivity(read("bromsgrove-redditch"), Scope(parts=("withdrawal",))).document
    (withdrawal,) = [one for one in found.withdrawals if one.council == leaver]
    assert {one.council: round(one.exit_cost) for one in withdrawal.losses} == {"Bromsgrove": 400_000, "Redditch": 400_000}
    assert {one.council: round(one.sunk) for one in withdrawal.losses} == {"Bromsgrove": 550_000, "Redditch": 550_000}

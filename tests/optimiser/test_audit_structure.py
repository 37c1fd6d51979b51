"""The audit: decisions that no plan may have, whatever the rules of the instance."""

from __future__ import annotations

import datetime as dt
import math
from pathlib import Path

import pytest
from audited import changed, decision, document_for, kent, kent_by_hand

from optimiser.audit import Decision, Move, audit
from optimiser.plan import Member


@pytest.mark.parametrize(
    ("decisions", "fault"),
    [
        ([decision("parks", ("Thanet", 0), ("Dover", 1))], "partnership parks at Thanet: 'parks' is not a service of the instance"),
        ([decision("payroll", ("Kent", 0), ("Dover", 1))], "partnership payroll at Kent: the host 'Kent' is not a council of the instance"),
        (
            [decision("payroll", ("Thanet", 0), ("Bath", 1))],
            "partnership payroll at Thanet: member 'Bath' is not a council of the instance",
        ),
        (
            [decision("payroll", ("Thanet", 0), ("Dover", 2))],
            "partnership payroll at Thanet, member Dover: 2 is not a tranche; they run from 0 to 1, and -1 is live already",
        ),
    ],
)
def test_decisions_that_cannot_be_priced_end_the_audit(decisions: list[Decision], fault: str, tmp_path: Path) -> None:
    """Names and tranches that the instance does not have are all that is said; there are no figures to compare."""
    document = kent_by_hand()
    members = [
        Member(council=m.council, tranche=m.tranche, go_live=dt.date(2026, 4, 1), npv=0, annual_saving=0, one_off=0)
        for m in decisions[0].moves
    ]
    update = {"service": decisions[0].service, "host": decisions[0].host, "members": tuple(members)}
    found = audit(kent(tmp_path), changed(document, partnerships=(document.partnerships[0].model_copy(update=update),)))
    assert found.faults == (fault,)
    assert found.rules == ()
    assert math.isnan(found.npv)


def test_a_member_that_does_not_run_the_service(tmp_path: Path) -> None:
    """A council without a baseline has nothing to hand over."""
    instance = kent(tmp_path, "baselines.Dover.payroll = off", "commitments.Dover.payroll = off", "contracts.Dover.payroll = off")
    assert audit(instance, kent_by_hand()).faults == ("partnership payroll at Thanet: member 'Dover' does not run payroll",)


@pytest.mark.parametrize(
    ("decisions", "fault"),
    [
        (
            [Decision("payroll", "Thanet", (Move("Dover", 1), Move("Swale", 1)))],
            "partnership payroll at Thanet: the host is not among its members",
        ),
        ([decision("payroll", ("Thanet", 0))], "partnership payroll at Thanet: has fewer than two members"),
        ([decision("payroll", ("Thanet", 0), ("Thanet", 0))], "partnership payroll at Thanet: has fewer than two members"),
        (
            [decision("payroll", ("Thanet", 1), ("Dover", 0))],
            "partnership payroll at Thanet, member Dover: goes live in tranche 0, before the host in tranche 1",
        ),
        (
            [decision("payroll", ("Thanet", 0), ("Dover", 1)), decision("payroll", ("Swale", 0), ("Dover", 1))],
            "Dover in payroll: has 2 arrangements, with Thanet, with Swale; it may have one",
        ),
        (
            [decision("payroll", ("Thanet", 0), ("Dover", 1)), decision("payroll", ("Thanet", 0), ("Swale", 1))],
            "partnership payroll at Thanet: stands 2 times in the plan",
        ),
        (
            [decision("payroll", ("Thanet", -1), ("Dover", 1))],
            "partnership payroll at Thanet, member Thanet: is live already in the plan (tranche -1), but no commitment says so",
        ),
    ],
)
def test_decisions_that_make_no_sense(decisions: list[Decision], fault: str, tmp_path: Path) -> None:
    """What no plan may have, whatever the rules, with all figures right."""
    instance = kent(tmp_path, "rules.maximum_partnerships = off", "rules.commitments = off")
    assert fault in audit(instance, document_for(instance, decisions)).faults


def test_a_council_that_may_not_host(tmp_path: Path) -> None:
    """can_host is data about a council, not a rule that can be dropped."""
    instance = kent(tmp_path, "baselines.Thanet.payroll.can_host = false")
    assert audit(instance, kent_by_hand()).faults == ("partnership payroll at Thanet: Thanet cannot host payroll (can_host is false)",)

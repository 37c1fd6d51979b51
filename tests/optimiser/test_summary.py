"""The summary in sentences: what ends, what binds, why nothing is shared."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import SHIRE, shire

from optimiser import Plan, solve
from optimiser.summary import headline, what_binds, what_passes

ECONOMICS = "duplication_avoided = 0.5\nprocess_saving = 0.1"
LIVE = "council, service, decision, other\nElm, payroll, live, Ash\n"
CEASING = SHIRE["councils"].replace("longitude", "longitude, ceases, successor")


def solved(folder: Path, **parts: str) -> tuple[Plan, list[str], list[str], list[str]]:
    """The plan of a shire, with its headline, what passes and what binds."""
    instance = shire(folder, "12 2 4", **{"economics": ECONOMICS} | parts)
    plan = solve(instance)
    return plan, headline(plan, instance), what_passes(plan, instance), what_binds(plan, instance)


def test_no_move_at_all(tmp_path: Path) -> None:
    """Councils 11 km apart and a limit of 5: the rule is named with the moves that it takes away."""
    plan, lines, _, _ = solved(tmp_path, rules="maximum_distance = 5")
    assert plan.document.manifest["moves"] == 0
    assert lines == [
        "Nothing both pays and keeps the rules: every council keeps its services. Proven optimal.",
        "No council can join another at all; moves that do not exist, by rule: can_host 2, maximum_distance 6.",
    ]


def test_nothing_pays(tmp_path: Path) -> None:
    """Moves there are, but no saving: no rule is blamed."""
    plan, lines, _, _ = solved(tmp_path, economics="coordination_cost = 1")
    assert plan.document.manifest["moves"] > 0
    assert lines == ["Nothing both pays and keeps the rules: every council keeps its services. Proven optimal."]


def test_what_binds(tmp_path: Path) -> None:
    """A size of two binds; a size of nine does not, and what is decided is no limit."""
    assert solved(tmp_path, rules="partnership_size = { maximum = 2 }")[3] == [
        "What binds:",
        "  partnership_size: payroll at Ash, maximum; payroll at Ash, minimum; payroll at Elm, maximum; payroll at Elm, minimum",
    ]
    assert solved(tmp_path, rules="partnership_size = { maximum = 9 }")[3] == ["No rule is at its limit in this plan."]
    decided = solved(tmp_path, rules="partnership_size = { maximum = 9 }", commitments=LIVE)
    assert decided[3] == ["Beyond what is already decided, no rule is at its limit in this plan."]


@pytest.mark.parametrize(
    ("ash", "yew", "expected"),
    [
        ("2028-04-01, Elm", ",", "Yew: payroll ({}) ends on 1 April 2028, since its host Ash ceases and passes to Elm"),
        (",", "2028-04-01, Oak", "Yew: payroll ({}) ends on 1 April 2028 and passes to Oak"),
        (",", "2028-04-01,", "Yew: payroll ({}) ends on 1 April 2028"),
        (",", "2030-04-01, Oak", ""),
    ],
)
def test_what_ends_when_councils_cease(tmp_path: Path, ash: str, yew: str, expected: str) -> None:
    """Whose end it is, to whom it passes, and nothing of what ends after the horizon."""
    councils = CEASING.replace("51.0,     0.0", f"51.0, 0.0, {ash}").replace("51.3,     0.0", f"51.3, 0.0, {yew}")
    plan, _, passes, _ = solved(
        tmp_path, councils=councils, commitments="council, service, decision, other\nYew, payroll, shares_with, Ash\n"
    )
    (member,) = [m for p in plan.document.partnerships for m in p.members if m.council == "Yew"]
    saving = f"£{member.annual_saving:,.0f} a year"
    assert [line.strip() for line in passes if line.strip().startswith("Yew")] == ([expected.format(saving)] if expected else [])

"""Rule sequencing: orders that can be kept are accepted, circles are found however they run."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import shire

from instances import InstanceError

CATEGORIES = {"payroll": "back_office", "ledger": "back_office", "audit": "back_office", "waste": "front_line", "parks": "front_line"}
SERVICES = "service, category\n" + "".join(f"{service}, {category}\n" for service, category in CATEGORIES.items())
ROWS = "council, service, annual_cost\n" + "".join(
    f"{council}, {service}, 1000\n" for service in CATEGORIES for council in ("Ash", "Elm", "Oak", "Yew")
)


def after(service: str, *others: str, periods: int = 1) -> str:
    """A row about one service."""
    return f'{{ service = "{service}", after = [{", ".join(repr(other) for other in others)}], periods = {periods} }}'


def front_line(count: int, periods: int = 1) -> str:
    """A row about all front-line services."""
    return f'{{ category = "front_line", after_back_office = {count}, periods = {periods} }}'


def faults(folder: Path, *rows: str) -> list[str]:
    """What is wrong with the rule, behind its name."""
    try:
        shire(folder, rules=f"sequencing = [{', '.join(rows)}]", services=SERVICES, baselines=ROWS)
    except InstanceError as error:
        return [str(fault).removeprefix("instance.toml, rules.sequencing ").partition(";")[0] for fault in error.faults]
    return []


@pytest.mark.parametrize(
    "rows",
    [
        (after("waste", "payroll"),),
        (after("waste", "payroll"), after("payroll", "ledger"), after("waste", "ledger", "audit")),
        (after("waste", "payroll", periods=0), after("payroll", "waste", periods=0)),
        (
            after("waste", "payroll", periods=0),
            after("payroll", "ledger", periods=0),
            after("ledger", "waste", periods=0),
            after("parks", "waste"),
        ),
        (front_line(3),),
        (front_line(2), after("payroll", "waste")),
        (front_line(2), after("payroll", "waste"), after("waste", "audit", periods=9)),
        (front_line(3, periods=0), after("payroll", "waste", periods=0)),
        (front_line(1, periods=1_000_000), after("ledger", "payroll", periods=1_000_000), front_line(2)),
    ],
)
def test_orders_that_can_be_kept(tmp_path: Path, rows: tuple[str, ...]) -> None:
    """Chains, circles in which nothing has to wait, and back-office services enough that do not wait for the front line."""
    assert faults(tmp_path, *rows) == []


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((after("waste", "payroll"), after("payroll", "waste")), ["item 1: waste after payroll after waste: none of them could begin"]),
        (
            (after("waste", "payroll", periods=0), after("payroll", "waste")),
            ["item 2: payroll after waste after payroll: none of them could begin"],
        ),
        (
            (after("waste", "payroll"), after("payroll", "waste"), after("audit", "ledger"), after("ledger", "audit", periods=0)),
            [
                "item 1: waste after payroll after waste: none of them could begin",
                "item 3: audit after ledger after audit: none of them could begin",
            ],
        ),
        (
            (after("waste", "payroll"), after("payroll", "ledger", "waste", periods=0), after("ledger", "waste", periods=0)),
            ["item 1: waste after payroll after waste: none of them could begin"],
        ),
        (
            (front_line(3), after("payroll", "waste")),
            ["item 1: front_line waits for 3 back_office services, but payroll waits for it in turn"],
        ),
        (
            (front_line(3, periods=0), after("payroll", "waste")),
            ["item 1: front_line waits for 3 back_office services, but payroll waits for it in turn"],
        ),
        (
            (after("ledger", "payroll", periods=0), after("payroll", "parks", periods=0), front_line(2)),
            ["item 3: front_line waits for 2 back_office services, but ledger and payroll wait for it in turn"],
        ),
    ],
)
def test_circles(tmp_path: Path, rows: tuple[str, ...], said: list[str]) -> None:
    """A way back with a wait on it; each is said once, the shortest way round."""
    assert faults(tmp_path, *rows) == said

"""The product against enumeration: the best plan of small random instances, to the penny."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from oracle import best, broken_rules, value
from small import is_on, shire
from tiny import write_tiny

from instances import Instance, read
from instances.rules import Rules
from optimiser import solve
from optimiser.errors import InfeasibleError

SEEDS, FAST, CHUNK = range(300), range(60), 10
HALF_A_PENNY = 0.005
LIVE_FIGURES = "process_saving = 0.1\nduplication_avoided = 0.3\nphase_in = [0.25, 0.5, 1.0]\nset_up_cost = 5000\nintegration_cost = 2000"
Moves = tuple[tuple[str, str, str, int], ...]


class Outcome(NamedTuple):
    """What enumeration and the product say of a seed; None where there is no plan."""

    seed: int
    enumerated: float | None
    solved: float | None
    enumerated_moves: Moves
    solved_moves: Moves
    broken: tuple[str, ...]
    worth: float | None
    """What enumeration says that the product's plan is worth, and breaks."""

    @property
    def agrees(self) -> bool:
        """Both have no plan, or plans of the same worth, the product's one allowed."""
        if self.enumerated is None or self.solved is None or self.worth is None:
            return self.enumerated is None and self.solved is None
        return not self.broken and abs(self.solved - self.enumerated) < HALF_A_PENNY and abs(self.worth - self.solved) < HALF_A_PENNY

    def __str__(self) -> str:
        """Seed, both values and both plans."""
        lines = [f"seed {self.seed}: enumeration {_pounds(self.enumerated)}, product {_pounds(self.solved)} (worth {_pounds(self.worth)})"]
        lines += [f"  enumeration: {move}" for move in self.enumerated_moves] + [f"  product:     {move}" for move in self.solved_moves]
        return "\n".join([*lines, *(f"  broken: {line}" for line in self.broken)])


def _pounds(npv: float | None) -> str:
    return "no plan" if npv is None else f"£{npv:,.2f}"


@cache
def outcome(seed: int) -> Outcome:
    """Enumerate and solve the instance of a seed."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_tiny(folder, seed)
        optimum = best(folder)
        enumerated, expected = (None, ()) if optimum is None else (optimum.npv, optimum.moves)
        try:
            plan = solve(read(folder))
        except InfeasibleError:
            return Outcome(seed, enumerated, None, expected, (), (), None)
        moves = tuple(sorted((m.council, p.service, p.host, m.tranche) for p in plan.document.partnerships for m in p.members))
        return Outcome(seed, enumerated, plan.npv, expected, moves, tuple(broken_rules(folder, moves)), value(folder, moves))


LIVE = "council, service, decision, other, go_live\n"


@pytest.mark.parametrize("host_row", ["", "Ash, payroll, live, Ash, 2023-01-01\n"], ids=["host without a row", "host with a row"])
def test_what_is_live_agrees_with_enumeration(tmp_path: Path, host_row: str) -> None:
    """Ash is live with its first member unless it says otherwise; Elm since 2024, Oak since the start."""
    commitments = LIVE + host_row + "Elm, payroll, live, Ash, 2024-10-01\nOak, payroll, live, Ash,\n"
    instance = shire(tmp_path, economics=LIVE_FIGURES, commitments=commitments)
    optimum, plan = best(tmp_path), solve(instance)
    assert optimum is not None
    assert plan.npv == pytest.approx(optimum.npv, abs=HALF_A_PENNY)


@pytest.mark.parametrize(("since", "shares"), [("2025-10-31", [0.5, 1.0]), ("2025-11-01", [0.5, 0.5]), ("2025-04-30", [1.0, 1.0])])
def test_months_to_the_end_of_a_month(tmp_path: Path, since: str, shares: list[float]) -> None:
    """From 31 October to 30 April are six months, so the second half year from there is in the second year; the audit agrees."""
    commitments = LIVE + f"Elm, payroll, live, Ash, {since}\nAsh, payroll, live, Ash, {since}\n"
    economics = "process_saving = 0.1\nphase_in = [0.5, 1.0]"
    plan = solve(
        shire(tmp_path, "6 1 1", start="2026-04-30", economics=economics, commitments=commitments, rules="maximum_partnerships = 1")
    )
    live = [m for p in plan.document.partnerships for m in p.members if m.tranche == -1]
    assert [m.npv for m in live] == pytest.approx([variable * 0.1 * sum(shares) / 2 for variable in (40_000, 70_000)])


@cache
def instance_of(seed: int) -> Instance:
    """The instance of a seed."""
    with TemporaryDirectory() as name:
        write_tiny(Path(name), seed)
        return read(name)


def chunks() -> list[object]:
    """Seeds in parts, those beyond the fast run marked as long."""
    return [
        pytest.param(range(first, first + CHUNK), id=f"{first}-{first + CHUNK - 1}", marks=[] if first in FAST else [pytest.mark.long])
        for first in SEEDS[::CHUNK]
    ]


@pytest.mark.parametrize("seeds", chunks())
def test_product_agrees_with_enumeration(seeds: range) -> None:
    """The same NPV to the penny, no plan where there is none, and a plan that enumeration finds nothing wrong with."""
    wrong = [str(found) for found in map(outcome, seeds) if not found.agrees]
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.parametrize(
    ("seeds", "no_plan", "nothing_to_do", "several"),
    [pytest.param(FAST, 6, 2, 10, id="fast"), pytest.param(SEEDS, 40, 20, 60, id="all", marks=pytest.mark.long)],
)
def test_seeds_are_of_all_kinds(seeds: range, no_plan: int, nothing_to_do: int, several: int) -> None:
    """Some have no plan, some are best left as they are, some share in more than one partnership; most have a plan."""
    found = [outcome(seed) for seed in seeds]
    partnerships = [len({(service, host) for _, service, host, _ in one.enumerated_moves}) for one in found if one.enumerated is not None]
    assert no_plan <= sum(one.enumerated is None for one in found) <= len(seeds) // 2
    assert partnerships.count(0) >= nothing_to_do
    assert sum(count > 1 for count in partnerships) >= several
    assert any(k == -1 for one in found for *_, k in one.enumerated_moves)
    assert any(k > 0 for one in found for *_, k in one.enumerated_moves)


@pytest.mark.parametrize("rule", Rules.model_fields)
@pytest.mark.parametrize(("seeds", "least"), [pytest.param(FAST, 5, id="fast"), pytest.param(SEEDS, 30, id="all", marks=pytest.mark.long)])
def test_every_rule_is_on_in_some_and_off_in_some(seeds: range, least: int, rule: str) -> None:
    """No rule of this version goes untried."""
    on = sum(is_on(instance_of(seed), rule) for seed in seeds)
    assert least <= on <= len(seeds) - least

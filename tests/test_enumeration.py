"""The product against enumeration: the best plan of small random instances, to the penny and to the last name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from oracle import LEAD_AUTHORITY, LIVE, Membership, best, npv_by_council
from outcomes import HALF_A_PENNY, Outcome, decided, outcome
from small import is_on, shire
from tiny import write_takes, write_tied, write_tiny

from formulations.objectives import Objective
from instances import Instance, commitments, read
from instances.rules import Rules
from optimiser import solve
from optimiser.errors import InfeasibleError

SEEDS, FAST, CHUNK = range(160), range(80), 20
RULES = list(Rules.model_fields)
LIVE_FIGURES = "process_saving = 0.1\nduplication_avoided = 0.3\nphase_in = [0.25, 0.5, 1.0]\nset_up_cost = 5000\nintegration_cost = 2000"


@cache
def seeded(seed: int, only: str = "") -> Outcome:
    """Enumerate and solve the instance of a seed."""
    with TemporaryDirectory() as name:
        write_tiny(Path(name), seed, only)
        return outcome(Path(name), f"seed {seed} {only}")


@cache
def instance_of(seed: int) -> Instance:
    """The instance of a seed."""
    with TemporaryDirectory() as name:
        write_tiny(Path(name), seed)
        return read(name)


def parts(fast: range, every: range, chunk: int) -> list[object]:
    """Seeds in parts, those beyond the fast run marked as long."""
    found = [(range(first, min(first + chunk, end)), marks) for first, end, marks in _starts(fast, every, chunk)]
    return [pytest.param(seeds, id=f"{seeds.start}-{seeds.stop - 1}", marks=marks) for seeds, marks in found]


def _starts(fast: range, every: range, chunk: int) -> list[tuple[int, int, list[pytest.MarkDecorator]]]:
    return [(first, fast.stop, []) for first in fast[::chunk]] + [
        (first, every.stop, [pytest.mark.long]) for first in range(fast.stop, every.stop, chunk)
    ]


def agree(found: Iterable[Outcome]) -> None:
    """Both have the same plan or none, it is worth the same to the penny, and enumeration finds nothing wrong with it."""
    wrong = [str(one) for one in found if not one.agrees]
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.parametrize("seeds", parts(FAST, SEEDS, CHUNK))
def test_product_agrees_with_enumeration(seeds: range) -> None:
    """Every table and every rule in play, in random combinations."""
    agree(map(seeded, seeds))


@pytest.mark.parametrize("seeds", parts(range(6), range(14), 8))
@pytest.mark.parametrize("rule", RULES)
def test_each_rule_alone_agrees_with_enumeration(rule: str, seeds: range) -> None:
    """No rule but one, so that nothing else hides what it does."""
    agree(seeded(seed, rule) for seed in seeds)


@pytest.mark.parametrize(
    ("seeds", "least"), [pytest.param(range(12), 2, id="fast"), pytest.param(range(30), 5, id="all", marks=pytest.mark.long)]
)
@pytest.mark.parametrize("rule", RULES)
def test_each_rule_bites(tmp_path: Path, rule: str, seeds: range, least: int) -> None:
    """Without the rule some plans would be worth more, or there would be one at all."""
    bites = 0
    for seed in seeds:
        write_tiny(tmp_path / f"{seed}", seed, rule)
        write_tiny(tmp_path / f"{seed} without", seed, rule, off=rule)
        held, free = best(tmp_path / f"{seed}"), best(tmp_path / f"{seed} without")
        if held is None or free is None:
            bites += held is None and free is not None
        else:
            bites += abs(free.npv - held.npv) > HALF_A_PENNY
    assert bites >= least


def test_seeds_are_of_all_kinds() -> None:
    """Most have a plan; some have none, some are best left as they are, and all that a plan may have comes up in some."""
    seeds = FAST
    plans = [found.enumerated for found in map(seeded, seeds) if found.enumerated is not None]
    moves = [plan.moves for plan in plans]

    def often(holds: Callable[[tuple[Membership, ...]], bool]) -> float:
        return sum(map(holds, moves)) / len(seeds)

    assert 0.1 <= 1 - len(plans) / len(seeds) <= 0.35
    assert sum(not plan.moves and not plan.options for plan in plans) / len(seeds) >= 0.1
    assert sum(bool(plan.options) for plan in plans) / len(seeds) >= 0.04
    assert often(lambda found: len({(m.service, m.host) for m in found}) > 1) >= 0.2
    assert often(lambda found: any(m.vehicle != LEAD_AUTHORITY for m in found)) >= 0.05
    assert often(lambda found: len({m.vehicle for m in found}) > 1) >= 0.005
    assert often(lambda found: any(m.tranche == LIVE for m in found)) >= 0.03
    assert often(lambda found: any(m.tranche > 0 for m in found)) >= 0.1


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("seeds", [pytest.param(FAST, id="fast"), pytest.param(SEEDS, id="all", marks=pytest.mark.long)])
def test_every_rule_is_on_in_some_and_off_in_some(seeds: range, rule: str) -> None:
    """No rule goes untried, and none is there all the time."""
    on = sum(is_on(instance_of(seed), rule) for seed in seeds) / len(seeds)
    assert 0.04 <= on <= 0.6


@pytest.mark.parametrize("seeds", parts(range(12), range(48), 36))
@pytest.mark.parametrize("kind", ["net_saving", "yearly_position"])
def test_other_objectives_agree_with_enumeration(tmp_path: Path, kind: str, seeds: range) -> None:
    """Savings over the horizon without discounting, and the position of one year, whichever it is."""
    found = []
    for seed in seeds:
        write_tiny(tmp_path / f"{seed}", 2000 + seed)
        years = read(tmp_path / f"{seed}").calendar.horizon_years
        year = 1 + seed % int(years) if kind == "yearly_position" else None
        found.append(outcome(tmp_path / f"{seed}", f"seed {2000 + seed} {kind} {year}", kind=kind, year=year))
    agree(found)


@pytest.mark.parametrize("seeds", parts(range(12), range(30), 18))
def test_changes_against_an_adopted_plan_agree_with_enumeration(tmp_path: Path, seeds: range) -> None:
    """Adopted is the plan that was best for the first year, or when there were no capacities; it may break a rule by now."""
    found = []
    for seed in seeds:
        folder, before = tmp_path / f"{seed}", tmp_path / f"{seed} before"
        write_tiny(folder, 3000 + seed)
        write_tiny(before, 3000 + seed, off=RULES[seed % len(RULES)])
        try:
            first_year = Objective("yearly_position", year=1)
            adopted = solve(read(before), objective=first_year if seed % 2 else Objective()).document
        except InfeasibleError:
            continue
        kind = ("npv", "net_saving", "yearly_position")[seed % 3]
        asked = {
            "kind": kind,
            "year": 1 if kind == "yearly_position" else None,
            "change_cost": (500.25, 20_000.75, 150_000.5)[seed % 7 % 3],
        }
        found.append(outcome(folder, f"seed {3000 + seed} {asked}", adopted=adopted, **asked))
    agree(found)
    assert len(found) >= len(seeds) // 2


@pytest.mark.parametrize(
    ("seeds", "least"), [pytest.param(range(16), 1, id="fast"), pytest.param(range(60), 4, id="all", marks=pytest.mark.long)]
)
def test_payments_make_every_council_whole(tmp_path: Path, seeds: range, least: int) -> None:
    """They sum to nothing in each partnership, and with them no council is below 0 by enumeration's figures; some are needed."""
    needed = 0
    for seed in seeds:
        folder = tmp_path / f"{seed}"
        write_tiny(folder, seed, "no_council_worse_off")
        if read(folder).rules.no_council_worse_off != "compensated":
            continue
        try:
            document = solve(read(folder)).document
        except InfeasibleError:
            continue
        own = npv_by_council(folder, *decided(document))
        needed += any(npv < -HALF_A_PENNY for npv in own.values())
        for partnership in document.partnerships:
            assert sum(member.payment for member in partnership.members) == pytest.approx(0, abs=HALF_A_PENNY), f"seed {seed}"
            for member in partnership.members:
                own[member.council] += member.payment
        assert min(own.values(), default=0) >= -2 * HALF_A_PENNY, f"seed {seed}"
    assert needed >= least


@pytest.mark.parametrize("seeds", parts(range(40), range(100), 60))
def test_ties_are_settled_as_enumeration_settles_them(tmp_path: Path, seeds: range) -> None:
    """Councils that are all alike: fewest partnerships, fewest moves, earliest tranches, first names."""
    for seed in seeds:
        write_tied(tmp_path / f"{seed}", seed)
    agree(outcome(tmp_path / f"{seed}", f"tied seed {seed}") for seed in seeds)


@pytest.mark.parametrize("seeds", parts(range(25), range(75), 50))
def test_alternatives_that_are_decided_agree_with_enumeration(tmp_path: Path, seeds: range) -> None:
    """Taken in any tranche, in the one that is named, or before the start; each kind comes up, and many are worth less than nothing."""
    for seed in seeds:
        write_takes(tmp_path / f"{seed}", seed)
    found = [outcome(tmp_path / f"{seed}", f"takes seed {seed}") for seed in seeds]
    agree(found)
    taken = [(one, read(tmp_path / f"{seed}")) for seed, one in zip(seeds, found, strict=True) if one.enumerated]
    held = [(plan, key) for one, instance in taken if (plan := one.enumerated) for key in commitments.decided(instance).takes]
    ways = [next(option for option in plan.options if option[:2] == key) for plan, key in held]
    assert sum(way.tranche == LIVE for way in ways) >= 3
    assert sum(way.tranche > 0 for way in ways) >= 1
    assert sum(way.tranche == 0 for way in ways) >= 3


LIVE_ROWS = "council, service, decision, other, go_live\n"


@pytest.mark.parametrize("host_row", ["", "Ash, payroll, live, Ash, 2023-01-01\n"], ids=["host without a row", "host with a row"])
def test_what_is_live_agrees_with_enumeration(tmp_path: Path, host_row: str) -> None:
    """Ash is live with its first member unless it says otherwise; Elm since 2024, Oak since the start."""
    commitments = LIVE_ROWS + host_row + "Elm, payroll, live, Ash, 2024-10-01\nOak, payroll, live, Ash,\n"
    shire(tmp_path, economics=LIVE_FIGURES, commitments=commitments)
    agree([outcome(tmp_path, "live")])


@pytest.mark.parametrize(("since", "shares"), [("2025-10-31", [0.5, 1.0]), ("2025-11-01", [0.5, 0.5]), ("2025-04-30", [1.0, 1.0])])
def test_months_to_the_end_of_a_month(tmp_path: Path, since: str, shares: list[float]) -> None:
    """From 31 October to 30 April are six months, so the second half year from there is in the second year; the audit agrees."""
    commitments = LIVE_ROWS + f"Elm, payroll, live, Ash, {since}\nAsh, payroll, live, Ash, {since}\n"
    economics = "process_saving = 0.1\nphase_in = [0.5, 1.0]"
    plan = solve(
        shire(tmp_path, "6 1 1", start="2026-04-30", economics=economics, commitments=commitments, rules="maximum_partnerships = 1")
    )
    live = [m for p in plan.document.partnerships for m in p.members if m.tranche == -1]
    assert [m.npv for m in live] == pytest.approx([variable * 0.1 * sum(shares) / 2 for variable in (40_000, 70_000)])

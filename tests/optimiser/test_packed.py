"""Packing whole partnerships service by service: choices that keep each service's rows, and get no worse with more to choose from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.region import write_region

from formulations import Objective, price
from instances import read
from optimiser.methods import packed, relaxation
from optimiser.methods.greedy import greedy
from optimiser.methods.packed import Packed
from optimiser.methods.relaxation import Relaxation
from solvers.base import Limits
from solvers.column_generation import Pace, values_of


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A region's relaxation with the rules inside partnerships kept, service by service, roughly."""
    monkeypatch.setattr(relaxation, "MASTER", 0)
    write_region(tmp_path / "region", councils=9, services=4, tranches=3, seed=6)
    made = Relaxation(price(read(tmp_path / "region")), Objective(), Pace(tolerance=0.01, levels=(0.5, 0.1), steps=20))
    made.duals.descend()
    made.tighten(0.01)
    return made


@pytest.fixture
def at_once(tmp_path: Path) -> Any:
    """The same, all services as one part."""
    write_region(tmp_path / "region", councils=9, services=4, tranches=3, seed=6)
    made = Relaxation(price(read(tmp_path / "region")), Objective(), Pace(tolerance=0.01, levels=(0.5, 0.1), steps=20))
    made.duals.descend()
    made.tighten(0.01)
    return made


def packing(found: Any, over: bool = False) -> Packed:
    """Its packings."""
    limits, moves = lambda seconds: Limits(seconds=seconds), found.priced.moves
    return Packed(found.blocks, found.tightened, moves, limits, lambda: over, whole=found.whole)


def worth(found: Any, one: Packed) -> list[float]:
    """What each service's choice is worth at the prices of the rows across."""
    return [float(values_of(part.chosen, one._values).sum()) for part in one._parts]


def test_more_to_choose_from_is_never_worse(found: Any) -> None:
    """And no choice is worth more than its service's bound; with every partnership to choose from at least one gets better."""
    one = packing(found)
    one.first()
    before = worth(found, one)
    one.closer()
    after = worth(found, one)
    assert all(b <= a + 1e-6 for b, a in zip(before, after, strict=True))
    assert all(a <= part.bound + 1e-6 for a, part in zip(after, one._parts, strict=True))
    assert sum(after) > 0


def test_rows_of_each_service_are_kept(found: Any) -> None:
    """Those across services need not be: nobody is in two partnerships of one service."""
    one = packing(found)
    one.first()
    taken = one.closer()
    tight = found.tightened
    assert np.isinf(one._linked.upper).any()
    assert np.isfinite(one._linked.upper).any()
    for part in one._parts:
        point = np.zeros(len(tight.linked.cost))
        for column in part.chosen:
            point[list(column)] += 1.0
        uses = tight.linked.matrix @ point
        assert (uses <= one._linked.upper + 1e-6).all()
    moves = found.priced.moves
    tranches = moves[taken].groupby(["council", "service", "host", "vehicle"])["tranche"].nunique()
    every = moves.groupby(["council", "service", "host", "vehicle"])["tranche"].nunique()
    assert (tranches == every.loc[tranches.index]).all()


def test_all_partnerships_that_matter_are_the_best_packing(found: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Searched to the end, nothing is gained by a second search: what was lost against the bound holds every better choice."""
    monkeypatch.setattr(packed, "NODES", 10**7)
    one = packing(found)
    one.first()
    one.closer()
    before = worth(found, one)
    one.closer()
    assert worth(found, one) == pytest.approx(before)


def test_no_time_chooses_nothing(found: Any) -> None:
    """And says so with an empty mask."""
    assert not packing(found, over=True).first().any()


def test_a_plan_is_made_better_within_all_rows(found: Any) -> None:
    """From a poor plan whose partnerships fit: no worse, and everything still fits, across services too."""
    one, blocks, linked = packing(found), found.blocks, found.tightened.linked
    one.first()
    one.closer()
    poor = greedy(blocks, found.duals.linked, found.duals.reduced() - 50.0)
    plan = blocks.moves_of(poor, len(found.priced.moves))
    assert sorted(blocks.partnerships_in(plan)) == sorted(poor)
    chosen: list[Any] = []
    moves_of = type(blocks).moves_of

    def kept(self: Any, points: Any, moves: int) -> Any:
        chosen[:] = list(points)
        return moves_of(self, chosen, moves)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(blocks), "moves_of", kept)
        one.fitted(plan)
    assert values_of(chosen, linked.cost).sum() > values_of(poor, linked.cost).sum()
    point = np.zeros(len(linked.cost))
    for column in chosen:
        point[list(column)] += 1.0
    assert (linked.matrix @ point <= linked.upper + 1e-6).all()


def test_all_services_at_once_are_a_plan(at_once: Any) -> None:
    """Every row is kept; what is lost is all that is lacking; with more partnerships it gets better; moves are in their tranches only."""
    one, tight = packing(at_once), at_once.tightened
    one.first()
    before = one.lost
    one.closer()
    assert one.lost <= before
    (part,) = one._parts
    point = np.zeros(len(tight.linked.cost))
    for column in part.chosen:
        point[list(column)] += 1.0
    assert (tight.linked.matrix @ point <= tight.linked.upper + 1e-6).all()
    assert one.lost == pytest.approx(tight.bound - tight.linked.cost @ point)
    assert np.array_equal(one._values, tight.linked.cost)
    moves = at_once.priced.moves[one.chosen()]
    assert not moves.duplicated(["council", "service"]).any()
    assert len(moves) == sum(len(at_once.blocks.moves_of([column], len(at_once.priced.moves)).nonzero()[0]) for column in part.chosen)


def test_what_service_by_service_loses(found: Any) -> None:
    """The bounds of the services less what their packings are worth at the prices of the rows across."""
    one = packing(found)
    one.first()
    assert one.lost == pytest.approx(sum(part.bound for part in one._parts) - sum(worth(found, one)))
    assert one.lost >= 0

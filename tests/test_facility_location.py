"""With one service, one tranche and estimates alone the model is facility location: textbook optima are the oracle.

A customer that joins a host is worth a prize less what its assignment costs; a host that opens costs its fixed cost. The
prize is so high that everybody is served, so the NPV is the prizes less the cost of the facility location problem.
"""

from __future__ import annotations

import csv
import resource
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, milp
from small import settings

from instances import read
from instances.graph import council_graph
from optimiser import Plan, solve

PRIZE = 10_000.0


@dataclass(frozen=True)
class Locations:
    """A facility location problem: costs in whole pounds, demands in units."""

    fixed: tuple[int, ...]
    assign: tuple[tuple[int, ...], ...]
    """By customer, then host."""
    demand: tuple[int, ...]
    capacity: tuple[int, ...] = ()

    @property
    def hosts(self) -> range:
        """Facilities."""
        return range(len(self.fixed))

    @property
    def customers(self) -> range:
        """Customers."""
        return range(len(self.assign))


def draw(seed: int, hosts: int, customers: int) -> Locations:
    """Hosts and customers on a square, assignment by distance and demand; fixed costs such that a few hosts open."""
    rng = Random(seed)
    places = [(rng.uniform(0, 100), rng.uniform(0, 100)) for _ in range(hosts + customers)]
    demand = tuple(rng.randint(5, 30) for _ in range(customers))
    assign = tuple(
        tuple(round(demand[i] * ((x - u) ** 2 + (y - v) ** 2) ** 0.5 / 3) for u, v in places[:hosts])
        for i, (x, y) in enumerate(places[hosts:])
    )
    return Locations(tuple(rng.randint(100, 300) for _ in range(hosts)), assign, demand)


def write_table(path: Path, header: str, rows: Iterable[Sequence[object]]) -> None:
    """One table."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)


def write_locations(folder: Path, problem: Locations, rules: str = "") -> Path:
    """The problem as councils: hosts that run nothing of their own, and customers that may not host.

    Costs are split between a year's cost and a one-off, which is the same over one year without discounting. A move
    without an estimate, of a host to another, is dearer than any saving.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "instance.toml").write_text(settings("12 1 1", economics="coordination_cost = 1e7", rules=rules), encoding="utf-8")
    hosts, customers = [f"Host{j:03d}" for j in problem.hosts], [f"Town{i:04d}" for i in problem.customers]
    capacity = problem.capacity or ("",) * len(hosts)
    write_table(folder / "councils.csv", "council", [[name] for name in (*hosts, *customers)])
    write_table(folder / "services.csv", "service", [["waste"]])
    rows = [[h, "waste", 0, 0, "yes", room] for h, room in zip(hosts, capacity, strict=True)]
    rows += [[c, "waste", 0, volume, "no", ""] for c, volume in zip(customers, problem.demand, strict=True)]
    write_table(folder / "baselines.csv", "council service annual_cost volume can_host host_capacity", rows)
    estimates = [[h, "waste", h, 0, cost // 2, cost - cost // 2] for h, cost in zip(hosts, problem.fixed, strict=True)]
    estimates += [
        [c, "waste", h, PRIZE, cost // 3, cost - cost // 3]
        for c, costs in zip(customers, problem.assign, strict=True)
        for h, cost in zip(hosts, costs, strict=True)
    ]
    write_table(folder / "estimates.csv", "council service host annual_saving annual_cost one_off_cost", estimates)
    return folder


def cost_of(plan: Plan, problem: Locations) -> float:
    """What the plan of a problem costs; everybody is served."""
    served = [m.council for p in plan.document.partnerships for m in p.members if m.council != p.host]
    assert sorted(served) == [f"Town{i:04d}" for i in problem.customers]
    return PRIZE * len(served) - plan.npv


def cheapest(problem: Locations, most_open: int | None = None) -> int:
    """Enumeration of all sets of open hosts, each customer with its cheapest."""
    best = None
    for size in range(1, (most_open or len(problem.fixed)) + 1):
        for opened in combinations(problem.hosts, size):
            cost = sum(problem.fixed[j] for j in opened) + sum(min(costs[j] for j in opened) for costs in problem.assign)
            best = cost if best is None else min(best, cost)
    assert best is not None
    return best


def single_source_capacitated(problem: Locations) -> float:
    """The textbook's mixed-integer programme: x[i, j] assigns all of customer i to host j, y[j] opens it.

    min sum[i, j] assign[i, j] x[i, j] + sum[j] fixed[j] y[j]
    sum[j] x[i, j] = 1;  sum[i] demand[i] x[i, j] <= capacity[j] y[j];  x, y binary
    """
    n, m = len(problem.assign), len(problem.fixed)
    cost = np.array([*np.ravel(problem.assign), *problem.fixed], dtype=float)
    served = np.zeros((n, n * m + m))
    room = np.zeros((m, n * m + m))
    for i in range(n):
        served[i, i * m : (i + 1) * m] = 1
        room[np.arange(m), i * m + np.arange(m)] = problem.demand[i]
    room[np.arange(m), n * m + np.arange(m)] = [-capacity for capacity in problem.capacity]
    rows = [LinearConstraint(served, 1, 1), LinearConstraint(room, -np.inf, 0)]
    found = milp(cost, integrality=np.ones(len(cost), dtype=int), bounds=Bounds(0, 1), constraints=rows, options={"mip_rel_gap": 0.0})
    assert found.success, found.message
    return float(found.fun)


@pytest.mark.parametrize("seed", range(8))
def test_uncapacitated(tmp_path: Path, seed: int) -> None:
    """The uncapacitated facility location problem, against enumeration."""
    problem = draw(seed, hosts=3 + seed % 4, customers=8 + seed)
    plan = solve(read(write_locations(tmp_path, problem)))
    assert cost_of(plan, problem) == pytest.approx(cheapest(problem), abs=0.01)


def test_uncapacitated_problems_are_not_trivial() -> None:
    """More than one host opens in most, fewer than all in all."""
    problems = [draw(seed, hosts=3 + seed % 4, customers=8 + seed) for seed in range(8)]
    assert sum(cheapest(problem) < cheapest(problem, 1) for problem in problems) >= 6
    assert all(cheapest(problem) == cheapest(problem, len(problem.fixed) - 1) for problem in problems)


@pytest.mark.parametrize("open_hosts", [1, 2, 3])
@pytest.mark.parametrize("seed", range(20, 23))
def test_p_median(tmp_path: Path, seed: int, open_hosts: int) -> None:
    """Without fixed costs and with maximum_partnerships it is the p-median problem, against enumeration."""
    problem = replace(draw(seed, hosts=6, customers=20), fixed=(0,) * 6)
    plan = solve(read(write_locations(tmp_path, problem, f"maximum_partnerships = {open_hosts}")))
    assert cost_of(plan, problem) == pytest.approx(cheapest(problem, open_hosts), abs=0.01)
    assert cheapest(problem, open_hosts) > cheapest(problem)


def capacitated(seed: int) -> Locations:
    """Five hosts that can take about a third of all demand each."""
    free = draw(seed, hosts=5, customers=12)
    return replace(free, capacity=tuple(Random(seed).randint(55, 90) for _ in free.hosts))


@pytest.mark.parametrize("seed", range(42, 48))
def test_single_source_capacitated(tmp_path: Path, seed: int) -> None:
    """With host_capacity, against the textbook's programme; the capacities bite."""
    problem = capacitated(seed)
    optimum = single_source_capacitated(problem)
    assert cost_of(solve(read(write_locations(tmp_path, problem))), problem) == pytest.approx(optimum, abs=0.01)
    assert optimum > cheapest(problem)


def test_capacities_that_do_not_bite(tmp_path: Path) -> None:
    """The textbook's programme and the enumeration agree where every host could run everything."""
    free = draw(60, hosts=5, customers=12)
    problem = replace(free, capacity=(1_000,) * 5)
    assert single_source_capacitated(problem) == pytest.approx(cheapest(free))
    assert cost_of(solve(read(write_locations(tmp_path, problem))), problem) == pytest.approx(cheapest(free), abs=0.01)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """100 hosts and 1,000 customers, each with an estimate for each host."""
    return write_locations(tmp_path_factory.mktemp("county"), draw(7, hosts=100, customers=1_000))


def megabytes() -> float:
    """The most memory that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


def test_a_large_instance_is_read_in_seconds(county: Path) -> None:
    """101,100 estimates: read and checked in well under ten seconds, in some hundred megabytes."""
    before, began = megabytes(), time.process_time()
    instance = read(county)
    seconds, grown = time.process_time() - began, megabytes() - before
    print(f"read: {seconds:.1f} s, {grown:.0f} MB")
    assert len(instance.councils) == 1_100
    assert seconds < 30  # a bound that a busy machine keeps too
    assert grown < 1_000


@pytest.mark.long
def test_a_large_instance_is_solved(county: Path) -> None:
    """100 hosts and 1,000 customers to within 1 %; wall-clock seconds of each stage are printed."""
    began = time.perf_counter()
    instance = read(county)
    times = {"read": time.perf_counter() - began}
    began = time.perf_counter()
    assert len(council_graph(instance).moves) == 1_100 * 100
    times["graph"] = time.perf_counter() - began
    plan = solve(instance, gap=0.01, time_limit=300)
    times |= plan.timings
    print(", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in times.items()), f"{megabytes():.0f} MB, gap {plan.gap}")
    assert plan.gap is not None
    assert plan.gap <= 0.01
    assert plan.summary.councils > 1_000
    assert sum(seconds for stage, seconds in times.items() if stage != "solve") < 120
    assert megabytes() < 3_000

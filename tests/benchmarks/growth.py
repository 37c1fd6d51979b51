"""Cost as work grows: seconds and memory against councils at fixed services, and against services at fixed councils.

    python tests/benchmarks/growth.py --generator MAKE_REGION.py [--councils 10 20 40 80 160 320] [--at-services 10]
        [--services 5 10 20 40] [--at-councils 40] [--tranches 8] [--nearest 12] [--seeds 1] [--gap 0.01] [--limit 600]
        [--method decomposition] [--plot FILE.png|FILE.svg]

MAKE_REGION.py is a program that writes a region: COUNCILS SERVICES TRANCHES NEAREST SEED FOLDER. Prints a line for each size
and seed: moves, seconds from reading the tables to the audited plan, peak memory of its process, the gap proven, and whether
the audit passed (`solve` audits every plan it finds, so a plan is an audited one). A size of both series is measured once.

At the end stands how seconds grow: the exponent b of seconds = a * councils ** b, least squares in logs over the runs that
proved the gap asked for; those that the limit stopped say nothing of what a proof takes, and are left out. Memory has no
exponent: libraries alone take most of it while regions are small.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from statistics import linear_regression
from typing import Any

from runs import OURS, generated, measured, proven

MEASURES = ("seconds", "MB")
COLUMNS = f"{'region':>16}  {'seed':>4}  {'moves':>9}  {'seconds':>8}  {'MB':>6}  {'gap':>8}  audit"
PLOT_KINDS = (".png", ".svg")


@dataclass(frozen=True)
class Run:
    """What one size took.

    Attributes:
        councils, services, seed: What was asked of the generator.
        facts: What the run found.
        gap: What it was asked to prove.
    """

    councils: int
    services: int
    seed: int
    facts: dict[str, Any]
    gap: float

    @property
    def proven(self) -> bool:
        """Whether it proved the gap asked for."""
        return proven(self.facts, self.gap)

    def line(self, region: str) -> str:
        """Its line of the table."""
        facts = self.facts
        moves = "?" if facts["moves"] is None else f"{facts['moves']:,}"
        gap = "none" if facts["gap"] is None else f"{facts['gap']:.3%}"
        cells = f"{region:>16}  {self.seed:>4}  {moves:>9}  {facts['seconds']:>8.2f}  {facts['MB']:>6.0f}  {gap:>8}"
        return f"{cells}  {facts['audit']}{'' if self.proven else '; gap not proven'}"


@dataclass(frozen=True)
class Fit:
    """seconds = factor * size ** exponent."""

    factor: float
    exponent: float

    def at(self, size: float) -> float:
        """Seconds at a size."""
        return float(self.factor * size**self.exponent)


def fit(runs: Sequence[Run], what: str) -> Fit | None:
    """Least squares in logs over the runs that proved their gap; None where they are of fewer than two sizes."""
    points = [(math.log(getattr(run, what)), math.log(run.facts["seconds"])) for run in runs if run.proven]
    if len({size for size, _ in points}) < 2:
        return None
    slope, intercept = linear_regression(*zip(*points, strict=True))
    return Fit(math.exp(intercept), slope)


def growth(runs: Sequence[Run], what: str) -> str:
    """How the runs of a series grow, in words."""
    if not runs:
        return f"{what}: none asked for"
    counted = [run for run in runs if run.proven]
    found = fit(runs, what)
    if found is None:
        return f"{what}: fewer than two sizes proven, so no exponent"
    sizes = sorted(getattr(run, what) for run in counted)
    left = f"; {len(runs) - len(counted)} not proven, left out" if len(counted) < len(runs) else ""
    return f"{what} {sizes[0]} to {sizes[-1]}: seconds = {found.factor:.3g} * {what} ** {found.exponent:.2f} (runs: {len(counted)}{left})"


def plot(series: dict[str, list[Run]], path: Path) -> None:
    """Seconds and memory against each size on logarithmic axes; runs that did not prove their gap are hollow."""
    # loaded after the last run: a child's peak memory is at least that of its parent
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 7), layout="constrained")
    panels = figure.subplots(len(MEASURES), len(series), squeeze=False, sharex="col")
    for column, (what, runs) in enumerate(series.items()):
        for row, measure in enumerate(MEASURES):
            _panel(panels[row][column], runs, what, measure)
        panels[-1][column].set_xlabel(what)
    figure.suptitle("Cost as work grows (hollow: gap not proven)")
    figure.savefig(path)


def _panel(axes: Any, runs: Sequence[Run], what: str, measure: str) -> None:
    from matplotlib.ticker import LogLocator

    for is_proven, face in ((True, "C0"), (False, "none")):
        some = [run for run in runs if run.proven is is_proven]
        axes.plot([getattr(r, what) for r in some], [r.facts[measure] for r in some], "o", color="C0", markerfacecolor=face)
    found = fit(runs, what) if measure == "seconds" else None
    if found is not None:
        ends = sorted(getattr(run, what) for run in runs if run.proven)
        axes.plot(ends, [found.at(size) for size in ends], "C1", label=f"{what} ** {found.exponent:.2f}")
        axes.legend()
    axes.set(xscale="log", yscale="log", ylabel=measure)
    sizes = sorted({getattr(run, what) for run in runs})
    axes.set_xticks(sizes, labels=[str(size) for size in sizes])
    axes.set_xticks([], minor=True)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes.yaxis.set_major_formatter("{x:g}")
    axes.yaxis.set_minor_formatter("")
    axes.grid(visible=True, which="both", alpha=0.3)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--generator", type=Path, required=True)
    parser.add_argument("--councils", type=int, nargs="*", default=[10, 20, 40, 80, 160, 320])
    parser.add_argument("--at-services", type=int, default=10, help="services while councils grow")
    parser.add_argument("--services", type=int, nargs="*", default=[5, 10, 20, 40])
    parser.add_argument("--at-councils", type=int, default=40, help="councils while services grow")
    parser.add_argument("--tranches", type=int, default=8)
    parser.add_argument("--nearest", type=int, default=12, help="councils in reach of each")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--gap", type=float, default=0.01)
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for the solver")
    parser.add_argument("--method", choices=OURS, default=OURS[0])
    parser.add_argument("--plot", type=Path, metavar="FILE.png|FILE.svg")
    asked = parser.parse_args()
    if asked.plot is not None:
        if asked.plot.suffix not in PLOT_KINDS:
            parser.error(f"--plot {asked.plot}: expected a file that ends in {' or '.join(PLOT_KINDS)}")
        if find_spec("matplotlib") is None:
            parser.error("--plot needs matplotlib: pip install -e '.[bench]'")
    return asked


def main() -> None:
    """Run the benchmark."""
    asked = _asked()
    print(COLUMNS)
    seen: dict[tuple[int, int, int], Run] = {}

    def run(councils: int, services: int, seed: int) -> Run:
        if (councils, services, seed) not in seen:
            region = f"{councils}x{services}x{asked.tranches}x{asked.nearest}"
            with generated(asked.generator, region, seed) as folder:
                found = Run(councils, services, seed, measured(asked.method, folder, asked.gap, asked.limit), asked.gap)
            print(found.line(region), flush=True)
            seen[councils, services, seed] = found
        return seen[councils, services, seed]

    series = {
        "councils": [run(size, asked.at_services, seed) for size in asked.councils for seed in asked.seeds],
        "services": [run(asked.at_councils, size, seed) for size in asked.services for seed in asked.seeds],
    }
    for what, runs in series.items():
        print(growth(runs, what))
    if asked.plot is not None:
        plot({what: runs for what, runs in series.items() if runs}, asked.plot)


if __name__ == "__main__":
    main()

"""Starting from an earlier plan: seconds of a solve from nothing, and from the run of the same data and of data before one change.

    python tests/benchmarks/warm.py --generator MAKE_REGION.py [--gap 0.001] [--seeds 1 2 3] [--change 1.1] [REGION ...]

takes regions COUNCILSxSERVICESxTRANCHESxNEAREST. Prints a line for each: moves; seconds of a cold solve; of a warm one on the same
data; of a cold and of a warm one after the fixed cost of one council's service was multiplied by the figure given; what each has
proven; and the warm solves as a share of the cold ones. Everything runs in one process, one after the other, from the instance in
memory to the audited plan, after a solve that loads what is needed and is not counted.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from runs import generated

from instances import Instance, apply, read
from optimiser import Plan, solve
from optimiser.start import Start


def timed(instance: Instance, gap: float, start: Start | None = None) -> tuple[float, Plan]:
    """Seconds and the plan."""
    began = time.perf_counter()
    plan = solve(instance, method="decomposition", gap=gap, start=start)
    return time.perf_counter() - began, plan


def told(seconds: float, plan: Plan) -> str:
    """Seconds, and what is proven."""
    return f"{seconds:8.2f} {'-' if plan.gap is None else format(plan.gap, '8.3%'):>8}"


def measure(name: str, folder: Path, gap: float, change: float) -> str:
    """One line of the table."""
    instance = read(folder)
    council, service = next(iter(instance.baselines))
    other = apply(instance, overrides=[f"baselines.{council}.{service}.fixed_cost *= {change}"])
    cold, plan = timed(instance, gap)
    runs = [(cold, plan), timed(instance, gap, plan.start()), timed(other, gap), timed(other, gap, plan.start())]
    shares = [f"{runs[1][0] / runs[0][0]:8.0%}", f"{runs[3][0] / runs[2][0]:8.0%}"]
    return "  ".join([f"{name:>16}", f"{plan.document.manifest['moves']:>8,}", *(told(*run) for run in runs), *shares])


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("regions", nargs="*", default=["14x12x8x13"])
    parser.add_argument("--generator", type=Path, required=True)
    parser.add_argument("--gap", type=float, default=0.001)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--change", type=float, default=1.1)
    asked = parser.parse_args()
    heads = [f"{'region':>16}", f"{'moves':>8}", *(f"{head:>8} {'gap':>8}" for head in ("cold", "warm", "changed", "warm"))]
    print("  ".join([*heads, f"{'same':>8}", f"{'changed':>8}"]))
    solve(read("east-kent"), method="decomposition")
    for region in asked.regions:
        for seed in asked.seeds:
            with generated(asked.generator, region, seed) as folder:
                print(measure(f"{region} {seed}", folder, asked.gap, asked.change), flush=True)


if __name__ == "__main__":
    main()

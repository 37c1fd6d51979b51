"""Benchmark of the methods: decomposition against the compact model in HiGHS, and in SCIP where it is installed, on the same data.

    python tests/benchmarks/methods.py --generator MAKE_REGION.py [--gap 0.001] [--seeds 1 2 3 4 5] [--limit 300] [--rivals highs,scip]
        [COUNCILSxSERVICESxTRANCHESxNEAREST | FOLDER ...]

MAKE_REGION.py is a program that writes a region: COUNCILS SERVICES TRANCHES NEAREST SEED FOLDER. Prints a line for each region: seconds
of decomposition from reading the tables to the audited plan, what it proves, peak memory of its process; seconds of each rival from
reading to its answer, without audit, and what it proves; and how many times as long the quickest of them took. Every run has a process
of its own, so that none is charged for another's memory; importing libraries is not counted for any.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from runs import generated, measured


def told(found: dict[str, Any]) -> str:
    """Seconds and what is proven."""
    return f"{found['seconds']:8.2f} {'no plan' if found['gap'] is None else format(found['gap'], '8.3%'):>8}"


def measure(name: str, folder: Path, gap: float, limit: float, rivals: list[str]) -> str:
    """One line of the table."""
    ours = measured("decomposition", folder, gap, limit)
    others = {rival: measured(rival, folder, gap, limit) for rival in rivals}
    cells = [f"{name:>16}", f"{ours['moves']:>8,}", told(ours), f"{ours['MB']:>6.0f}", *(told(found) for found in others.values())]
    if others:
        cells.append(f"{min(found['seconds'] for found in others.values()) / ours['seconds']:6.1f}")
    return "  ".join(cells)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("regions", nargs="*", default=["14x12x8x13"])
    parser.add_argument("--generator", type=Path)
    parser.add_argument("--gap", type=float, default=0.001)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--limit", type=float, default=300.0)
    parser.add_argument("--rivals", default="highs")
    asked = parser.parse_args()
    rivals = [rival for rival in asked.rivals.split(",") if rival]
    heads = [f"{'region':>16}", f"{'moves':>8}", f"{'seconds':>8} {'gap':>8}", f"{'MB':>6}"]
    heads += [f"{rival:>8} {'gap':>8}" for rival in rivals]
    print("  ".join([*heads, *(["times"] if rivals else [])]))
    for region in asked.regions:
        if Path(region).is_dir():
            print(measure(Path(region).name, Path(region), asked.gap, asked.limit, rivals), flush=True)
            continue
        if asked.generator is None:
            parser.error("a size needs --generator")
        for seed in asked.seeds:
            with generated(asked.generator, region, seed) as folder:
                print(measure(f"{region} {seed}", folder, asked.gap, asked.limit, rivals), flush=True)


if __name__ == "__main__":
    main()

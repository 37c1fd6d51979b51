"""Benchmark of the methods: decomposition against a compact model in HiGHS, and in SCIP where it is installed, on the same data.

    python tests/benchmarks/methods.py --generator MAKE_REGION.py [--gap 0.001] [--seeds 1 2 3 4 5] [--limit 300]
        [--rivals highs,scip,plain-highs,plain-scip] [COUNCILSxSERVICESxTRANCHESxNEAREST | FOLDER ...]

MAKE_REGION.py is a program that writes a region: COUNCILS SERVICES TRANCHES NEAREST SEED FOLDER. Rivals `highs` and `scip` solve
our own compact model, whose rows are tightened; `plain-highs` and `plain-scip` the one of `plain.py`, as a modeller would write it
at first. Prints a line for each region: seconds of decomposition from reading the tables to the audited plan, what it proves, peak
memory of its process; seconds of each rival from reading to its answer, without audit, and what it proves; then how many times as
long the quickest tightened and the quickest plain rival took. A > before it says that this rival had not proven the gap asked for
when it was stopped, so that it would have taken longer still; a dash, that decomposition had not. Every run has a process of its
own, so that none is charged for another's memory; importing libraries is not counted for any.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from runs import PLAIN, generated, measured, proven

KINDS = ("tightened", "plain")


def told(found: dict[str, Any]) -> str:
    """Seconds and what is proven; of our own path, too, a plan that its audit did not confirm."""
    gap = "no plan" if found["gap"] is None else format(found["gap"], "8.3%")
    return f"{found['seconds']:8.2f} {'NO AUDIT' if found.get('audit') == 'FAILED' else gap:>8}"


def kinds(rivals: Sequence[str]) -> dict[str, list[str]]:
    """The rivals by the model that they solve."""
    found = {kind: [rival for rival in rivals if rival.startswith(PLAIN) == (kind == "plain")] for kind in KINDS}
    return {kind: some for kind, some in found.items() if some}


def times(ours: dict[str, Any], others: Sequence[dict[str, Any]], gap: float) -> str:
    """How many times as long the quickest of some rivals took; one that proved the gap goes before one that did not."""
    if not proven(ours, gap):
        return "-"
    quickest = min(others, key=lambda found: (not proven(found, gap), found["seconds"]))
    return f"{'' if proven(quickest, gap) else '>'}{quickest['seconds'] / ours['seconds']:.1f}"


def measure(name: str, folder: Path, gap: float, limit: float, rivals: list[str]) -> str:
    """One line of the table."""
    ours = measured("decomposition", folder, gap, limit)
    others = {rival: measured(rival, folder, gap, limit) for rival in rivals}
    moves = "?" if ours["moves"] is None else f"{ours['moves']:,}"
    cells = [f"{name:>16}", f"{moves:>8}", told(ours), f"{ours['MB']:>6.0f}"]
    cells += [f"{told(found):>{_width(rival)}}" for rival, found in others.items()]
    cells += [f"{times(ours, [others[rival] for rival in some], gap):>9}" for some in kinds(rivals).values()]
    return "  ".join(cells)


def _width(rival: str) -> int:
    return max(8, len(rival)) + 9


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
    print("  ".join([*heads, *(f"{kind:>9}" for kind in kinds(rivals))]))
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

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
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

OURS = """
import json, resource, sys, time
import formulations, optimiser.pipeline, solvers.highs
from instances import read
from optimiser import solve
from optimiser.errors import NoPlanError
began = time.perf_counter()
try:
    plan = solve(read(sys.argv[1]), method=sys.argv[4], gap=float(sys.argv[2]), time_limit=float(sys.argv[3]))
    found = {"value": plan.document.objective_value / 1000, "gap": plan.gap, "moves": plan.document.manifest["moves"]}
except NoPlanError as error:
    found = {"value": None, "gap": None, "moves": 0}
found["seconds"] = time.perf_counter() - began
found["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(found))
"""
RIVAL = """
import json, resource, sys, time
import formulations, solvers, solvers.highs
from instances import read
from solvers.base import Limits
began = time.perf_counter()
priced = formulations.price(read(sys.argv[1]))
model = formulations.build(priced)
result = solvers.get(sys.argv[4]).solve(model, Limits(gap=float(sys.argv[2]), seconds=float(sys.argv[3])))
found = {"value": result.objective, "gap": result.gap, "moves": len(priced.moves), "seconds": time.perf_counter() - began}
found["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps(found))
"""


def timed(program: str, folder: Path, gap: float, limit: float, name: str) -> dict[str, Any]:
    """What a program says of an instance, in a process of its own."""
    command = [sys.executable, "-c", program, str(folder), str(gap), str(limit), name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def told(found: dict[str, Any]) -> str:
    """Seconds and what is proven."""
    return f"{found['seconds']:8.2f} {'no plan' if found['gap'] is None else format(found['gap'], '8.3%'):>8}"


def measure(name: str, folder: Path, gap: float, limit: float, rivals: list[str]) -> str:
    """One line of the table."""
    ours = timed(OURS, folder, gap, limit, "decomposition")
    others = {rival: timed(RIVAL, folder, gap, limit, rival) for rival in rivals}
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
            with tempfile.TemporaryDirectory() as folder:
                subprocess.run([sys.executable, str(asked.generator), *region.split("x"), str(seed), folder], check=True)
                print(measure(f"{region} {seed}", Path(folder), asked.gap, asked.limit, rivals), flush=True)


if __name__ == "__main__":
    main()

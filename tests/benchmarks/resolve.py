"""The scheduled job: seconds of a first start, of one after a single baseline changed, and of one with nothing changed.

    python tests/benchmarks/resolve.py --generator MAKE_REGION.py [--gap 0.001] [--seeds 1 2 3] [--change 1.1] [REGION ...]

takes regions COUNCILSxSERVICESxTRANCHESxNEAREST. Each start is a command of its own, timed as a whole, with a store of its own; what it
needs to begin, to read and to report is in it. For the first two it also prints the seconds from prices to audit, as the store has them,
and what is proven. The last columns give the changed start as a share of a cold one on the same changed data: of the seconds from prices
to audit, and of the whole command.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
from runs import generated


def command(folder: Path, store: Path, gap: float) -> tuple[float, dict[str, Any]]:
    """Seconds of a start as a whole, and its report."""
    asked = [sys.executable, "-m", "optimiser", "resolve", str(folder), "--store", str(store), "--gap", str(gap), "--json"]
    began = time.perf_counter()
    done = subprocess.run(asked, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"resolve ended with code {done.returncode}: {done.stderr.strip()}")
    return seconds, json.loads(done.stdout)


def solving(store: Path, run: str) -> float:
    """Seconds of a run from prices to audit."""
    asked = [sys.executable, "-m", "optimiser", "runs", "show", run, "--store", str(store), "--json"]
    return float(json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)["record"]["seconds"])


def change(folder: Path, factor: float) -> None:
    """Another cost of one council's service; its parts stay."""
    table = pd.read_csv(folder / "baselines.csv")
    table.loc[0, "annual_cost"] = round(table.loc[0, "annual_cost"] * factor)
    table.to_csv(folder / "baselines.csv", index=False)


def measure(name: str, folder: Path, gap: float, factor: float) -> str:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as made:
        store, fresh = Path(made) / "store.db", Path(made) / "fresh.db"
        command(folder, store, gap)
        change(folder, factor)
        warm, report = command(folder, store, gap)
        unchanged = min(command(folder, store, gap)[0] for _ in range(3))
        cold, first = command(folder, fresh, gap)
        seconds = solving(fresh, first["run"]), solving(store, report["run"])
    proven = [f"{one['plan']['gap']:8.3%}" for one in (first, report)]
    told = [f"{value:8.2f}" for value in (cold, seconds[0], warm, seconds[1], unchanged)]
    return "  ".join([f"{name:>16}", *told, *proven, f"{seconds[1] / seconds[0]:8.0%}", f"{warm / cold:8.0%}"])


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("regions", nargs="*", default=["14x12x8x13"])
    parser.add_argument("--generator", type=Path, required=True)
    parser.add_argument("--gap", type=float, default=0.001)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--change", type=float, default=1.1)
    asked = parser.parse_args()
    heads = ("cold", "solving", "changed", "solving", "same", "gap", "gap", "solving", "whole")
    print("  ".join([f"{'region':>16}", *(f"{head:>8}" for head in heads)]))
    for region in asked.regions:
        for seed in asked.seeds:
            with generated(asked.generator, region, seed) as folder:
                print(measure(f"{region} {seed}", folder, asked.gap, asked.change), flush=True)


if __name__ == "__main__":
    main()

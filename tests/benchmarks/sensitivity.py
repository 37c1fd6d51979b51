"""What a study costs in solves: inputs at both ends and draws, re-optimised, as multiples of one solve from nothing.

    python tests/benchmarks/sensitivity.py --generator MAKE_REGION.py [--gap 0.001] [--seeds 1 2 3] [--draws 200] [--jobs 2] [REGION ...]

takes regions COUNCILSxSERVICESxTRANCHESxNEAREST. Everything is a command of its own, timed as a whole, as its user would: `solve`, the
quickest of three; `sensitivity --only inputs` of twenty inputs at both ends, without tipping values; and `sensitivity --only uncertainty`,
all twenty inputs drawn at once. Each study solves the region first, and that is counted. A second line gives the same as multiples of the
solve alone, without what a process needs to begin, to read and to write.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from runs import generated

FOR_ALL = {
    "economics.discount_rate": (0.025, 0.05),
    "economics.optimism_bias.savings": (0.0, 0.15),
    "economics.optimism_bias.costs": (0.0, 0.25),
    "services.*.duplication_avoided": (0.6, 0.85),
    "services.*.process_saving": (0.02, 0.035),
    "services.*.convergence": (0.25, 0.4),
}
SOME = (("services", "set_up_cost", 4, 0.25), ("services", "integration_cost", 4, 0.25), ("baselines", "annual_cost", 6, 0.1))
"""Table, column, how many of its rows, largest figure first, and by how much each goes either way."""


def ranges(folder: Path) -> list[str]:
    """Twenty inputs with their ends, as `--range` takes them."""
    found = [f"{path}={low},{high}" for path, (low, high) in FOR_ALL.items()]
    for table, column, count, share in SOME:
        rows = pd.read_csv(folder / f"{table}.csv").nlargest(count, column)
        for row in rows.to_dict("records"):
            key = row["service"] if table == "services" else f"{row['council']}.{row['service']}"
            low, high = (round(row[column] * factor) for factor in (1 - share, 1 + share))
            found.append(f"{table}.{key}.{column}={low},{high}")
    return found


def command(folder: Path, *arguments: str) -> float:
    """Seconds of a command as a whole, run in a folder; a benchmark whose command fails ends, and says why."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "optimiser", *arguments], capture_output=True, text=True, cwd=folder)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"optimiser {arguments[:3]} ended with code {done.returncode}: {done.stderr.strip()}")
    return seconds


def measure(name: str, folder: Path, asked: argparse.Namespace) -> str:
    """Two lines of the table."""
    gap, given = ["--gap", str(asked.gap), "--quiet"], [part for text in ranges(folder) for part in ("--range", text)]
    with tempfile.TemporaryDirectory() as name_of_out:
        out = Path(name_of_out)
        cold = min(command(out, "solve", str(folder), *gap, "--out", str(out / f"plan{n}")) for n in range(3))
        stages = json.loads((out / "plan0" / "manifest.json").read_text(encoding="utf-8"))["seconds"]
        alone = sum(stages.values())
        study = ["sensitivity", str(folder), *gap, *given, "--jobs", str(asked.jobs)]
        inputs = command(out, *study, "--only", "inputs", "--no-tipping", "--out", str(out / "inputs"))
        draws = command(out, *study, "--only", "uncertainty", "--draws", str(asked.draws), "--out", str(out / "draws"))
    first = f"{name:>16}  {cold:8.2f}  {inputs:8.2f} {inputs / cold:7.1f}  {draws:8.2f} {draws / cold:7.1f}"
    return f"{first}\n{'solve alone':>16}  {alone:8.2f}  {'':8} {inputs / alone:7.1f}  {'':8} {draws / alone:7.1f}"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("regions", nargs="*", default=["14x12x8x13"])
    parser.add_argument("--generator", type=Path, required=True)
    parser.add_argument("--gap", type=float, default=0.001)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=2)
    asked = parser.parse_args()
    print(f"{'region':>16}  {'solve':>8}  {'inputs':>8} {'times':>7}  {'draws':>8} {'times':>7}")
    for region in asked.regions:
        for seed in asked.seeds:
            with generated(asked.generator, region, seed) as folder:
                print(measure(f"{region} {seed}", folder, asked), flush=True)


if __name__ == "__main__":
    main()

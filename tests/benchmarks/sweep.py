"""How much quicker two processes sweep than one, and whether each answer is the one that `solve` gives alone.

    python tests/benchmarks/sweep.py --generator MAKE_REGION.py [--seeds 1 2 3] [--cases 100] [--jobs 2] [--alone 10] [REGION ...]

takes regions COUNCILSxSERVICESxTRANCHESxNEAREST. Each what-if changes one baseline, by 10 % up or down in turn, the dearest first. The
sweep is a command of its own, timed as a whole, as its user would, with a store that is empty before: with one process, and with more. Both
tables have to be the same, byte for byte; and as many cases as `--alone` says, from the first to the last, are solved by `solve` alone, whose
run has to be that of the row. Nothing else should be running.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from runs import generated


def what_ifs(folder: Path, count: int, file: Path) -> None:
    """A file of cases."""
    rows = pd.read_csv(folder / "baselines.csv").nlargest(count, "annual_cost", keep="first").to_dict("records")
    with file.open("w", encoding="utf-8", newline="") as text:
        lines = csv.writer(text)
        lines.writerow(("case", "override"))
        for number, row in enumerate(rows):
            path = f'baselines."{row["council"]}".{row["service"]}'
            factor = 1.1 if number % 2 else 0.9
            name = f"{row['council']} {row['service']} {factor:.0%}"
            lines.writerows((name, f"{path}.{column} *= {factor}") for column in ("annual_cost", "fixed_cost", "procured_cost"))


def command(folder: Path, *arguments: str) -> float:
    """Seconds of a command as a whole; a benchmark whose command fails ends, and says why."""
    began = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "optimiser", *arguments], capture_output=True, text=True, cwd=folder)
    seconds = time.perf_counter() - began
    if done.returncode:
        raise SystemExit(f"optimiser {arguments[:2]} ended with code {done.returncode}: {done.stderr.strip()}")
    return seconds


def measure(name: str, region: Path, asked: argparse.Namespace) -> str:
    """A line of the table."""
    with tempfile.TemporaryDirectory() as name_of_out:
        out = Path(name_of_out)
        what_ifs(region, asked.cases, out / "cases.csv")
        seconds = {}
        for jobs in (1, asked.jobs):
            sweep = ["sweep", str(region), "--cases", "cases.csv", "--jobs", str(jobs), "--quiet"]
            seconds[jobs] = command(out, *sweep, "--store", f"{jobs}.db", "--out", f"by-{jobs}")
        tables = {(out / f"by-{jobs}" / "sweep.json").read_bytes() for jobs in seconds}
        if len(tables) > 1:
            raise SystemExit(f"{name}: {asked.jobs} processes give another table than one")
        rows = json.loads(tables.pop())["rows"]
        chosen = rows[:: max(1, len(rows) // asked.alone)] if asked.alone else []
        for row in chosen:
            overrides = [part for text in row["overrides"] for part in ("--set", text)]
            plan = out / "plan"
            command(out, "solve", str(region), *overrides, "--store", "none", "--quiet", "--out", str(plan), "--overwrite")
            run = json.loads((plan / "plan.json").read_text(encoding="utf-8"))["run"]
            if run != row["run"]:
                raise SystemExit(f"{name}, {row['case']}: run {row['run']} of the sweep, {run} of solve alone")
    one, more = seconds[1], seconds[asked.jobs]
    return f"{name:>16}  {len(rows):5}  {one:8.1f}  {more:8.1f}  {one / more:6.2f}  {len(chosen)} of {len(chosen)} the same"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("regions", nargs="*", default=["14x12x8x13"])
    parser.add_argument("--generator", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--alone", type=int, default=10)
    asked = parser.parse_args()
    print(f"{'region':>16}  {'cases':>5}  {'1 process':>8}  {asked.jobs:>6}  {'times':>6}  solve alone")
    for region in asked.regions:
        for seed in asked.seeds:
            with generated(asked.generator, region, seed) as folder:
                print(measure(f"{region} {seed}", folder, asked), flush=True)


if __name__ == "__main__":
    main()

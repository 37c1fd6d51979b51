"""One run of a benchmark in a process of its own, so that none is charged for another's memory or for libraries it does not use.

    python tests/benchmarks/runs.py decomposition|compact|RIVAL FOLDER GAP LIMIT

prints what was found as JSON. `decomposition` and `compact` are our own path, from reading the tables to the audited plan; a
RIVAL is the compact model in a back end, from reading to its answer, without audit: `highs` and `scip` our own model, rows
tightened, and `plain-highs` and `plain-scip` the model of `plain.py`. Importing libraries is not counted for any.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

OURS = ("decomposition", "compact")
PLAIN = "plain-"


def ours(way: str, folder: Path, gap: float, limit: float) -> dict[str, Any]:
    """The whole path; `audit` is what became of the audit that `solve` makes of every plan."""
    import optimiser.pipeline  # noqa: F401 - with what a solve loads besides, before the clock starts
    import solvers.highs  # noqa: F401
    from instances import read
    from optimiser import solve
    from optimiser.errors import AuditError, NoPlanError

    began = time.perf_counter()
    found: dict[str, Any] = {"value": None, "gap": None, "moves": None, "audit": "no plan"}
    try:
        plan = solve(read(folder), method=way, gap=gap, time_limit=limit)
        found = {"value": plan.document.objective_value / 1000, "gap": plan.gap, "moves": plan.document.manifest["moves"]}
        found["audit"] = "passed"
    except NoPlanError:
        pass
    except AuditError:
        found["audit"] = "FAILED"
    return found | {"seconds": time.perf_counter() - began}


def rival(way: str, folder: Path, gap: float, limit: float) -> dict[str, Any]:
    """A compact model in a back end."""
    import formulations
    import solvers.highs
    from instances import read
    from solvers.base import Limits

    if way.startswith(PLAIN):
        from plain import build
    else:
        build = formulations.build
    solver = solvers.get(way.removeprefix(PLAIN))
    began = time.perf_counter()
    priced = formulations.price(read(folder))
    result = solver.solve(build(priced), Limits(gap=gap, seconds=limit))
    seconds = time.perf_counter() - began
    return {"value": result.objective, "gap": result.gap, "moves": len(priced.moves), "seconds": seconds}


def measured(way: str, folder: Path, gap: float, limit: float) -> dict[str, Any]:
    """What a process of its own finds; a benchmark whose run breaks ends, and says why."""
    command = [sys.executable, str(Path(__file__).resolve()), way, str(folder), str(gap), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise SystemExit(f"{way} on {folder.name} ended with code {done.returncode}: {said[-1]}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def proven(found: dict[str, Any], gap: float) -> bool:
    """Whether a run proved the gap asked for, to what a solver takes for equal."""
    return found["gap"] is not None and found["gap"] <= gap + 1e-6


@contextmanager
def generated(generator: Path, region: str, seed: int) -> Iterator[Path]:
    """A region COUNCILSxSERVICESxTRANCHESxNEAREST that another program writes, for as long as it is measured."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, str(generator), *region.split("x"), str(seed), folder], check=True)
        yield Path(folder)


def main() -> None:
    """One run."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("way")
    parser.add_argument("folder", type=Path)
    parser.add_argument("gap", type=float)
    parser.add_argument("limit", type=float)
    asked = parser.parse_args()
    found = (ours if asked.way in OURS else rival)(asked.way, asked.folder, asked.gap, asked.limit)
    # the kernel's figure is in bytes on macOS, else in kilobytes
    found["MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)
    print(json.dumps(found))


if __name__ == "__main__":
    main()

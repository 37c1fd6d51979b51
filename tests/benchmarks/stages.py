"""Benchmark of the whole path on seeded regions: what each stage takes, how tight the model is.

    python tests/benchmarks/stages.py [--gap 0.001] [--seeds 1 2 3] [COUNCILSxSERVICESxTRANCHES | FOLDER ...]

Prints a line for each region: moves, rows, seconds to read, price, build and solve, the gap of the LP relaxation, the
proven gap, the share of pricing and building in the solve time, and peak memory. Times are of one process on a machine
that does nothing else; compare ratios, not seconds, between machines.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from region import write_region

Answer = TypeVar("Answer")
DEFAULT_SIZES = ("12x5x6", "14x12x8")
COLUMNS = ("region", "seed", "moves", "rows", "read", "price", "build", "solve", "root gap", "gap", "(price+build)/solve", "MB")


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Seconds that a piece of work takes, and its answer."""
    began = time.perf_counter()
    answer = work()
    return time.perf_counter() - began, answer


def relaxation(model: Any) -> float:
    """Bound of the LP relaxation, in the model's units."""
    import pyomo.environ as pyo

    import solvers
    from solvers.base import Limits

    pyo.TransformationFactory("core.relax_integer_vars").apply_to(model)
    result = solvers.get("highs").solve(model, Limits())
    assert result.objective is not None
    return result.objective


def measure(folder: Path, gap: float) -> dict[str, Any]:
    """One region from reading to solving."""
    import formulations
    import solvers
    from instances import read
    from solvers.base import Limits

    seconds_read, instance = timed(lambda: read(folder))
    seconds_price, priced = timed(lambda: formulations.price(instance))
    seconds_build, model = timed(lambda: formulations.build(priced))
    seconds_solve, result = timed(lambda: solvers.get("highs").solve(model, Limits(gap=gap)))
    assert result.objective is not None
    rows = sum(len(family) for family in model.component_objects() if family.ctype.__name__ == "Constraint")
    return {
        "moves": len(priced.moves),
        "rows": rows,
        "read": seconds_read,
        "price": seconds_price,
        "build": seconds_build,
        "solve": seconds_solve,
        "root gap": relaxation(model) / result.objective - 1,
        "gap": result.gap,
        "(price+build)/solve": (seconds_price + seconds_build) / seconds_solve,
        "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def line(region: str, seed: int, facts: dict[str, Any]) -> str:
    """One line of the table."""
    cells = [f"{region:>10}", f"{seed:>4}", f"{facts['moves']:>7,}", f"{facts['rows']:>7,}"]
    cells += [f"{facts[name]:>6.2f}" for name in ("read", "price", "build", "solve")]
    cells += [f"{facts['root gap']:>8.3%}", f"{facts['gap']:>7.3%}", f"{facts['(price+build)/solve']:>6.0%}", f"{facts['MB']:>6.0f}"]
    return "  ".join(cells)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", default=list(DEFAULT_SIZES), metavar="COUNCILSxSERVICESxTRANCHES|FOLDER")
    parser.add_argument("--gap", type=float, default=0.001)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    arguments = parser.parse_args()
    import formulations  # noqa: F401 - imported here so that no stage is charged for loading libraries

    print("  ".join(COLUMNS))
    for size in arguments.sizes:
        if Path(size).is_dir():
            print(line(Path(size).name, 0, measure(Path(size), arguments.gap)), flush=True)
            continue
        councils, services, tranches = (int(part) for part in size.split("x"))
        for seed in arguments.seeds:
            with tempfile.TemporaryDirectory() as folder:
                write_region(Path(folder), councils, services, tranches, seed)
                print(line(size, seed, measure(Path(folder), arguments.gap)), flush=True)


if __name__ == "__main__":
    main()

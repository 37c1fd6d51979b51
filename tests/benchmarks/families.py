"""Benchmark of the rules: what each takes to solve, what it costs, and how tight it leaves the relaxation.

    python tests/benchmarks/families.py [--seed 1] [--gap 0] [--limit 600] [--only RULE ...] [COUNCILSxSERVICESxTRANCHES]

The region of `region.py` with contiguity on for every service is solved as it is; then with each of its rules off, one at a
time; then with each other rule of the instance format on, one at a time, at a figure that bites in the region of seed 1.

Prints a line for each: rows of the model, seconds of processor time to build and to solve, branch-and-bound nodes, NPV in
million pounds and what it loses or gains against the region as it is, how far the LP relaxation before any cut lies above the
plan found, and the gap proven. Where that is not 0 the root gap is to the plan found, not to the optimum.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from region import write_region
from stages import relaxation

Answer = TypeVar("Answer")
DEFAULT_SIZE = "14x12x8"
AS_IT_IS = ("rules.contiguity = true",)
OFF = ("tiers", "contract_timing", "maximum_distance", "compatibility", "minimum_saving", "delivery_capacity", "contiguity")
"""What the region has."""
ON = {
    "maximum_span": "rules.maximum_span = 45",
    "quality": "rules.quality = { minimum = 0.55, tolerance = 0.1 }",
    "host_capacity": "baselines.*.*.host_capacity = 600_000",
    "commitments": "",
    "partnership_size": "rules.partnership_size = { minimum = 3, maximum = 5 }",
    "maximum_partnerships": "rules.maximum_partnerships = 2",
    "minimum_total_saving": "rules.minimum_total_saving = { amount = 23_300_000, year = 4 }",
    "no_council_worse_off": 'rules.no_council_worse_off = "where_it_falls"',
    "no_council_worse_off, compensated": 'rules.no_council_worse_off = "compensated"',
    "payback": "rules.payback = 2",
    "investment_limit": "rules.investment_limit = { programme = 6_000_000, council = 750_000 }",
    "programme_capacity": "rules.programme_capacity = 20",
    "onboarding_capacity": "rules.onboarding_capacity = 1",
    "hosting_limit": "rules.hosting_limit = 3",
    "each_hosts": "rules.each_hosts = true",
    "sequencing": 'rules.sequencing = [{ category = "front_line", after_back_office = 2, periods = 2 }]',
    "bundle": 'rules.bundle = [["Service 00", "Service 01"]]',
    "partner_limit": "rules.partner_limit = 7",
}
"""A figure for each rule that the region leaves off."""
COMMITMENTS = """\
council,service,decision,other,go_live
Council 000,Service 00,hosts,,
Council 001,Service 01,stays_out,,
Council 000,,never_with,Council 002,
"""
COLUMNS = f"{'rule':34}  {'rows':>7}  {'build':>6}  {'solve':>6}  {'nodes':>6}  {'NPV':>8}  {'against':>8}  {'root gap':>8}  {'gap':>7}"


def timed(work: Callable[[], Answer]) -> tuple[float, Answer]:
    """Seconds of processor time that a piece of work takes, and its answer."""
    began = time.process_time()
    answer = work()
    return time.process_time() - began, answer


def solved(folder: Path, overrides: tuple[str, ...], gap: float, limit: float) -> dict[str, Any] | None:
    """The facts of one line; None where there is no plan."""
    import formulations
    import solvers
    from instances import apply, read
    from solvers.base import Limits

    priced = formulations.price(apply(read(folder), overrides=overrides))
    build, model = timed(lambda: formulations.build(priced))
    if model.unreachable:
        return None
    solve, result = timed(lambda: solvers.get("highs").solve(model, Limits(gap=gap, seconds=limit)))
    if result.objective is None:
        return None
    return {
        "rows": sum(len(family) for family in model.component_objects() if family.ctype.__name__ == "Constraint"),
        "build": build,
        "solve": solve,
        "nodes": result.nodes,
        "NPV": result.objective,
        "root gap": relaxation(model) / result.objective - 1,
        "gap": result.gap,
    }


def line(name: str, facts: dict[str, Any] | None, base: float | None) -> str:
    """One line of the table; NPV against a base, thousand GBP."""
    if facts is None:
        return f"{name:34}  no plan"
    against = "" if base is None else f"{facts['NPV'] / base - 1:+.2%}"
    cells = [f"{name:34}", f"{facts['rows']:>7,}", f"{facts['build']:>6.2f}", f"{facts['solve']:>6.1f}", f"{facts['nodes']:>6,}"]
    cells += [f"{facts['NPV'] / 1000:>8.3f}", f"{against:>8}", f"{facts['root gap']:>8.3%}", f"{facts['gap']:>7.3%}"]
    return "  ".join(cells)


def cases(only: list[str]) -> dict[str, tuple[str, ...]]:
    """Overrides of each line by its name."""
    off = {name: (*AS_IT_IS, "tiers.*.*.rate = 0" if name == "tiers" else f"rules.{name} = false") for name in OFF}
    found = {f"{name} off": off[name] for name in OFF} | {name: (*AS_IT_IS, text) if text else AS_IT_IS for name, text in ON.items()}
    return {name: overrides for name, overrides in found.items() if not only or name.split(",")[0].split()[0] in only}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("size", nargs="?", default=DEFAULT_SIZE, metavar="COUNCILSxSERVICESxTRANCHES")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--gap", type=float, default=0.0)
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for each solve")
    parser.add_argument("--only", nargs="+", default=[], metavar="RULE", help="these rules only")
    arguments = parser.parse_args()
    councils, services, tranches = (int(part) for part in arguments.size.split("x"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_region(folder, councils, services, tranches, arguments.seed)
        print(COLUMNS)
        facts = solved(folder, AS_IT_IS, arguments.gap, arguments.limit)
        base = None if facts is None else facts["NPV"]
        print(line("as it is", facts, None), flush=True)
        for name, overrides in cases(arguments.only).items():
            if name == "commitments":
                (folder / "commitments.csv").write_text(COMMITMENTS, encoding="utf-8")
            print(line(name, solved(folder, overrides, arguments.gap, arguments.limit), base), flush=True)
            (folder / "commitments.csv").unlink(missing_ok=True)


if __name__ == "__main__":
    main()

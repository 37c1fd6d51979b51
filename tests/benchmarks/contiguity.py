"""Benchmark of rule contiguity: what each part of its formulation adds.

    python tests/benchmarks/contiguity.py [--seeds 1 2] [--limit 300] [COUNCILSxSERVICESxTRANCHES ...]

The regions of `region.py` with contiguity on for every service, formulated in four ways, all of them exact:

- *flow alone*: one unit of flow for each member that is not next to the host;
- *flow, neighbours*: besides, nobody joins without a neighbour;
- *flow, separators*: separators worked out from the map, the conflicts and the largest size, and a flow for what they leave open;
- *as built*: cliques of councils that have no way to be together, too.

Prints a line for each: rows, seconds of processor time to build, to solve the LP relaxation and to solve, branch-and-bound nodes,
how far the relaxation before any cut lies above the best plan that any of the four found, and the gap proven.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from families import AS_IT_IS, timed
from region import write_region
from stages import relaxation

import formulations
import formulations.contiguity as family
import solvers
from formulations.contiguity_ground import Ground
from instances import apply, read
from solvers.base import Limits

DEFAULT_SIZES = ("14x12x8", "30x4x6")
Change = Callable[[str, Ground], Ground]
"""What a way makes of the ground of a host."""


def _far(host: str, ground: Ground) -> tuple[str, ...]:
    """Members that can join and are not next to the host."""
    return tuple(c for c in ground.neighbours if c != host and c not in ground.neighbours[host])


def flow_alone(host: str, ground: Ground) -> Ground:
    """Every member that is not next to the host has a flow; who can never join has none."""
    barred = tuple((group, gate) for group, gate in ground.separators if not gate)
    return replace(ground, deep=_far(host, ground), separators=barred, cliques=())


def neighbours(host: str, ground: Ground) -> Ground:
    """The same, and a row for each such member with its neighbours."""
    least = flow_alone(host, ground)
    return replace(least, separators=(*least.separators, *(((c,), ground.neighbours[c]) for c in least.deep)))


WAYS: dict[str, Change] = {
    "flow alone": flow_alone,
    "flow, neighbours": neighbours,
    "flow, separators": lambda _, ground: replace(ground, cliques=()),
    "as built": lambda _, ground: ground,
}


def built(priced: formulations.Priced, change: Change) -> Any:
    """The model with the grounds of contiguity changed."""
    original = family.ground
    family.ground = lambda host, *rest: change(host, original(host, *rest))
    try:
        return formulations.build(priced)
    finally:
        family.ground = original


def measure(priced: formulations.Priced, change: Change, limit: float) -> dict[str, Any]:
    """The facts of one line."""
    build, model = timed(lambda: built(priced, change))
    rows = sum(len(one) for one in model.component_objects() if one.ctype.__name__ == "Constraint")
    solve, result = timed(lambda: solvers.get("highs").solve(model, Limits(gap=0.0, seconds=limit)))
    root, bound = timed(lambda: relaxation(model))
    return {"rows": rows, "build": build, "root": root, "solve": solve, "bound": bound, "result": result}


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", nargs="*", default=list(DEFAULT_SIZES), metavar="COUNCILSxSERVICESxTRANCHES")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for each solve")
    arguments = parser.parse_args()
    print(
        f"{'region':12} {'seed':>4}  {'way':18} {'rows':>7} {'build':>6} {'root':>6} {'solve':>7} {'nodes':>6} {'root gap':>9} {'gap':>8}"
    )
    for size in arguments.sizes:
        councils, services, tranches = (int(part) for part in size.split("x"))
        for seed in arguments.seeds:
            with tempfile.TemporaryDirectory() as name:
                write_region(Path(name), councils, services, tranches, seed)
                priced = formulations.price(apply(read(name), overrides=AS_IT_IS))
            found = {way: measure(priced, change, arguments.limit) for way, change in WAYS.items()}
            best = max(facts["result"].objective or 0.0 for facts in found.values())
            for way, f in found.items():
                result = f["result"]
                gap = "no plan" if result.gap is None else f"{result.gap:.3%}"
                print(
                    f"{size:12} {seed:>4}  {way:18} {f['rows']:>7,} {f['build']:>6.2f} {f['root']:>6.1f} {f['solve']:>7.1f} "
                    f"{result.nodes or 0:>6,} {f['bound'] / best - 1:>9.3%} {gap:>8}",
                    flush=True,
                )


if __name__ == "__main__":
    main()

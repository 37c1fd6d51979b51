"""The shape of the code: imports go one way, public names are pinned, files and functions stay small, help is quick."""

from __future__ import annotations

import ast
import importlib
import json
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

MAY_IMPORT = {
    "instances": set(),
    "solvers": set(),
    "formulations": {"instances"},
    "optimiser": {"instances", "formulations", "solvers"},
}
"""What of ours each package may import besides itself."""
PUBLIC = {
    "instances": "LIVE Calendar Fault Instance InstanceError OverrideChange apply financial_year read shipped",
    "instances.checks": "CHECKS Draft Record check in_order notices",
    "instances.england": "AreaError AreaReport write_area",
    "instances.sources": "hidden is_url scrub",
    "instances.writing": "Form WriteError check_target empty_form form_of kind_of_target write_form",
    "instances.reorganisation": "WAYS Reorganised reorganise",
    "formulations": "FAMILIES Objective Priced Skeleton Unreachable build presolved price settle skeleton",
    "formulations.presolve": "presolved worth_keeping",
    "formulations.decomposition": "NONE Blocks Exact Inside Named Offers Skeleton blocks_of columns_of exact inside_of named offers ranked",
    "solvers": "Holds Limits Progress Result Solver SolverError SolverFailed SolverMissing Termination available get",
    "optimiser": "Plan SolveSettings solve",
    "optimiser.whatif": "Answer Arranged Base Held Journal Runner Task Unwatched Watcher answer_of base_of beats best_of digest held held_decisions reoptimise worth_of_plan",
    "optimiser.sensitivity": "PARTS Scope Sensitivity SensitivityDocument sensitivity",
    "optimiser.explain": "Explanation explain",
    "optimiser.compare": "Compared ComparisonDocument Side compare",
    "optimiser.resolve": "Job Resolved Ways named_job resolve_job",
    "optimiser.store": "Case Entry Recorded Store StoreError UnknownRunError check open_store",
    "optimiser.sweep": "SweepCase SweepDocument SweepRow Swept combinations crossed each grid read_cases sweep",
    "optimiser.why_not": "WhyNot why_not",
    "optimiser.alternatives": "Alternatives AlternativesDocument alternatives",
    "optimiser.cli": "app console_main",
    "optimiser.methods": "METHODS Choice MethodName Whole choose chosen solve_by",
    "optimiser.audit": "Alternative Assessment Audit Decision Figures Move alternatives_of assess audit decisions_of derive",
}
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
HELP_SECONDS = 0.3
HEAVY = ("highspy", "networkx", "numpy", "pandas", "pyomo", "scipy")


def folder(package: str) -> Path:
    """Where a package of ours is."""
    found = importlib.import_module(package).__file__
    assert found is not None
    return Path(found).parent


MODULES = [
    pytest.param(package, path, id=f"{package}/{path.relative_to(folder(package)).as_posix()}")
    for package in MAY_IMPORT
    for path in sorted(folder(package).rglob("*.py"))
]


def imported(tree: ast.AST, package: str) -> Iterator[str]:
    """Top-level packages that a module imports, at its head, in a function or for type checking."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield package if node.level else (node.module or "").split(".")[0]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("import_module", "__import__")):
            yield from (str(arg.value).split(".")[0] for arg in node.args[:1] if isinstance(arg, ast.Constant))


@pytest.mark.parametrize(("package", "path"), MODULES)
def test_imports_go_one_way(package: str, path: Path) -> None:
    """Instances and solvers import nothing of ours, formulations instances, the optimiser all."""
    ours = set(imported(ast.parse(path.read_text(encoding="utf-8")), package)) & set(MAY_IMPORT)
    assert ours <= {package} | MAY_IMPORT[package]


def test_imports_are_found_wherever_they_stand() -> None:
    """The test above would see any way of importing."""
    text = "import a.b\nfrom c.d import e\nfrom . import f\ndef g():\n    from h import i\n    importlib.import_module('j.k')\n    __import__('l')\n"
    assert set(imported(ast.parse(text), "own")) == {"a", "c", "own", "h", "j", "l"}
    assert all(sum(param.values[0] == package for param in MODULES) >= 5 for package in MAY_IMPORT)


@pytest.mark.parametrize("package", PUBLIC)
def test_public_names(package: str) -> None:
    """Those on the list and no others; each of them is there."""
    module = importlib.import_module(package)
    assert sorted(module.__all__) == sorted(PUBLIC[package].split())
    assert all(hasattr(module, name) for name in module.__all__)


def test_every_package_has_its_public_names_pinned() -> None:
    """A new package has to say what is public."""
    packages = {
        ".".join([package, *init.parent.relative_to(folder(package)).parts])
        for package in MAY_IMPORT
        for init in folder(package).rglob("__init__.py")
    }
    assert packages == set(PUBLIC)


@pytest.mark.parametrize(("package", "path"), MODULES)
def test_files_and_functions_are_small(package: str, path: Path) -> None:
    """A file fits into a head, a function onto a screen."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST_FILE
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno + 1 > LONGEST_FUNCTION] == []


def cpu_seconds(command: list[str]) -> float:
    """User and system time of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    shown = subprocess.run(command, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "Usage" in shown.stdout
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_is_quick() -> None:
    """The best of three."""
    assert min(cpu_seconds([sys.executable, "-m", "optimiser", "--help"]) for _ in range(3)) < HELP_SECONDS


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--version"],
        *([name, "--help"] for name in ("new", "validate", "solve", "sensitivity", "alternatives", "explain", "compare", "sweep", "runs")),
    ],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    """Neither tables nor solvers nor models."""
    code = (
        "import json, sys\n"
        "from optimiser.cli import app\n"
        f"try:\n    app({arguments!r})\n"
        "except SystemExit as left:\n    assert not left.code, left.code\n"
        f"print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(shown.stdout.splitlines()[-1]) == []

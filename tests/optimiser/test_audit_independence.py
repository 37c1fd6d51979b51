"""The audit: it stands on its own, apart from the code that makes the plans."""

from __future__ import annotations

import ast
from pathlib import Path

import optimiser.audit as package


def test_the_audit_shares_no_code_with_what_it_audits() -> None:
    """No module of the audit imports a model, a solver, any pricing of the product, or what the instances work out for it.

    Of the instances it has the data as they stand: rows, settings, rules, calendar, the names of the heads, and what is asked of plans.
    """
    allowed = {
        "optimiser.plan",
        "optimiser.audit",
        "instances",
        "instances.asked",
        "instances.tables",
        "instances.rule_figures",
        "instances.heads",
    }
    for path in Path(next(iter(package.__path__))).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.split(".")[0] not in {"pyomo", "formulations", "solvers", "numpy", "pandas"}, path.name
                assert not name.startswith(("optimiser", "instances")) or ".".join(name.split(".")[:2]) in allowed, path.name

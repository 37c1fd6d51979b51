"""Loading SciPy: only what is used, and nothing is lost by it."""

from __future__ import annotations

import subprocess
import sys


def _prints(code: str) -> str:
    """What a fresh Python prints."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_statistics_are_not_loaded() -> None:
    assert (
        _prints("import optimiser.pipeline, optimiser.methods, sys; print('scipy.sparse' in sys.modules, 'scipy.stats' in sys.modules)")
        == "True False"
    )


def test_who_asks_for_them_gets_them() -> None:
    assert _prints("import solvers.scipy_sparse, scipy.stats; print(scipy.stats.norm.cdf(0))") == "0.5"


def test_pyomo_gets_them() -> None:
    code = (
        "import solvers.scipy_sparse; from pyomo.common.dependencies import scipy; print(scipy.stats.norm.cdf(0), scipy.sparse.eye(2).nnz)"
    )
    assert _prints(code) == "0.5 2"


def test_what_was_loaded_before_stays() -> None:
    assert (
        _prints("import scipy.stats as s, sys, solvers.scipy_sparse; print(sys.modules['scipy.stats'] is s, s.norm.cdf(0))") == "True 0.5"
    )

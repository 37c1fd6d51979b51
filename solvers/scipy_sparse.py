"""SciPy's sparse matrices, without the rest of SciPy: take them from here.

As soon as SciPy is imported, by anybody, Pyomo imports its statistics, integration and spatial search as well. They take a second to
load, a quarter of the time for a small region, and nothing here uses them. So empty modules stand in for them for that moment;
afterwards whoever asks for them gets the real ones.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pyomo.common.dependencies  # noqa: F401  - first: it waits for SciPy to be imported

SELDOM_USED = ("scipy.stats", "scipy.integrate", "scipy.spatial")


@contextmanager
def _standing_in(names: tuple[str, ...]) -> Iterator[None]:
    """Empty modules in the place of those that are not loaded."""
    empty = {name: ModuleType(name) for name in names if name not in sys.modules}
    sys.modules.update(empty)
    try:
        yield
    finally:
        for name, module in empty.items():
            if sys.modules.get(name) is module:
                del sys.modules[name]


with _standing_in(() if "scipy" in sys.modules else SELDOM_USED):
    from scipy import sparse

__all__ = ["sparse"]

"""Many overrides of one instance at once, on this machine or a Dask cluster: one table, each row the answer that `solve` gives alone."""

from optimiser.sweep.cases import SweepCase, combinations, crossed, each, grid
from optimiser.sweep.reading import read_cases
from optimiser.sweep.result import SweepDocument, SweepRow, Swept
from optimiser.sweep.study import sweep

__all__ = ["SweepCase", "SweepDocument", "SweepRow", "Swept", "combinations", "crossed", "each", "grid", "read_cases", "sweep"]

"""Arrays to free MPS, the one format that CBC, GLPK and SCIP read without misreadings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TextIO

import numpy as np

from solvers.arrays import Arrays

CONSTANT = "ONE"
"""Name of the column that stands for 1 where the objective has a constant."""


def column(index: int) -> str:
    """Name of a column in the file; Pyomo's own names have brackets and spaces."""
    return f"C{index}"


def columns_written(arrays: Arrays) -> int:
    """How many columns the file has: those of the model, and one more where its objective has a constant."""
    return len(arrays.variables) + bool(arrays.offset)


def write_mps(arrays: Arrays, file: TextIO) -> None:
    """Write a model as a minimisation; the objective's constant is the cost of a last column that is fixed at 1.

    MPS has no agreed way to say maximise, nor one sign for a constant; and a solver that is not told the constant measures
    its relative gap against another number. The reader of the answer turns the sign back.
    """
    file.write("NAME model FREE\nROWS\n N OBJ\n")
    file.writelines(f" {_kind(low, high)} R{i}\n" for i, (low, high) in enumerate(zip(arrays.row_lower, arrays.row_upper, strict=True)))
    file.write("COLUMNS\n")
    file.writelines(_columns(arrays))
    file.write("RHS\n")
    sides = np.where(np.isfinite(arrays.row_lower), arrays.row_lower, arrays.row_upper).tolist()
    file.writelines(f" RHS R{i} {side!r}\n" for i, side in enumerate(sides))
    file.write("BOUNDS\n")
    file.writelines(_bounds(arrays))
    file.write("ENDATA\n")


def _kind(low: float, high: float) -> str:
    """Letter of a row; the compiler gives two rows for two bounds, so a row with both is an equality."""
    return "E" if low == high else "L" if np.isinf(low) else "G"


def _columns(arrays: Arrays) -> Iterator[str]:
    """Lines of the coefficients, between markers where columns are integer."""
    sign = -1.0 if arrays.maximise else 1.0
    costs = (sign * arrays.cost).tolist()
    starts, rows, values = arrays.matrix.indptr.tolist(), arrays.matrix.indices.tolist(), arrays.matrix.data.tolist()
    inside = False
    for j, (cost, integer) in enumerate(zip(costs, arrays.integer.tolist(), strict=True)):
        if integer != inside:
            yield f" M{j} 'MARKER' '{'INTORG' if integer else 'INTEND'}'\n"
            inside = integer
        # The objective's entry is written even if it is 0: a column that no line names does not exist.
        yield f" {column(j)} OBJ {cost!r}\n"
        for k in range(starts[j], starts[j + 1]):
            yield f" {column(j)} R{rows[k]} {values[k]!r}\n"
    if inside:
        yield f" M{len(costs)} 'MARKER' 'INTEND'\n"
    if arrays.offset:
        yield f" {CONSTANT} OBJ {sign * arrays.offset!r}\n"


def _bounds(arrays: Arrays) -> Iterator[str]:
    """Both bounds of every column: readers differ on what an integer column without them may be."""
    for j, (low, high) in enumerate(zip(arrays.lower.tolist(), arrays.upper.tolist(), strict=True)):
        yield f" MI BND {column(j)}\n" if np.isinf(low) else f" LO BND {column(j)} {low!r}\n"
        yield f" PL BND {column(j)}\n" if np.isinf(high) else f" UP BND {column(j)} {high!r}\n"
    if arrays.offset:
        yield f" FX BND {CONSTANT} 1.0\n"

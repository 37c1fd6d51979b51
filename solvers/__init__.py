"""Solvers."""
from solvers.highs import Highs


def get(name: str) -> Highs:
    """Back end."""
    return Highs()

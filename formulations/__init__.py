"""Formulations: the mathematics. Moves are priced, then built into a mixed-integer model, one file for each family."""

from formulations.decomposition import Skeleton
from formulations.decomposition.skeleton_rows import skeleton
from formulations.families import FAMILIES
from formulations.objectives import Objective
from formulations.partnership import Unreachable, build, settle
from formulations.presolve import presolved
from formulations.pricing import Priced, price

__all__ = ["FAMILIES", "Objective", "Priced", "Skeleton", "Unreachable", "build", "presolved", "price", "settle", "skeleton"]

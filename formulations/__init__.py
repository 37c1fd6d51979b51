"""Formulations: the mathematics. Moves are priced, then built into a mixed-integer model, one file for each family."""

from formulations.objectives import Objective
from formulations.partnership import FAMILIES, Unreachable, build, settle
from formulations.pricing import Priced, price

__all__ = ["FAMILIES", "Objective", "Priced", "Unreachable", "build", "price", "settle"]

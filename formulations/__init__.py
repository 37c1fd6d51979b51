"""Formulations: the mathematics. Moves are priced, then built into a mixed-integer model, one file for each family."""

from formulations.partnership import FAMILIES, Unreachable, build, settle
from formulations.pricing import Priced, price

__all__ = ["FAMILIES", "Priced", "Unreachable", "build", "price", "settle"]

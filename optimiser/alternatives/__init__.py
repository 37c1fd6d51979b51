"""Alternatives: the best plans within a share of the optimum that differ from one another, what they have in common, what they trade."""

from optimiser.alternatives.result import Alternatives, AlternativesDocument
from optimiser.alternatives.search import alternatives

__all__ = ["Alternatives", "AlternativesDocument", "alternatives"]

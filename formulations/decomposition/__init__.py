"""Decomposition: partnerships as blocks, priced one by one for given values of the rows that link them."""

from formulations.decomposition.blocks import NONE, Blocks, blocks_of
from formulations.decomposition.pricing_problem import Offers, offers
from formulations.decomposition.skeleton import Skeleton

__all__ = ["NONE", "Blocks", "Offers", "Skeleton", "blocks_of", "offers"]

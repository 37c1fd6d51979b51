"""Decomposition: partnerships as blocks, priced one by one for given values of the rows that link them."""

from formulations.decomposition.blocks import Blocks, blocks_of
from formulations.decomposition.exact import Exact, exact
from formulations.decomposition.inside import Inside, inside_of
from formulations.decomposition.kinds import NONE
from formulations.decomposition.partnerships import Named, columns_of, named
from formulations.decomposition.pricing_problem import Offers, offers
from formulations.decomposition.ranking import ranked
from formulations.decomposition.skeleton import Skeleton

__all__ = [
    "NONE",
    "Blocks",
    "Exact",
    "Inside",
    "Named",
    "Offers",
    "Skeleton",
    "blocks_of",
    "columns_of",
    "exact",
    "inside_of",
    "named",
    "offers",
    "ranked",
]

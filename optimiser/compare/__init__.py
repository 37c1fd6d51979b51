"""Plans side by side: two runs, two scenarios, or many."""

from optimiser.compare.comparing import compare
from optimiser.compare.result import Compared, ComparisonDocument
from optimiser.compare.side import Side

__all__ = ["Compared", "ComparisonDocument", "Side", "compare"]

"""The oracle: optima of tiny instances by enumeration, sharing no code with the product.

It reads the folder itself and follows model.md line by line, so that agreement with the product means something.
"""

from .search import Optimum, best, broken_rules, is_feasible, value

__all__ = ["Optimum", "best", "broken_rules", "is_feasible", "value"]

"""The oracle: optima of tiny instances by enumeration, sharing no code with the product.

It reads the folder itself and follows model.md line by line, so that agreement with the product means something.
"""

from .every import Found, every_plan
from .plans import LEAD_AUTHORITY, LIVE, Decisions, Membership, Taken, decisions
from .search import Optimum, best, broken_rules, is_feasible, npv_by_council, objective_value, value

__all__ = [
    "LEAD_AUTHORITY",
    "LIVE",
    "Decisions",
    "Found",
    "Membership",
    "Optimum",
    "Taken",
    "best",
    "broken_rules",
    "decisions",
    "every_plan",
    "is_feasible",
    "npv_by_council",
    "objective_value",
    "value",
]

"""Reorganisation: from a table of who becomes what, an instance that ends with its councils, or one of their successors."""

from instances.reorganisation.reorganise import WAYS, Reorganised, reorganise

__all__ = ["WAYS", "Reorganised", "reorganise"]

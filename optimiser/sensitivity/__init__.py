"""Sensitivity: what would change the answer. Held and re-optimised, switching and tipping values, prices, withdrawal."""

from optimiser.sensitivity.result import Sensitivity, SensitivityDocument
from optimiser.sensitivity.study import PARTS, Scope, sensitivity

__all__ = ["PARTS", "Scope", "Sensitivity", "SensitivityDocument", "sensitivity"]

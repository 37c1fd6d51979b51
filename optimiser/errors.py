"""How a solve can end without a plan. Each error knows its exit code; see docs/command-line.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

TRACEBACK_VARIABLE = "OPTIMISER_TRACEBACK"
"""Set to anything, tells where trouble that nobody has foreseen arose."""


class OptimiserError(Exception):
    """Anything that ends a run without a plan."""

    exit_code = 1


class UsageError(OptimiserError):
    """The request itself cannot be carried out; the message names the way out."""

    exit_code = 2


class StoppedError(OptimiserError):
    """Somebody has stopped a study; the message says what becomes of what is finished."""

    exit_code = 130


class InfeasibleError(OptimiserError):
    """No plan meets what is decided together with the rules.

    Attributes:
        reasons: What is known of why, one sentence each.
    """

    exit_code = 3

    def __init__(self, instance: str, reasons: Sequence[str]) -> None:
        """Keep the reasons; the message lists them."""
        self.instance = instance
        self.reasons = tuple(reasons)
        lines = [f"no plan for '{instance}' meets all that is asked", *(f"  {reason}" for reason in reasons)]
        super().__init__("\n".join([*lines, "  what would give it one, and what that is worth: optimiser explain"]))


class NoPlanError(OptimiserError):
    """The solve was stopped before it held a plan.

    Attributes:
        termination: `time_limit` or `interrupted`.
        bound: No plan has a higher NPV than this, GBP; None where nothing is proven.
    """

    exit_code = 5

    def __init__(self, instance: str, termination: str, bound: float | None) -> None:
        """Keep what is known."""
        self.instance, self.termination, self.bound = instance, termination, bound
        why = "interrupted" if termination == "interrupted" else "stopped at the time limit"
        proven = "" if bound is None else f"; no plan can be worth more than £{bound:,.0f}"
        super().__init__(f"{why} before a plan was found for '{instance}'{proven}")
        if termination == "interrupted":
            self.exit_code = 130


class AuditError(OptimiserError):
    """A defect of ours: the audit does not confirm the plan that was found, so it is not reported as a plan.

    Attributes:
        instance: The instance by name.
        faults: What the audit found.
        dump: The document that failed, for the report of the defect.
    """

    exit_code = 1

    def __init__(self, instance: str, faults: Sequence[str], dump: Any) -> None:
        """Keep instance, faults and dump."""
        self.instance = instance
        self.faults = tuple(faults)
        self.dump = dump
        super().__init__("\n".join(["the plan found did not pass its audit, so it is not reported", *(f"  {fault}" for fault in faults)]))

"""The cost heads by name: what a plan's money is made of, in the order in which reports list it (model.md, section 3)."""

MOVE_SAVING_HEADS = ("duplication", "process", "convergence", "estimated_saving")
"""Yearly savings of a move; they are phased in."""
SAVING_HEADS = (*MOVE_SAVING_HEADS, "purchasing")
"""Savings of moves, and of partnerships by joint purchasing."""
RECURRING_HEADS = ("coordination", "distance", "friction", "pay_alignment", "hosting", "estimated_cost")
"""Yearly costs of a move, in full from go-live."""
ONE_OFF_HEADS = ("set_up", "integration", "platform", "harmonisation", "redundancy", "termination", "estimated_one_off")
"""Costs paid at go-live."""
HEADS = SAVING_HEADS + RECURRING_HEADS + ONE_OFF_HEADS
GROWING_HEADS = frozenset({"duplication", "process", "convergence", "friction"})
"""Heads of a move in proportion to a baseline; they grow with it."""

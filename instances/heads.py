"""The cost heads by name: what a plan's money is made of, in the order in which reports list it (model.md, section 3)."""

MOVE_SAVING_HEADS = ("duplication", "process", "convergence", "estimated_saving")
"""Yearly savings of a move; they are phased in."""
MOVE_RECURRING_HEADS = ("coordination", "distance", "friction", "pay_alignment", "hosting", "estimated_cost")
"""Yearly costs of a move, in full from go-live."""
MOVE_ONE_OFF_HEADS = ("set_up", "integration", "platform", "harmonisation", "redundancy", "termination", "estimated_one_off")
"""Costs of a move, paid at go-live."""
GROWING_HEADS = frozenset({"duplication", "process", "convergence", "friction"})
"""Heads of a move in proportion to a baseline; they grow with it."""
SAVING_HEADS = (*MOVE_SAVING_HEADS, "purchasing", "option_saving")
"""Savings of moves, of partnerships by joint purchasing, and of alternatives to sharing."""
RECURRING_HEADS = (*MOVE_RECURRING_HEADS, "option_cost")
"""Yearly costs of moves and of alternatives to sharing."""
ONE_OFF_HEADS = (*MOVE_ONE_OFF_HEADS, "option_one_off")
"""Costs paid once by moves and by alternatives to sharing."""
HEADS = SAVING_HEADS + RECURRING_HEADS + ONE_OFF_HEADS

"""What-ifs: changed data over the one path, held and re-optimised, by several processes, with finished work kept."""

from optimiser.whatif.answer import Answer, Arranged, answer_of, beats, best_of, reoptimise
from optimiser.whatif.base import Base, base_of, digest
from optimiser.whatif.held import Held, held, held_decisions, worth_of_plan
from optimiser.whatif.journal import Journal
from optimiser.whatif.runner import Runner, Task, Unwatched, Watcher

__all__ = [
    "Answer",
    "Arranged",
    "Base",
    "Held",
    "Journal",
    "Runner",
    "Task",
    "Unwatched",
    "Watcher",
    "answer_of",
    "base_of",
    "beats",
    "best_of",
    "digest",
    "held",
    "held_decisions",
    "reoptimise",
    "worth_of_plan",
]

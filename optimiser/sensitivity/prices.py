"""Prices: what NPV is gained when a rule, a commitment or a veto gives way, and what is lost when a decision of the plan is forbidden.

A price is the difference between two best plans, each known to within the gap: so with it stand the least and the most that it can be.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from instances import InstanceError, apply
from optimiser.differences import differences
from optimiser.whatif import Answer, Base, Task, beats, best_of, held

Subject = Literal["rule", "commitment", "pair", "decision"]


class Price(BaseModel):
    """One price.

    Attributes:
        subject: What it is the price of.
        name: The rule, the commitment, the two councils or the decision.
        step: What is done to it, in words.
        overrides: What does it.
        refused: Why the data do not allow it; then there is nothing else.
        answer: The best plan then.
        gained: NPV gained, GBP; below 0 it is lost. None where there is no plan.
        least, most: What is proven of it: no less, no more; None where nothing is.
        changes: Whether the best plan then has another configuration.
        becomes: How that differs from the plan's, in sentences.
    """

    model_config = ConfigDict(frozen=True)

    subject: Subject
    name: str
    step: str
    overrides: tuple[str, ...]
    refused: str = ""
    answer: Answer = Answer(status="unknown")
    gained: float | None = None
    least: float | None = None
    most: float | None = None
    changes: bool = False
    becomes: tuple[str, ...] = ()


@dataclass(frozen=True)
class PriceQuestion:
    """What is to be priced."""

    subject: Subject
    name: str
    step: str
    overrides: tuple[str, ...]


def price_tasks(questions: list[PriceQuestion]) -> list[Task[PriceQuestion]]:
    """A task for each of them."""
    return [Task(f"price {q.subject} {q.name} {q.step} {q.overrides}", q) for q in questions]


def price_of(base: Base, question: PriceQuestion) -> Price:
    """The price of one thing."""
    about = {"subject": question.subject, "name": question.name, "step": question.step, "overrides": question.overrides}
    try:
        instance = apply(base.instance, overrides=question.overrides)
    except InstanceError as error:
        return Price.model_validate({**about, "refused": str(error.faults[0])})
    own = held(base, instance)
    answer = best_of(base, instance, own)
    changes = beats(base, own, answer)
    npv, bound = base.plan.npv, base.plan.bound
    gained = None if answer.npv is None else answer.npv - npv
    return Price.model_validate(
        {
            **about,
            "answer": answer,
            "gained": gained,
            "least": None if answer.npv is None or bound is None else answer.npv - bound,
            "most": None if answer.bound is None else answer.bound - npv,
            "changes": changes,
            "becomes": () if not changes else tuple(differences(base.instance, base.configuration, answer.configuration)),
        }
    )

"""What a council's leaving means, before the start and after adoption."""

from __future__ import annotations

from collections.abc import Iterator

from optimiser.differences import listed
from optimiser.money import pounds
from optimiser.sensitivity.withdrawal import CouncilLoss, Withdrawal
from optimiser.sensitivity.words import ending
from pages.studies import Study
from pages.text import lost, rule_name, table


def withdrawal(study: Study) -> Iterator[str]:
    """Each council's leaving, and what each of the others loses by it."""
    found = study.prices.withdrawals
    if not found:
        yield "No council can withdraw, since none shares anything in the plan."
        return
    yield (
        "*Never joined*: the best plan without the council, from the start. *Leaves*: it goes after adoption, when one-off costs "
        "are paid; who leaves, and who is in a partnership that ends, pays the exit cost of the service. NPV, before payments between partners."
    )
    heads = [
        "Council",
        "Never joined: lost by the others",
        "Leaves: lost by the others",
        "by itself",
        "of it exit costs",
        "paid for nothing",
    ]
    yield from table([*heads, "Ends with it"], [_row(study, one) for one in found], right=(1, 2, 3, 4, 5))
    if any(round(_own_loss(one)) < 0 for one in found):
        yield "A council that gains by leaving pays for more than it receives in the plan, as hosts do where partners pay them nothing."
        yield ""
    if not any(loss.exit_cost for one in found for loss in one.losses):
        yield "The case sets no exit cost, so leaving costs what was paid for nothing and the savings that end."
        yield ""
    rows = [_other(one, loss) for one in found for loss in others(one)]
    if not rows:
        return
    yield "What each of the others loses:"
    yield from table(["Who leaves", "Who loses", "NPV in the plan", "Never joined: lost", "Leaves: lost"], rows, right=(2, 3, 4))


def others(one: Withdrawal) -> list[CouncilLoss]:
    """Losses of those that stay, where the withdrawal touches them or they are in the plan."""
    return [
        loss
        for loss in one.losses
        if loss.council != one.council and any(round(value or 0.0) for value in (loss.plan, loss.before, loss.after, loss.exit_cost))
    ]


def lost_before(one: Withdrawal) -> float | None:
    """What the others lose together where the council never joined, GBP."""
    rest = [loss for loss in one.losses if loss.council != one.council]
    return None if any(loss.before is None for loss in rest) else sum(loss.plan - (loss.before or 0.0) for loss in rest)


def lost_after(one: Withdrawal) -> float:
    """What the others lose together where it leaves after adoption, GBP."""
    return sum(loss.plan - (loss.after or 0.0) for loss in one.losses if loss.council != one.council)


def _own_loss(one: Withdrawal) -> float:
    own = next(loss for loss in one.losses if loss.council == one.council)
    return own.plan - (own.after or 0.0)


def _row(study: Study, one: Withdrawal) -> list[str]:
    before = lost_before(one)
    exits, sunk = (sum(getattr(loss, figure) for loss in one.losses) for figure in ("exit_cost", "sunk"))
    broken = [f"what is left breaks {listed([rule_name(rule) for rule in one.broken])}"] if one.broken else []
    return [
        one.council,
        "no plan" if before is None else lost(before),
        lost(lost_after(one)),
        lost(_own_loss(one)),
        pounds(exits),
        pounds(sunk),
        "; ".join([ending(study.instance, one.dissolved), *broken]),
    ]


def _other(one: Withdrawal, loss: CouncilLoss) -> list[str]:
    before = "no plan" if loss.before is None else lost(loss.plan - loss.before)
    return [one.council, loss.council, pounds(loss.plan), before, lost(loss.plan - (loss.after or 0.0))]

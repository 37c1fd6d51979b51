"""Whether an instance has any plan at all, asked of as little of it as the answer needs.

Nothing has to be done unless something is demanded: by commitments, by what is live, by minimum_total_saving. Take a plan, and out of
it every partnership that nobody demands and no rule asks for (`formulations.presolve.demands`): what is left keeps every rule, since the
other rules limit from above or look at one partnership. So the moves of partnerships that may be asked for are enough to tell, with all
alternatives to sharing. What is asked besides the rules demands in the same way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

import formulations
from formulations import Objective, Unreachable
from formulations.presolve.demands import ASKING, sought
from formulations.presolve.posting import ledger_of
from formulations.pricing import Priced, price
from instances import Instance
from instances.asked import Asked, AtMost, Differs, Excludes, Includes
from instances.checks import Draft, check
from instances.commitments import Decided
from instances.graph import CouncilGraph, council_graph
from instances.tables import Estimate
from optimiser.methods import solve_by
from solvers.base import Holds, Limits, Result, Solver, Termination

ANY_PLAN = 1e9
"""A gap so wide that the first plan does."""
COMPACT = 20_000
"""Up to so many moves one model shows soonest that there is no plan."""


class UnsoundError(Exception):
    """The instance has a fault, so that the question has no meaning: without what is live, say, another row means nothing."""


def has_plan(instance: Instance, solver: Solver, limits: Limits, asked: tuple[Asked, ...] = ()) -> bool | None:
    """Whether an instance has a plan with all that is asked besides the rules; None where the time was too short to tell.

    Raises:
        UnsoundError: The instance has faults.
    """
    if check(Draft.of(instance)):
        raise UnsoundError(instance.name)
    graph = council_graph(instance)
    if not graph.decided.demanded() and not instance.rules.minimum_total_saving and not any(map(_is_demand, asked)):
        return True  # to do nothing is a plan
    graph = graph.about(_services(instance, graph.decided, asked))
    if _is_out_of_reach(graph, asked):
        return False
    priced = _sought(price(instance, graph, asked))
    limits = replace(limits, gap=ANY_PLAN, on_progress=None)
    if len(priced.moves) > COMPACT:
        whole = solve_by("auto", priced, Objective(), solver, limits)
        return _answer(whole.result, whole.unreachable)
    model = formulations.build(priced)
    return False if model.unreachable else _answer(solver.solve(model, limits))


def _answer(result: Result, unreachable: Sequence[Unreachable] = ()) -> bool | None:
    if result.holds is not Holds.NOTHING:
        return True
    return False if unreachable or result.termination is Termination.INFEASIBLE else None


def asked_for(instance: Instance, asked: tuple[Asked, ...] = ()) -> Priced:
    """The moves of an instance that are enough to tell whether it has a plan with what is asked besides the rules, priced."""
    graph = council_graph(instance)
    return _sought(price(instance, graph.about(_services(instance, graph.decided, asked)), asked))


def _is_demand(asked: Asked) -> bool:
    """Whether to do nothing may not be enough."""
    return not isinstance(asked, AtMost | Excludes)


def _services(instance: Instance, decided: Decided, asked: Sequence[Asked]) -> set[str]:
    """Services that a demand or a rule may ask for, as `sought` has it: all of them under rules that ask for any partnership."""
    rules = instance.rules
    income = bool(rules.investment_limit) and any((row.one_off_cost or 0.0) < 0 for row in instance.rows(Estimate))
    any_may = any(isinstance(one, Differs) for one in asked)
    if income or any_may or any(getattr(rules, name) not in (None, False) for name in ASKING):
        return set(instance.services)
    wanted = {one.service for one in asked if isinstance(one, Includes)}
    wanted |= {service for _, service in decided.demanded()} | {service for bundle in rules.bundle or () for service in bundle}
    for sequence in rules.sequencing or ():
        wanted |= set(sequence.after or ())
        if sequence.category is not None:
            wanted |= {name for name, row in instance.services.items() if row.category == "back_office"}
    return wanted


def _is_out_of_reach(graph: CouncilGraph, asked: Sequence[Asked]) -> bool:
    """Whether some demand has no move or alternative at all, which shows before anything is priced."""
    moves, choices = graph.moves, graph.decided
    links = set(zip(moves["council"].tolist(), moves["service"].tolist(), moves["host"].tolist(), strict=True))
    movers = {(council, service) for council, service, _ in links}
    takers = set(zip(graph.options["council"], graph.options["service"], graph.options["option"], strict=True))
    return (
        any((council, service, council) not in links for council, service in choices.hosts)
        or any((council, service, host) not in links for (council, service), hosts in choices.shares_with.items() for host in hosts)
        or any((council, service) not in movers for a, b, service in choices.together for council in (a, b))
        or any((council, service, option) not in takers for (council, service), option in choices.takes.items())
        or any(named_moves(graph, one).empty for one in asked if isinstance(one, Includes))
    )


def named_moves(graph: CouncilGraph, asked: Includes | Excludes) -> pd.DataFrame:
    """The moves of a council and a service, to the host and in the tranche that are named, all of them where none is."""
    moves = graph.moves
    found = (moves["council"] == asked.council) & (moves["service"] == asked.service)
    for column, name in (("host", asked.host), ("tranche", asked.tranche)):
        if name is not None:
            found &= moves[column] == name
    return moves[found]


def _sought(priced: Priced) -> Priced:
    """The priced instance with the moves of partnerships that may be asked for."""
    if priced.moves.empty:
        return priced
    ledger = ledger_of(priced, Objective())
    kept = sought(ledger)[ledger.row]
    return priced if kept.all() else priced.only(kept)

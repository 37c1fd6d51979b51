"""Random plans of random instances, typed into the model: its rows break where enumeration says that a rule is broken, and only there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from oracle import broken_rules, value
from pyomo.environ import Constraint, Var
from pyomo.environ import value as value_of
from tiny import write_tiny

from formulations import FAMILIES, build, price, settle
from instances import LIVE, read
from instances.rules import Rules
from optimiser.flows import Decision, Taken, plan_flows
from optimiser.payments import payments_between

RULE_OF = {
    "conflicts": "pair",
    "partnership_size_minimum": "partnership_size",
    "partnership_size_maximum": "partnership_size",
    "partner_link": "partner_limit",
    "must_host": "commitments",
    "must_join": "commitments",
    "must_take": "commitments",
    "together": "commitments",
    "together_same": "commitments",
}
"""What a family is called by enumeration, where it is not the family's own name."""
TOGETHER = {"pair", "contiguity", "partnership_size"}
"""Rules about who can be together, on which the rows of purchasing build; a way over the map is no longer than the largest size."""
PURCHASING = {"tier_only_there", "minimum_saving", "minimum_total_saving", "payback", "no_council_worse_off"}
ON_MOVES = {"contract_timing", "maximum_distance", "quality"}
"""Rules that leave moves out instead of having rows."""
Plan = tuple[list[Decision], list[Taken]]


def rule_of(line: str) -> str:
    """The rule that a line of enumeration is about, as far as the families tell them apart."""
    name = line.split(":")[0]
    if name in ("maximum_span", "compatibility") or " never_with " in line:
        return "pair"
    return "partnership_size" if name == "partnership" else name


def draw(m: Any, rng: Random) -> Plan:
    """A plan that keeps what is live, in which nobody does two things and nobody joins before its host has opened."""
    sets, placed, moves = m.sets, set[tuple[str, str]](), list[Decision]()
    live = [o for o in sets.opens if o[-1] == LIVE]
    some = rng.sample(sets.opens, min(len(sets.opens), rng.choice([0, 1, 1, 2, 3])))
    if some and rng.random() < 0.5:  # the same elsewhere, as bundles and sequences ask for
        some += [o for o in sets.opens if o[1:] == some[0][1:] and o not in some]
    lead = {(c, h): rng.random() for c in m.instance.councils for h in m.instance.councils}
    for s, h, v, k in (*live, *(o for o in some if o[-1] != LIVE)):
        if (h, s) in placed or (k != LIVE and (h, s) in m.decided.live):
            continue
        placed.add((h, s))
        moves.append(Decision(s, h, v, h, k))
        for c in sets.members[s, h, v]:
            tranches = [t for t in sets.joinings[c, s, h, v] if t >= k]
            held = LIVE in tranches
            if tranches and (c, s) not in placed and (held or ((c, s) not in m.decided.live and lead[c, h] < 0.7)):
                placed.add((c, s))
                moves.append(Decision(s, h, v, c, LIVE if held else rng.choice(tranches[:2])))
    taken = []
    for c, s, o, k in rng.sample(sets.takes, len(sets.takes)):
        if (c, s) not in placed and rng.random() < 0.4:
            placed.add((c, s))
            taken.append(Taken(s, c, o, k))
    return moves, taken


def put(m: Any, plan: Plan) -> None:
    """Type a plan into the model, with all that follows from it."""
    moves, taken = plan
    values = {variable.name: 0.0 for variable in m.component_data_objects(Var)}
    for s, h, v, c, k in moves:
        values[(m.opens[s, h, v, k] if c == h else m.joins[c, s, h, v, k]).name] = 1.0
    for s, c, o, k in taken:
        values[m.takes[c, s, o, k].name] = 1.0
    together: dict[tuple[str, str], list[str]] = {}
    for s, h, _, c, _ in moves:
        together.setdefault((s, h), []).append(c)
    for pair in {pair for members in together.values() for pair in combinations(sorted(members), 2)}:
        if pair in m.partner:
            values[m.partner[pair].name] = 1.0
    for (s, h), ground in m.grounds.items():
        for arc, amount in flow_of(h, set(together.get((s, h), ())), ground.neighbours).items():
            if (s, h, *arc) in m.flow:
                values[m.flow[s, h, *arc].name] = amount
    vehicle = {(s, h): v for s, h, v, *_ in moves}
    for (s, h, c), amount in payments_between(m.priced, plan_flows(m.priced, moves, taken)).items():
        values[m.pay[c, s, h, vehicle[s, h]].name] = amount / 1000
    values, _ = settle(m, values)
    for variable in m.component_data_objects(Var):
        variable.set_value(values[variable.name], skip_validation=True)


def flow_of(host: str, members: set[str], neighbours: Mapping[str, Iterable[str]]) -> Counter[tuple[str, str]]:
    """One unit from the host to every member that it reaches through members, along shortest ways."""
    flow: Counter[tuple[str, str]] = Counter()
    ways, ahead = {host: list[tuple[str, str]]()}, [host]
    for a in ahead:
        for b in sorted(members.intersection(neighbours.get(a, ())) - ways.keys()):
            ways[b] = [*ways[a], (a, b)]
            ahead.append(b)
            flow.update(ways[b])
    return flow


def broken(m: Any) -> set[str]:
    """The rules that the values in a model break."""
    names = {row.parent_component().local_name for row in m.component_data_objects(Constraint) if row.slack() < -1e-6}
    return {"contiguity" if name.startswith("contiguity") else RULE_OF.get(name, name) for name in names}


def differ(ours: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether the two disagree, but for what rows say nothing of.

    The rows of contiguity build on those of pairs and of the largest size; those of purchasing on who can be together, and so
    do rules about money that count purchasing.
    """
    alike = {"contiguity"} if theirs & {"pair", "partnership_size"} else set()
    alike |= PURCHASING if theirs & TOGETHER else set()
    return ours - alike != theirs - alike


@cache
def judged(seed: int, rule: str) -> tuple[tuple[frozenset[str], frozenset[str], str], ...]:
    """What the model and enumeration say is broken by random plans of one instance, with the plan itself."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write_tiny(folder, seed, rule)
        m = build(price(read(folder)), presolve=False)
        if m.unreachable:
            return ()
        found = []
        for number in range(12):
            moves, taken = draw(m, Random(f"{seed} {rule} {number}"))
            put(m, (moves, taken))
            plan = [(c, s, h, v, k) for s, h, v, c, k in moves], [(c, s, o, k) for s, c, o, k in taken]
            lines = broken_rules(folder, *plan)
            theirs = frozenset(map(rule_of, lines))
            if not (m.priced.purchasing and theirs & TOGETHER):
                assert value_of(m.objective) * 1000 == pytest.approx(value(folder, *plan), abs=0.005), (seed, rule, plan)
            found.append((frozenset(broken(m)), theirs, f"seed {seed} {rule}: {plan} {lines}"))
        return tuple(found)


def seeds(fast: int, every: int) -> list[Any]:
    """Some seeds, and more of them in the long run."""
    return [pytest.param(range(fast), id="fast"), pytest.param(range(fast, every), id="more", marks=pytest.mark.long)]


RULES = sorted(set(Rules.model_fields) - ON_MOVES)


@pytest.mark.parametrize("seeds", seeds(4, 15))
@pytest.mark.parametrize("rule", RULES)
def test_rows_break_where_the_rule_is_broken(rule: str, seeds: range) -> None:
    """One rule at a time, and no other."""
    wrong = [plan for seed in seeds for ours, theirs, plan in judged(seed, rule) if differ(ours, theirs)]
    assert wrong == []


@pytest.mark.parametrize("rule", RULES)
def test_random_plans_are_of_both_kinds(rule: str) -> None:
    """Some keep the rule, some break it."""
    found = [rule in theirs or "pair" in theirs for seed in range(6) for _, theirs, _ in judged(seed, rule)]
    assert 1 <= sum(found) < len(found)


@pytest.mark.parametrize("seeds", seeds(16, 120))
def test_rows_break_where_rules_are_broken(seeds: range) -> None:
    """Every rule and table in play."""
    wrong = [plan for seed in seeds for ours, theirs, plan in judged(seed, "") if differ(ours, theirs)]
    assert wrong == []


def test_families_are_known() -> None:
    """Each name above is a family."""
    assert RULE_OF.keys() <= FAMILIES.keys()

"""The skeleton: rows that link partnerships, and those inside one that are given prices, the same as in the compact model."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from pyomo.environ import Constraint
from small import SHIRE

from formulations import FAMILIES, Objective, Priced, build, price
from formulations.decomposition import NONE
from formulations.families import INSIDE, LINKING
from instances import Instance
from instances.asked import AtMost, Differs, Excludes, Includes
from solvers.arrays import compile_model

COUNCILS = ("Ash", "Elm", "Oak", "Yew")
MANY = {
    "councils": SHIRE["councils"],
    "services": "service, category, partnership_size_maximum\npayroll, front_line, 3\nwaste, front_line,\nplanning, back_office,\n",
    "baselines": "council, service, annual_cost, fixed_cost, procured_cost, volume, can_host, host_capacity\n"
    + "".join(f"{c}, {s}, 200000, 90000, 30000, 100, yes, 350\n" for c in COUNCILS for s in ("payroll", "waste", "planning")),
    "adjacency": "council_a, council_b\nAsh, Elm\nElm, Oak\nOak, Yew\n",
    "tiers": "service, from_volume, rate\npayroll, 0, 0\npayroll, 60000, 0.05\nwaste, 90000, 0.1\n",
    "vehicles": "vehicle, annual_cost\ncompany, 5000\nlead_authority, 0\n",
    "options": "council, service, option, annual_saving, one_off_cost\nYew, waste, outsource, 20000, 9000\n",
    "commitments": """
        council, service,  decision,    other, option
        Ash,     payroll,  hosts,            ,
        Oak,     payroll,  shares_with, Ash  ,
        Elm,     waste,    together,    Oak  ,
        Oak,     payroll,  never_with,  Yew  ,
        Yew,     waste,    takes,            , outsource
        """,
    "economics": "duplication_avoided = 0.5\nset_up_cost = 10000\nintegration_cost = 5000",
    "rules": """
        contiguity = true
        maximum_partnerships = 1
        minimum_saving = 0.01
        minimum_total_saving = { amount = 1000, year = 2 }
        no_council_worse_off = "compensated"
        payback = 2
        investment_limit = { programme = 100000, council = 20000, total = 150000 }
        delivery_capacity = 1
        programme_capacity = 3
        onboarding_capacity = 1
        hosting_limit = 1
        each_hosts = true
        sequencing = [{ service = "payroll", after = ["planning"], periods = 1 }]
        bundle = [["payroll", "waste"]]
        partner_limit = 1
        """,
}
"""Four councils on a line, three services, two vehicles, and all rules that have rows."""
ASKED = (Differs({("Elm", "waste"): ("Ash", "")}), AtMost("one_off", 90_000), Includes("Elm", "payroll"), Excludes("Elm", "payroll"))
"""And something besides."""
Row = tuple[dict[str, float], float | None, float | None]


@pytest.fixture
def many(shire: Callable[..., Instance]) -> Priced:
    """Priced."""
    return price(shire(**MANY), asked=ASKED)


def rows(model: Any) -> dict[str, dict[str, Row]]:
    """The rows of each family by name: coefficients by variable, and bounds."""
    found: dict[str, dict[str, Row]] = {}
    for component in model.component_objects(Constraint):
        family = found.setdefault(component.local_name, {})
        for row in component.values():
            terms: dict[str, float] = {}
            for coefficient, variable in zip(row.body.linear_coefs, row.body.linear_vars, strict=True):
                terms[variable.name] = terms.get(variable.name, 0.0) + coefficient
            family[row.name] = (terms, row.lower, row.upper)
    return found


def named(kind: str, index: tuple[Any, ...]) -> str:
    """A variable as Pyomo names it."""
    return f"{kind}[{','.join(map(str, index))}]"


def counting(found: dict[str, Row]) -> dict[str, Row]:
    """The rows that have a term, without terms that count nothing."""
    kept = {name: ({variable: a for variable, a in terms.items() if a}, *bounds) for name, (terms, *bounds) in found.items()}
    return {name: (terms, *bounds) for name, (terms, *bounds) in kept.items() if terms}


def skeleton_rows(found: Any) -> dict[str, dict[str, Row]]:
    """The same of a skeleton; families without a row are not in it."""
    answer: dict[str, dict[str, Row]] = {}
    names = [named(*variable) for variable in found.rows.variables]
    terms: list[dict[str, float]] = [{} for _ in found.rows.rows]
    for row, column, value in zip(*(part.tolist() for part in found.rows.terms), strict=True):
        assert names[column] not in terms[row]
        terms[row][names[column]] = value
    for row, own, lower, upper in zip(found.rows.rows, terms, found.rows.lower, found.rows.upper, strict=True):
        bounds = [None if np.isinf(bound) else bound for bound in (lower, upper)]
        answer.setdefault(row.family, {})[row.name] = (own, *bounds)
    return answer


def is_passed_over(family: str, rows: Any, name: str) -> bool:
    """Whether the row of a family inside partnerships has a reason not to be in the skeleton: every partnership that is priced has two."""
    index = next(index for index in rows if rows[index].name == name)
    return family == "partnership_size_minimum" and -1.0 in rows[index].body.linear_coefs


def without_purchases(row: Row) -> Row:
    """A row less the terms of purchases."""
    terms, lower, upper = row
    return {name: value for name, value in terms.items() if not name.startswith("buy[")}, lower, upper


def assert_same_rows(found: Any) -> None:
    """Rows, demands that no move can meet, bounds and objective are those of the compact model."""
    ours, theirs = skeleton_rows(found), rows(found.full)
    assert list(ours) == [name for name in FAMILIES if name in ours]
    assert ours.keys() <= LINKING | INSIDE.keys()
    assert {name: ours.get(name, {}) for name in LINKING} == {name: counting(theirs[name]) for name in LINKING}
    apart = not found.model.TIER_PURCHASES  # purchases are no variables then, and are added to the rows apart: see test_bought_inside
    for name in INSIDE:
        own, full = ours.get(name, {}), {row: without_purchases(one) if apart else one for row, one in theirs[name].items()}
        assert own == {row: one for row, one in counting(full).items() if row in own}
        for row in counting(full).keys() - own.keys():
            assert is_passed_over(name, getattr(found.full, name), row), row
    unreachable = [one for one in found.full.unreachable if one.family in LINKING or one.family in INSIDE]
    assert set(found.rows.unreachable) <= set(unreachable)
    assert [one for one in found.rows.unreachable if one.family in LINKING] == [one for one in unreachable if one.family in LINKING]
    full, names = compile_model(found.full), [named(*variable) for variable in found.rows.variables]
    bounds = {name: (low, high) for name, low, high in zip(full.names, full.lower, full.upper, strict=True)}
    value = dict(zip(full.names, full.cost, strict=True))
    assert {name: (low, high) for name, low, high in zip(names, found.rows.low, found.rows.high, strict=True)}.items() <= bounds.items()
    assert dict(zip(names, found.rows.cost, strict=True)).items() <= value.items()
    assert found.rows.offset == full.offset
    extra = [x for x in found.cost[len(names) :] if x]
    missing = [value[name] for name in value.keys() - set(names) if value[name]]
    assert sorted(extra) == pytest.approx(sorted(missing))


@pytest.mark.parametrize("rule", ["", "minimum_total_saving", "no_council_worse_off", "contiguity"])
def test_rows_of_many_rules(shire: Callable[..., Instance], decomposed: Callable[..., Any], rule: str) -> None:
    """Every family of the skeleton has a row but where its rule is off, and what the objective counts is the same."""
    lines = [line for line in MANY["rules"].splitlines() if not rule or f" {rule} =" not in line]
    found = decomposed(price(shire(**(MANY | {"rules": "\n".join(lines)})), asked=ASKED))
    assert_same_rows(found)
    families = {"no_council_worse_off": {name for name in LINKING if name.startswith(("no_council", "pay"))}, "contiguity": set()}
    assert {name for name in LINKING if not found.has_rows(name)} == families.get(rule, {rule} - {""})


@pytest.mark.parametrize("seeds", [pytest.param(range(6), id="fast"), pytest.param(range(6, 44), id="more", marks=pytest.mark.long)])
def test_rows_of_random_instances(tiny_blocks: Callable[..., Any], seeds: range) -> None:
    """The same of random instances. Contiguity is left out: it tells the compact model more of who can buy together."""

    def other_objectives(seed: int, priced: Priced) -> tuple[Priced, Objective]:
        return priced, Objective() if seed % 2 else Objective("yearly_position", 1)

    for _, found in tiny_blocks(seeds, off="contiguity", change=other_objectives):
        assert_same_rows(found)


def partnerships_in(row: Any) -> set[tuple[str, str, str]]:
    """(s, h, v) of the moves and purchases in a row; v is blank for what runs between councils whatever the vehicle."""
    found = set()
    for variable in row.body.linear_vars:
        kind, index = variable.parent_component().local_name, variable.index()
        if kind in ("join", "buy"):
            found.add(index[1:4])
        elif kind in ("open", "reach"):
            found.add(index[:3])
        elif kind == "flow":
            found.add((*index[:2], ""))
        else:
            assert kind in ("take", "partner", "pay")
    return found


def kinds_in(model: Any, family: str) -> set[str]:
    """Kinds of variable in the rows of a family."""
    return {variable.parent_component().local_name for row in getattr(model, family).values() for variable in row.body.linear_vars}


def about_several(model: Any, families: Iterable[str]) -> set[str]:
    """Families with a row about several hosts or services, or about something that is no partnership's."""
    others = {"take", "partner", "pay"}
    return {
        family
        for family in families
        if kinds_in(model, family) & others
        or any(len({found[:2] for found in partnerships_in(row)}) > 1 for row in getattr(model, family).values())
    }


@pytest.mark.parametrize("seeds", [pytest.param(range(16), id="fast"), pytest.param(range(16, 110), id="more", marks=pytest.mark.long)])
def test_other_rows_are_about_one_host_of_one_service(tiny: Callable[..., Priced], seeds: range) -> None:
    """Of random instances."""
    for seed in seeds:
        assert about_several(build(tiny(seed), presolve=False), set(FAMILIES) - LINKING) == set()


def test_families_inside_partnerships_do_not_link() -> None:
    """No family is both."""
    assert not LINKING & INSIDE.keys()
    assert INSIDE.keys() <= FAMILIES.keys()


def test_which_rows_link(many: Priced) -> None:
    """Where all rules are on each family of LINKING has a row over several partnerships, or over payments, partners or alternatives."""
    model = build(many)
    several = {family for family in LINKING if any(len(partnerships_in(row)) > 1 for row in getattr(model, family).values())}
    assert {family for family in LINKING - several if kinds_in(model, family) & {"pay", "partner", "take"}} == LINKING - several
    assert about_several(model, FAMILIES) | {"must_host", "must_join", "together_same"} == LINKING  # those of one host, by two vehicles
    for family in set(FAMILIES) - LINKING - {"contiguity_clique"}:
        assert len(getattr(model, family)), family


def kinds_of_free(found: Any) -> dict[str, set[tuple[float, float]]]:
    """Bounds of the variables that are in no block, by kind."""
    answer = dict[str, set[tuple[float, float]]]()
    for column, low, high in zip(*found.structure.free(), strict=True):
        answer.setdefault(found.rows.variables[column][0], set()).add((float(low), float(high)))
    return answer


def test_what_is_free(many: Priced, decomposed: Callable[..., Any]) -> None:
    """Alternatives and partners from 0 to 1, payments as far as they may have to go; purchases belong to their partnerships.

    Hosts that nobody has a path to, by the rule `contiguity`, have no partnership: their moves and purchases are held at 0.
    """
    found = decomposed(many)
    most = found.model.most_paid
    assert most > 1
    held = {kind: {(0.0, 0.0)} for kind in ("join", "open", "buy")}
    assert kinds_of_free(found) == {"take": {(0, 1)}, "partner": {(0, 1)}, "pay": {(-most, most)}} | held


def test_nothing_is_free_without_alternatives(shire: Callable[..., Instance], decomposed: Callable[..., Any]) -> None:
    """Every move of the plain shire is in some block."""
    assert kinds_of_free(decomposed(price(shire(economics="duplication_avoided = 0.5")))) == {}


def test_moves_that_no_partnership_can_have(shire: Callable[..., Instance], decomposed: Callable[..., Any]) -> None:
    """Ash is to host, but nobody can join it; everybody can join Elm, who cannot open: what is left of both is held at 0."""
    commitments = "council, service, decision, other\nAsh, payroll, hosts,\nYew, payroll, shares_with, Elm\n"
    priced = price(shire(commitments=commitments))
    moves = priced.moves
    kept = (moves["host"] == moves["council"]) == (moves["host"] == "Ash")
    found = decomposed(priced.only(kept.to_numpy()))
    assert len(found.blocks) == 0
    assert set(moves["council"][kept]) == {"Ash", "Oak", "Yew"}
    assert kinds_of_free(found) == {"open": {(0, 0)}}


@pytest.mark.parametrize("seeds", [pytest.param(range(10), id="fast"), pytest.param(range(10, 100), id="more", marks=pytest.mark.long)])
def test_every_column_has_its_place(tiny_blocks: Callable[..., Any], seeds: range) -> None:
    """A column is one move of one block, a purchase of one, or free between finite bounds; blocks have all their moves."""
    for seed, found in tiny_blocks(seeds):
        blocks, (free, low, high) = found.blocks, found.structure.free()
        assert np.isfinite(low).all()
        assert np.isfinite(high).all()
        assert (low <= high).all()
        assert ((low <= 0) & (high >= 0)).all()
        moves = [columns[columns != NONE] for columns in (blocks.opens, blocks.joins)]
        bought = [] if blocks.purchases is None else [blocks.purchases.column]
        places = np.concatenate([free, *moves, *bought])
        assert sorted(places) == list(range(len(found.cost))), seed
        table = found.model.priced.moves[["council", "service", "host", "vehicle", "tranche"]].to_numpy().tolist()
        for columns, priced in ((blocks.opens, blocks.open_rows), (blocks.joins, blocks.join_rows)):
            assert ((priced == NONE) == (columns == NONE)).all()
            for column, row in zip(columns[columns != NONE], priced[priced != NONE], strict=True):
                *council, s, h, v, k = found.rows.variables[column][1]
                assert [*(council or [h]), s, h, v, k] == table[row]


@pytest.mark.parametrize("only", ["no_council_worse_off", "partner_limit"])
def test_payments_and_partners_are_free(tiny_blocks: Callable[..., Any], only: str) -> None:
    """Bounds hold whatever a plan could ask for, and there are some in random instances."""
    kinds = set()
    for _, found in tiny_blocks(range(4), only):
        most = found.model.most_paid
        for kind, bounds in kinds_of_free(found).items():
            kinds.add(kind)
            assert kind != "pay" or all(low <= -most <= most <= high for low, high in bounds)
    assert ({"no_council_worse_off": "pay", "partner_limit": "partner"}[only]) in kinds

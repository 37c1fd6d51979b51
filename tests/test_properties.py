"""What holds for every instance, on random small ones: a seed is drawn, the instance changed, and the plans compared."""

from __future__ import annotations

import csv
import math
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small import is_on
from tiny import toml, write_table, write_tiny

from instances import Instance, apply, read
from instances.distance import distance_matrices
from instances.rules import Rules
from instances.settings import Economics
from instances.tables import TABLES, Commitment, Parameters, unit
from optimiser import Plan, solve
from optimiser.errors import InfeasibleError
from optimiser.files import to_json

SEEDS = st.integers(1_000, 9_999)
COUNCILS = {"council", "council_a", "council_b", "host", "other", "successor"}
NAMES = ["Ash", "Zeal Monachorum", "St. Ives", "King's Lynn, West Norfolk", "Ynys Môn", "Ash.Elm", 'Bath & "Wells"', "oak", "Łódź", "-1"]
SERVICES = ["waste", "council tax", "I.T.", "parks, gardens", "maire's office", "Übersicht"]


def examples(count: int) -> Callable[..., Any]:
    """So many examples, the same ones in every run."""
    return settings(max_examples=count, derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@dataclass
class Files:
    """The files of an instance, to be changed and written."""

    settings: dict[str, Any]
    tables: dict[str, list[dict[str, str]]]

    @classmethod
    def tiny(cls, seed: int) -> Files:
        """The files of a random instance."""
        with TemporaryDirectory() as name:
            folder = Path(name)
            write_tiny(folder, seed)
            tables = {}
            for path in sorted(folder.glob("*.csv")):
                with path.open(encoding="utf-8", newline="") as lines:
                    tables[path.stem] = list(csv.DictReader(lines))
            return cls(tomllib.loads((folder / "instance.toml").read_text(encoding="utf-8")), tables)

    @contextmanager
    def written(self) -> Iterator[Path]:
        """The folder of the instance, always of the same name."""
        with TemporaryDirectory() as name:
            folder = Path(name) / "tiny"
            folder.mkdir()
            sections = [
                f"[{section}]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in keys.items())
                for section, keys in self.settings.items()
            ]
            (folder / "instance.toml").write_text("\n".join(sections), encoding="utf-8")
            for table, rows in self.tables.items():
                write_table(folder / f"{table}.csv", list(rows[0]), rows)
            yield folder

    def read(self) -> Instance:
        """The instance as the product reads it."""
        with self.written() as folder:
            return read(folder)


def plan_of(instance: Instance) -> Plan | None:
    """The best plan; None where there is none."""
    try:
        return solve(instance)
    except InfeasibleError:
        return None


def npv_of(instance: Instance) -> float:
    """The NPV of the best plan; minus infinity where there is none."""
    plan = plan_of(instance)
    return -math.inf if plan is None else plan.npv


@cache
def instance_with(seed: int, rule: str) -> Instance:
    """The instance of the first seed from this one on with which a rule has something to act on."""
    while True:
        instance = Files.tiny(seed).read()
        if is_on(instance, rule):
            return instance
        seed += 1


MORE, LESS, LONGER = {"": "+= 1"}, {"": "*= 0.5"}, {"": "*= 1.5"}
FIGURES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "maximum_distance": (LONGER, {"maximum_distance": "*= 1.5"}),
    "maximum_span": (LONGER, {"maximum_span": "*= 1.5"}),
    "compatibility": ({"minimum": "*= 0.6"}, {"compatibility": "*= 0.6"}),
    "quality": ({"minimum": "*= 0.8", "tolerance": "+= 0.2"}, {"quality": "*= 0.8", "quality_tolerance": "+= 0.2"}),
    "partnership_size": (
        {"minimum": "= 2", "maximum": "+= 1"},
        {"partnership_size_minimum": "= 2", "partnership_size_maximum": "+= 1"},
    ),
    "maximum_partnerships": (MORE, {"maximum_partnerships": "+= 1"}),
    "minimum_saving": (LESS, {"minimum_saving": "*= 0.5"}),
    "minimum_total_saving": ({"amount": "*= 0.5"}, {}),
    "investment_limit": (LONGER, {}),
    "delivery_capacity": (MORE, {}),
    "programme_capacity": (MORE, {}),
    "onboarding_capacity": (MORE, {"onboarding_capacity": "+= 1"}),
    "hosting_limit": (MORE, {}),
    "partner_limit": (MORE, {}),
    "sequencing": ({"periods": "= 0"}, {}),
}
"""How each rule with a figure is relaxed: what is done to figures in the rules, by name, and to columns of services.csv.

A longer payback is not among them: it also counts more of those who join late.
"""


def leaves(value: Any, *path: str) -> Iterator[tuple[str, ...]]:
    """Where the figures of a rule stand, items of lists counted from 1."""
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, tuple):
        parts = ((str(number), item) for number, item in enumerate(value, 1))
    else:
        parts = ()
        if value is not None and not isinstance(value, bool | str):
            yield path
    for key, part in parts:
        yield from leaves(part, *path, key)


def relaxed(instance: Instance, rule: str) -> list[str]:
    """Overrides that relax a rule a little, or drop it where it has no figure."""
    if rule == "contract_timing":
        return [
            f"contracts.{c}.{s}.{day} += -3 months"
            for (c, s), row in instance.contracts.items()
            for day in ("expires", "break_from")
            if getattr(row, day)
        ]
    if rule == "host_capacity":
        return [f"baselines.{c}.{s}.host_capacity *= 1.5" for (c, s), row in instance.baselines.items() if row.host_capacity is not None]
    if rule == "commitments":
        keys = {(row.council, row.service or "") for row in instance.rows(Commitment)}
        live = {(row.council, row.service or "") for row in instance.rows(Commitment) if row.decision == "live"}
        return [f'commitments.{c}."{s}" = off' for c, s in sorted(keys - live)[:1]]
    if rule not in FIGURES:
        reading = instance.rules.no_council_worse_off if rule == "no_council_worse_off" else None
        return [f"rules.{rule} = {'compensated' if reading == 'where_it_falls' else 'off'}"]
    by_name, columns = FIGURES[rule]
    setting = instance.settings.model_dump()["rules"][rule]
    places = [(path, by_name.get(path[-1], by_name.get(""))) for path in leaves(setting, rule)]
    overrides = ["rules." + ".".join(f'"{part}"' for part in path) + f" {change}" for path, change in places if change]
    return overrides + [
        f"services.{s}.{column} {change}"
        for column, change in columns.items()
        for s, row in instance.services.items()
        if getattr(row, column) is not None
    ]


def dropped(instance: Instance, rule: str) -> list[str]:
    """The override that drops a rule; of commitments what is live stays, for it is worth more than it would cost today."""
    if rule == "commitments" and any(row.decision == "live" for row in instance.rows(Commitment)):
        return relaxed(instance, rule)
    return [f"rules.{rule} = off"]


@pytest.mark.parametrize("rule", Rules.model_fields)
@examples(2)
@given(seed=SEEDS)
def test_relaxing_a_rule_never_lowers_the_npv(rule: str, seed: int) -> None:
    """Neither a little nor by dropping it; what had no plan may get one."""
    instance = instance_with(seed, rule)
    less = apply(instance, overrides=relaxed(instance, rule))
    none = apply(instance, overrides=dropped(instance, rule))
    assert rule in ("commitments", "contract_timing") or not is_on(none, rule)
    assert npv_of(instance) <= npv_of(less) + 0.01
    assert npv_of(instance) <= npv_of(none) + 0.01


@pytest.mark.parametrize("rule", Rules.model_fields)
def test_relaxing_changes_something(rule: str) -> None:
    """The overrides above are not empty; each leaves its mark in the log."""
    changed = [
        apply(instance, overrides=relaxed(instance, rule)).overrides
        for instance in (instance_with(seed, rule) for seed in range(1_000, 1_060, 20))
    ]
    assert any(changed)


def renamed(files: Files, councils: dict[str, str], services: dict[str, str]) -> Files:
    """The same instance under other names."""

    def cell(column: str, text: str) -> str:
        if column == "services":
            return ";".join(services.get(name, name) for name in text.split(";"))
        return councils.get(text, text) if column in COUNCILS else services.get(text, text) if column == "service" else text

    def rule(value: Any) -> Any:
        if isinstance(value, dict):
            return {services.get(key, key): rule(part) for key, part in value.items()}
        if isinstance(value, list):
            return [rule(part) for part in value]
        return services.get(value, value) if isinstance(value, str) else value

    tables = {table: [{column: cell(column, text) for column, text in row.items()} for row in rows] for table, rows in files.tables.items()}
    return Files(files.settings | {"rules": {name: rule(value) for name, value in files.settings["rules"].items()}}, tables)


@examples(8)
@given(seed=SEEDS, councils=st.permutations(NAMES), services=st.permutations(SERVICES))
def test_names_do_not_matter(seed: int, councils: list[str], services: list[str]) -> None:
    """Other names, in another order, with blanks, dots, commas, quotes and letters beyond ASCII: the same NPV."""
    files = Files.tiny(seed)
    old = [sorted({row[column] for row in files.tables[table]}) for table, column in (("councils", "council"), ("services", "service"))]
    maps = [dict(zip(names, new, strict=False)) for names, new in zip(old, (councils, services), strict=True)]
    instance = renamed(files, *maps).read()
    assert set(instance.councils) == set(maps[0].values())
    assert set(instance.services) == set(maps[1].values())
    assert npv_of(instance) == pytest.approx(npv_of(files.read()), abs=0.01)


@examples(7)
@given(seed=SEEDS, order=st.integers(0, 2**32))
def test_the_order_of_rows_and_columns_does_not_matter(seed: int, order: int) -> None:
    """The plan is the same byte for byte."""
    files, rng = Files.tiny(seed), Random(order)
    tables = {}
    for table, rows in files.tables.items():
        columns = rng.sample(list(rows[0]), len(rows[0]))
        tables[table] = [{column: row[column] for column in columns} for row in rng.sample(rows, len(rows))]
    plan, other = plan_of(files.read()), plan_of(Files(files.settings, tables).read())
    assert (plan is None) == (other is None)
    assert plan is None or other is None or to_json(other.document) == to_json(plan.document)


@examples(7)
@given(seed=SEEDS)
def test_two_runs_give_the_same_plan(seed: int) -> None:
    """Byte for byte, and it survives its JSON."""
    plan, again = plan_of(Files.tiny(seed).read()), plan_of(Files.tiny(seed).read())
    if plan is None or again is None:
        assert plan is again
        return
    text = to_json(plan.document)
    assert to_json(again.document) == text
    with TemporaryDirectory() as name:
        path = Path(name) / "plan.json"
        path.write_text(text, encoding="utf-8")
        kept = Plan.from_json(path)
    assert kept.document == plan.document
    assert to_json(kept.document) == text


def money(model: Any) -> set[str]:
    """Columns or keys in pounds, or pounds for something."""
    return {name for name, info in model.model_fields.items() if unit(info).startswith("GBP")}


def scaled(files: Files, factor: float) -> Files:
    """All money times a factor: costs, charges, prices for each km and FTE, steps of purchasing."""
    tables = {
        table: [{c: repr(float(text) * factor) if text and c in money(TABLES[table]) else text for c, text in row.items()} for row in rows]
        for table, rows in files.tables.items()
    }
    economics = {key: value * factor if key in money(Economics) else value for key, value in files.settings["economics"].items()}
    rules = dict(files.settings["rules"])
    if rules.get("minimum_total_saving"):
        rules["minimum_total_saving"] = rules["minimum_total_saving"] | {"amount": rules["minimum_total_saving"]["amount"] * factor}
    if rules.get("investment_limit"):
        rules["investment_limit"] = {
            who: {year: limit * factor for year, limit in given.items()} if isinstance(given, dict) else given * factor
            for who, given in rules["investment_limit"].items()
        }
    return Files(files.settings | {"economics": economics, "rules": rules}, tables)


def test_money_is_found() -> None:
    """By the units that the tables state."""
    assert money(TABLES["tiers"]) == {"from_volume"}
    assert money(TABLES["contracts"]) == {"termination_charge"}
    assert money(TABLES["options"]) == {"annual_saving", "annual_cost", "one_off_cost"}
    assert money(TABLES["vehicles"]) == {"annual_cost"}
    assert money(TABLES["baselines"]) == {"annual_cost", "fixed_cost", "procured_cost", "hosting_cost", "set_up_cost"}
    assert money(Parameters) == {name for name in Parameters.model_fields if name.endswith(("_cost", "_per_fte"))}


@examples(8)
@given(seed=SEEDS, factor=st.sampled_from([0.01, 0.37, 2.0, 1_000.0]))
def test_scaling_money_scales_the_npv(seed: int, factor: float) -> None:
    """Pence or thousands: the same decisions are best."""
    files = Files.tiny(seed)
    npv = npv_of(files.read())
    assert npv_of(scaled(files, factor).read()) == pytest.approx(npv * factor, rel=1e-9, abs=0.01 * max(1.0, factor))


@examples(7)
@given(seed=SEEDS)
def test_a_council_that_runs_nothing_changes_nothing(seed: int) -> None:
    """The same partnerships, cash and rules, and the same for every other council."""
    files = Files.tiny(seed)
    rows = files.tables["councils"]
    idle = dict.fromkeys(rows[0], "") | {"council": "Beech", "control": "Labour", "latitude": "51.2", "longitude": "0.0"}
    plan, other = plan_of(files.read()), plan_of(Files(files.settings, files.tables | {"councils": [*rows, idle]}).read())
    if plan is None or other is None:
        assert plan is other
        return
    before, after = plan.document, other.document
    same = ("npv", "partnerships", "options", "cashflow", "heads", "rules", "summary")
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    assert tuple(row for row in after.councils if row.council != "Beech") == before.councils


@examples(8)
@given(seed=SEEDS)
def test_figures_add_up(seed: int) -> None:
    """Heads, partnerships and councils sum to the NPV; cash and councils sum to the heads' amounts; nothing beats the bound."""
    plan = plan_of(Files.tiny(seed).read())
    if plan is None:
        return
    found = plan.document
    for parts in (found.heads, (*found.partnerships, *found.options), found.councils):
        assert sum(part.npv for part in parts) == pytest.approx(found.npv, abs=0.01)
    amounts = {row.head: row.amount for row in found.heads}
    for head, amount in amounts.items():
        assert sum(row.amount for row in found.cashflow if row.head == head) == pytest.approx(amount, abs=0.01)
    assert sum(row.net_saving for row in found.councils) == pytest.approx(sum(amounts.values()), abs=0.01)
    assert found.npv <= (found.bound or 0.0) + 0.01
    for partnership in found.partnerships:
        assert sum(m.payment for m in partnership.members) == pytest.approx(0, abs=0.01)
    assert [row.payment for row in found.councils] == [
        pytest.approx(sum(m.payment for p in found.partnerships for m in p.members if m.council == row.council), abs=0.01)
        for row in found.councils
    ]
    assert (found.status, found.gap) == ("optimal", 0.0)


def exactly(instance: Instance, plan: Plan) -> dict[str, list[str]]:
    """Each rule set to the figure that the plan has, which is as far as it can be tightened."""
    km, _ = distance_matrices(instance)
    place = {council: index for index, council in enumerate(instance.councils)}
    found: dict[str, list[str]] = {"delivery_capacity": [], "programme_capacity": []}
    moves = [m for p in plan.document.partnerships for m in p.members if m.tranche >= 0]
    for rule, counts in (
        ("delivery_capacity", Counter((m.council, m.tranche) for m in moves)),
        ("programme_capacity", Counter(m.tranche for m in moves)),
    ):
        found[rule].append(f"rules.{rule} = {max(counts.values(), default=0)}")
    everywhere = [[m.council for m in p.members] for p in plan.document.partnerships]
    hosted = Counter(p.host for p in plan.document.partnerships)
    partners = [len({c for members in everywhere if council in members for c in members} - {council}) for council in instance.councils]
    found["hosting_limit"] = [f"rules.hosting_limit = {max(hosted.values(), default=0)}"]
    found["partner_limit"] = [f"rules.partner_limit = {max(partners)}"]
    if not instance.rules.investment_limit:
        found["investment_limit"] = [f"rules.investment_limit = {{ total = {plan.summary.one_off!r} }}"]
    for service in instance.services:
        own = [p for p in plan.document.partnerships if p.service == service]
        joined = Counter((p.host, m.tranche) for p in own for m in p.members if m.council != p.host and m.tranche >= 0)
        found.setdefault("onboarding_capacity", []).append(f"services.{service}.onboarding_capacity = {max(joined.values(), default=0)}")
        found.setdefault("maximum_partnerships", []).append(f"services.{service}.maximum_partnerships = {len(own)}")
        if not own or any(m.tranche < 0 for p in own for m in p.members):
            continue
        members = [[place[m.council] for m in p.members] for p in own]
        figures = {
            "minimum_saving": min(p.second_year / p.baseline for p in own),
            "maximum_distance": max(km[place[p.host], c] for p, councils in zip(own, members, strict=True) for c in councils),
            "maximum_span": max(km[a, b] for councils in members for a in councils for b in councils),
            "partnership_size_minimum": min(len(p.members) for p in own),
            "partnership_size_maximum": max(len(p.members) for p in own),
        }
        for rule, figure in figures.items():
            limit = instance.distance_limit(rule).get(service) if "_distance" in rule or "_span" in rule else None
            if limit is not None and limit.minutes is not None:
                continue  # a limit in km would take its place
            found.setdefault(rule, []).append(f"services.{service}.{rule} = {float(figure)!r}")
        for p in own:
            volume = sum(instance.baselines[m.council, service].volume or 0.0 for m in p.members)
            found.setdefault("host_capacity", []).append(f"baselines.{p.host}.{service}.host_capacity = {volume!r}")
    off = {name for name, setting in instance.rules if setting is False}
    return {rule: overrides for rule, overrides in found.items() if not any(rule.startswith(name) for name in off)}


@examples(8)
@given(seed=SEEDS)
def test_a_rule_at_just_what_the_plan_has_changes_nothing(seed: int) -> None:
    """All rules tightened to the figures of the best plan: it still keeps them, to the last digit, and is still the best."""
    instance = Files.tiny(seed).read()
    plan = plan_of(instance)
    if plan is None:
        return
    tight = apply(instance, overrides=[override for overrides in exactly(instance, plan).values() for override in overrides])
    assert npv_of(tight) == pytest.approx(plan.npv, abs=0.01)

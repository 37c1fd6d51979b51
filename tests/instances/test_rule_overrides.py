"""Every rule can be relaxed by a stated amount, or dropped, by an override; so can the tables that come with the rules."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from small import SHIRE, shire

from instances import Instance, OverrideChange, apply
from instances.rule_figures import Sequence
from instances.rules import Rules

RULES = """
maximum_distance = 40
maximum_span = { minutes = 60 }
compatibility = { minimum = 0.5 }
quality = { minimum = 0.6, tolerance = 0.05 }
partnership_size = { minimum = 3, maximum = 4 }
maximum_partnerships = { payroll = 1 }
minimum_saving = 0.1
contiguity = ["waste"]
minimum_total_saving = { amount = 5_000, year = 2 }
no_council_worse_off = "where_it_falls"
payback = { payroll = 2 }
investment_limit = { programme = { "2026/27" = 3_000_000 }, council = 500_000, total = 8_000_000 }
delivery_capacity = 1
programme_capacity = 2
onboarding_capacity = 1
hosting_limit = 1
each_hosts = true
sequencing = [
    { service = "waste", after = ["payroll"], periods = 2 },
    { category = "front_line", after_back_office = 1, periods = 1 },
]
bundle = [["payroll", "waste"], ["waste", "parking"]]
partner_limit = 2
"""
SERVICES = "service, category, payback, contiguity, onboarding_capacity\npayroll, back_office,, yes,\nwaste, front_line, 3,, 2\nparking, front_line,,,\n"
MINUTES = "council_a, council_b, minutes\n" + "".join(
    f"{a}, {b}, 20\n" for a, b in (("Ash", "Elm"), ("Ash", "Oak"), ("Ash", "Yew"), ("Elm", "Oak"), ("Elm", "Yew"), ("Oak", "Yew"))
)


@pytest.fixture
def ruled(tmp_path: Path) -> Instance:
    """Four councils that run three services, with every rule on."""
    rows = "council, service, annual_cost, performance\n" + "".join(
        f"{council}, {service}, 1000, 0.7\n" for council in ("Ash", "Elm", "Oak", "Yew") for service in ("payroll", "waste", "parking")
    )
    return shire(
        tmp_path,
        rules=RULES,
        services=SERVICES,
        baselines=rows,
        distances=MINUTES,
        compatibility="council_a, council_b, score\nAsh, Elm, 0.8\n",
        adjacency="council_a, council_b\nAsh, Elm\nElm, Oak\nOak, Yew\n",
        councils=SHIRE["councils"].replace("longitude", "longitude, ceases").replace("51.1,     0.0", "51.1, 0.0, 2028-04-01"),
        vehicles="vehicle, saving_factor, minimum_members, services\ncompany, 1.2, 3, payroll\nlead_authority,,,\n",
        options="council, service, option, one_off_cost, available_from\nOak, payroll, outsource, 1000, 2027-01-01\n",
    )


def at(value: Any, path: str) -> Any:
    """What stands at a path below the rules."""
    for part in path.split(".")[1:]:
        key: Any = int(part) - 1 if isinstance(value, tuple) else part
        value = value[key] if isinstance(value, tuple | dict) else getattr(value, part)
    return value


RELAXED = [
    ("rules.maximum_distance.km += 5", 40, 45),
    ("rules.maximum_span.minutes *= 1.5", 60, 90),
    ("rules.compatibility.minimum += -0.1", 0.5, 0.4),
    ("rules.quality.minimum *= 0.5", 0.6, 0.3),
    ("rules.quality.tolerance += 0.05", 0.05, 0.1),
    ("rules.partnership_size.minimum += -1", 3, 2),
    ("rules.partnership_size.maximum += 2", 4, 6),
    ("rules.maximum_partnerships.payroll += 1", 1, 2),
    ("rules.minimum_saving += -0.02", 0.1, 0.08),
    ("rules.minimum_total_saving.amount += -1000", 5_000, 4_000),
    ("rules.minimum_total_saving.year += 1", 2, 3),
    ("rules.payback.payroll += 1", 2, 3),
    ('rules.investment_limit.programme."2026/27" += 500000', 3_000_000, 3_500_000),
    ("rules.investment_limit.programme.2026/27 *= 2", 3_000_000, 6_000_000),
    ("rules.investment_limit.council += 100000", 500_000, 600_000),
    ("rules.investment_limit.total *= 1.1", 8_000_000, 8_800_000),
    ("rules.delivery_capacity += 1", 1, 2),
    ("rules.programme_capacity += 1", 2, 3),
    ("rules.onboarding_capacity += 2", 1, 3),
    ("rules.hosting_limit += 1", 1, 2),
    ("rules.partner_limit += 1", 2, 3),
    ("rules.sequencing.1.periods = 0", 2, 0),
    ("rules.sequencing.2.periods += -1", 1, 0),
    ("rules.no_council_worse_off = compensated", "where_it_falls", "compensated"),
    ('rules.no_council_worse_off = "compensated"', "where_it_falls", "compensated"),
]


@pytest.mark.parametrize(("override", "old", "new"), RELAXED)
def test_a_rule_is_relaxed(ruled: Instance, override: str, old: Any, new: Any) -> None:
    """By the amount stated, which is logged; nothing else changes."""
    changed = apply(ruled, overrides=[override])
    path = override.split(" ")[0].replace('"', "")
    assert changed.overrides == (OverrideChange(override, path, old, new if isinstance(new, str) else pytest.approx(new)),)
    assert at(changed.rules, path) == (new if isinstance(new, str) else pytest.approx(new))
    rule = path.split(".")[1]
    others = {name for name in Rules.model_fields if name != rule}
    assert {name: getattr(changed.rules, name) for name in others} == {name: getattr(ruled.rules, name) for name in others}
    assert changed.tables == ruled.tables


def test_every_rule_with_a_figure_is_relaxed_above() -> None:
    """Those left out are on or off, or are lists of services."""
    relaxed = {override.split(".")[1].split(" ")[0] for override, _, _ in RELAXED}
    assert set(Rules.model_fields) - relaxed == {"contract_timing", "host_capacity", "commitments", "contiguity", "each_hosts", "bundle"}


@pytest.mark.parametrize("rule", Rules.model_fields)
def test_a_rule_is_dropped(ruled: Instance, rule: str) -> None:
    """Switched off for all services, columns included."""
    changed = apply(ruled, overrides=[f"rules.{rule} = off"])
    assert getattr(ruled.rules, rule) not in (None, False)
    assert getattr(changed.rules, rule) is False
    assert [change.path for change in changed.overrides] == [f"rules.{rule}"]
    if rule in ("payback", "onboarding_capacity"):
        assert set(ruled.figure(rule)) >= {"payroll", "waste"}
        assert changed.figure(rule) == {}
    assert changed.contiguity() == (frozenset() if rule == "contiguity" else {"payroll", "waste"})


def test_figures_of_columns(ruled: Instance) -> None:
    """Those of services.csv go before those of instance.toml."""
    changed = apply(
        ruled, overrides=["services.waste.payback += 1", "services.waste.onboarding_capacity *= 2", "services.payroll.contiguity = off"]
    )
    assert ruled.figure("payback") == {"payroll": 2, "waste": 3}
    assert changed.figure("payback") == {"payroll": 2, "waste": 4}
    assert changed.figure("onboarding_capacity") == {"payroll": 1, "waste": 4, "parking": 1}
    assert changed.contiguity() == {"waste"}


def test_a_figure_for_all_services_or_for_another(ruled: Instance) -> None:
    """In place of a table of figures, or beside one."""
    assert apply(ruled, overrides=["rules.payback = 5", "rules.payback += 1"]).figure("payback") == {"payroll": 6, "waste": 3, "parking": 6}
    assert apply(ruled, overrides=["rules.payback.parking = 1"]).figure("payback") == {"payroll": 2, "waste": 3, "parking": 1}
    assert apply(ruled, overrides=["rules.contiguity = on"]).contiguity() == {"payroll", "waste", "parking"}


def test_years_of_the_investment_limit(ruled: Instance) -> None:
    """One more, all of them, or one figure for every year; a limit that is left out is none."""
    more = apply(ruled, overrides=["rules.investment_limit.programme.2027/28 = 5", "rules.investment_limit.programme.* *= 2"])
    assert more.rules.investment_limit
    assert more.rules.investment_limit.programme == {"2026/27": 6_000_000, "2027/28": 10}
    bare = apply(ruled, overrides=["rules.investment_limit.programme = 7", "rules.investment_limit.council = none"]).rules.investment_limit
    assert bare
    assert (bare.limit("programme", "2026/27"), bare.limit("programme", "2030/31"), bare.limit("council", "2026/27")) == (7, 7, None)


def test_rows_of_a_list(ruled: Instance) -> None:
    """Changed, replaced, all at once, taken out; without any left the rule is off."""
    first, second = ruled.rules.sequencing or ()
    assert apply(ruled, overrides=["rules.sequencing.*.periods += 1"]).rules.sequencing == (
        first.model_copy(update={"periods": 3}),
        second.model_copy(update={"periods": 2}),
    )
    assert apply(ruled, overrides=["rules.sequencing.1 = off"]).rules.sequencing == (second,)
    assert apply(ruled, overrides=["rules.sequencing.2 = off", "rules.sequencing.1 = off"]).rules.sequencing is False
    assert apply(ruled, overrides=["rules.sequencing.* = off"]).rules.sequencing is False
    whole = 'rules.sequencing.1 = { service = "parking", after = ["waste", "payroll"], periods = 0 }'
    assert apply(ruled, overrides=[whole]).rules.sequencing == (Sequence(service="parking", after=("waste", "payroll"), periods=0), second)
    assert apply(ruled, overrides=["rules.bundle.1 = off"]).rules.bundle == (("waste", "parking"),)
    assert apply(ruled, overrides=["rules.bundle.2.2 = payroll"]).rules.bundle == (("payroll", "waste"), ("waste", "payroll"))
    assert apply(ruled, overrides=['rules.bundle = [["payroll", "parking"]]']).rules.bundle == (("payroll", "parking"),)


def test_a_row_that_is_taken_out_is_logged(ruled: Instance) -> None:
    """As it stood, without the keys that it does not have."""
    changed = apply(ruled, overrides=["rules.sequencing.1 = off"])
    row = {"service": "waste", "after": ("payroll",), "periods": 2}
    assert changed.overrides == (OverrideChange("rules.sequencing.1 = off", "rules.sequencing.1", row, False),)


@pytest.mark.parametrize(
    ("override", "table", "column", "old", "new"),
    [
        ("vehicles.company.saving_factor *= 0.5", "vehicles", "saving_factor", 1.2, 0.6),
        ("vehicles.company.minimum_members += 1", "vehicles", "minimum_members", 3, 4),
        ("vehicles.company.services = none", "vehicles", "services", "payroll", None),
        ("vehicles.company.services = payroll;waste", "vehicles", "services", "payroll", "payroll;waste"),
        ("options.Oak.payroll.outsource.one_off_cost += 500", "options", "one_off_cost", 1_000, 1_500),
        ("options.*.*.*.available_from += 3 months", "options", "available_from", dt.date(2027, 1, 1), dt.date(2027, 4, 1)),
        ("councils.Elm.ceases += 6 months", "councils", "ceases", dt.date(2028, 4, 1), dt.date(2028, 10, 1)),
        ("councils.*.ceases += -1 year", "councils", "ceases", dt.date(2028, 4, 1), dt.date(2027, 4, 1)),
        ("councils.Elm.ceases = none", "councils", "ceases", dt.date(2028, 4, 1), None),
        ("councils.Elm.successor = Greater Elm", "councils", "successor", None, "Greater Elm"),
    ],
)
def test_vehicles_options_and_ends(ruled: Instance, override: str, table: str, column: str, old: Any, new: Any) -> None:
    """One cell of one row."""
    changed = apply(ruled, overrides=[override])
    assert [(change.old, change.new) for change in changed.overrides] == [(old, new)]
    differing = [(a, b) for a, b in zip(ruled.tables[table], changed.tables[table], strict=True) if a != b]
    assert [(getattr(a, column), getattr(b, column)) for a, b in differing] == [(old, new)]


def test_rows_are_taken_out(ruled: Instance) -> None:
    """A vehicle, an option."""
    changed = apply(ruled, overrides=["vehicles.company = off", "options.Oak.*.* = off"])
    assert list(changed.vehicles("payroll")) == ["lead_authority"]
    assert changed.options == {}


def test_a_wildcard_over_rules_scales_single_figures(ruled: Instance) -> None:
    """Lists of names, readings and tables are passed over."""
    paths = {change.path for change in apply(ruled, overrides=["rules.* *= 2", "rules.minimum_saving = 0.1"]).overrides}
    figures = {"minimum_saving", "delivery_capacity", "programme_capacity", "onboarding_capacity", "hosting_limit", "partner_limit"}
    assert paths == {f"rules.{name}" for name in figures}

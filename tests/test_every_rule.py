"""Nothing of the model is without its place.

Each rule and family is in docs/model.md, in row tests, in the oracle, in the audit's tests and among the malformed instances;
and nothing stands in docs/model.md that the code does not have.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import pyomo.environ as pyo
import pytest
from small import TWO_SERVICES, shire

import formulations
from formulations import FAMILIES
from instances.heads import HEADS
from instances.rules import Rules
from instances.tables import Parameters
from optimiser.audit.lines import RULES

TESTS = Path(__file__).parent
RULE_NAMES = list(Rules.model_fields)
DATA = {"contract_timing": "contracts.csv", "host_capacity": "host_capacity", "commitments": "commitments.csv"}
"""Rules that act wherever their data are given, and what a fault in these data names."""


@cache
def page(first: str, last: str) -> str:
    """A part of docs/model.md, from one heading to another."""
    text = (TESTS.parent / "docs" / "model.md").read_text(encoding="utf-8")
    return text.split(f"## {first}")[1].split(f"## {last}")[0]


def table(text: str, heading: str) -> list[list[str]]:
    """The rows of a table of a page, by the first cell of its heading."""
    rows = text.split(f"| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip().strip("|").split(" | ")] for row in rows]


def code(text: str) -> list[str]:
    """What stands in backquotes."""
    return re.findall(r"`([a-z_]+)`", text)


RULE_TABLE = {code(row[0])[0]: row for row in table(page("6. Rules", "7. What"), "rule")}
FAMILIES_OF = {rule: [name for name in code(row[-1]) if name in FAMILIES] for rule, row in RULE_TABLE.items()}


@cache
def sources(folder: str, pattern: str) -> str:
    """The text of some files of the tests."""
    found = sorted((TESTS / folder).glob(pattern))
    assert found
    return "\n".join(path.read_text(encoding="utf-8") for path in found)


@cache
def malformed() -> list[str]:
    """Every fault that a malformed instance has to show."""
    return [fault for path in sorted((TESTS / "malformed").glob("*.toml")) for fault in tomllib.loads(path.read_text("utf-8"))["faults"]]


def test_page_and_code_have_the_same_families() -> None:
    """Each family once in bold with its formula; none that is not there."""
    bold = re.findall(r"\*\*`([a-z_]+)`\*\*", page("5. Constraints", "6. Rules"))
    assert sorted(bold) == sorted(FAMILIES)


def test_page_and_code_have_the_same_rules() -> None:
    """In the table of rules, in the data and in the audit."""
    assert sorted(RULE_TABLE) == sorted(RULE_NAMES) == sorted(RULES)


def test_rules_and_families_belong_together() -> None:
    """Each rule is enforced by families or by leaving moves out; each family belongs to a rule, always holds or is asked for."""
    for rule, row in RULE_TABLE.items():
        assert set(code(row[-1])) <= set(FAMILIES), rule
        assert FAMILIES_OF[rule] or "no such move" in row[-1], rule
    text = page("5. Constraints", "6. Rules")
    always = set(code(text.split("### Always")[1].split("### Rules")[0])) & set(FAMILIES)
    asked = set(code(text.split("### What is asked besides")[1].split("### Presolve")[0])) & set(FAMILIES)
    of_rules = {name for families in FAMILIES_OF.values() for name in families}
    assert of_rules | always | asked == set(FAMILIES)
    assert not of_rules & asked


def test_page_and_model_have_the_same_sets_and_variables(tmp_path: Path) -> None:
    """Those of a model in which every kind of decision can be taken."""
    text = page("2. Decisions", "3. What a move")
    model = formulations.build(formulations.price(shire(tmp_path, **TWO_SERVICES)))
    sets = {component.name for component in model.component_objects(pyo.Set) if not component.name.endswith("_index")}
    variables = {component.name for component in model.component_objects(pyo.Var)}
    assert {re.findall(r"`([A-Z_]+)`", row[0])[0] for row in table(text, "set")} == {name for name in sets if name.isupper()}
    assert {re.findall(r"`([a-z_]+)\[", row[0])[0] for row in table(text, "variable")} == variables
    rows = {component.name for component in model.component_objects(pyo.Constraint)}
    assert rows == set(FAMILIES)


def test_page_has_every_parameter_and_head() -> None:
    """Each service parameter and each cost head has its formula."""
    text = page("1. Time", "4. Objective")
    for name in (*Parameters.model_fields, *HEADS):
        assert re.search(rf"\b{name}\b", text), name


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_row_tests(family: str) -> None:
    """Its index and its rows are looked at one by one."""
    text = sources("formulations", "test_*.py")
    assert re.search(rf"\bm(?:odel)?\.{family}\b|\"{family}\"", text)


@pytest.mark.parametrize("rule", [rule for rule, row in RULE_TABLE.items() if "no such move" in row[-1]])
def test_every_rule_about_moves_has_tests_of_moves(rule: str) -> None:
    """The moves that it leaves out, with the reason that is kept."""
    assert f'"{rule}"' in sources("instances", "test_*.py")


@pytest.mark.parametrize("rule", RULE_NAMES)
def test_every_rule_is_in_the_oracle(rule: str) -> None:
    """Enumeration knows it, and a test of enumeration itself names it; that it is tried and bites, test_enumeration.py sees to."""
    assert re.search(rf"\b{rule}\b", sources("oracle", "*.py"))
    assert re.search(rf"\b{rule}\b", sources(".", "test_oracle*.py"))


@pytest.mark.parametrize("rule", RULE_NAMES)
def test_every_rule_is_in_tests_of_the_audit(rule: str) -> None:
    """With a line of its own and a plan that breaks it."""
    text = sources("optimiser", "test_audit*.py")
    assert rule in text
    assert f"rule {rule}," in text or f'"{rule}"' in text


@pytest.mark.parametrize("rule", RULE_NAMES)
def test_every_rule_has_bad_input(rule: str) -> None:
    """A malformed instance whose fault is about it, or about the data on which it acts."""
    named = [fault for fault in malformed() if re.search(rf"\b{rule}\b", fault) or DATA.get(rule, "\0") in fault]
    assert named

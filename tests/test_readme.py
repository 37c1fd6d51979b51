"""The README tells the truth: its quick start's output, its lists of rules, tables and case studies."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from instances import shipped
from instances.rules import Rules
from instances.tables import TABLES, unit
from optimiser.cli import app

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(marker: str) -> str:
    """The fenced block behind a marker."""
    match = re.search(rf"<!-- {re.escape(marker)} -->\n```\w*\n(.*?)\n```\n<!-- end -->", README, re.DOTALL)
    assert match, marker
    return match[1]


def test_quick_start_output_is_what_solve_prints(tmp_path: Path) -> None:
    """The block is the beginning of the summary, line by line; only the run's id differs, since it stands for versions too."""
    result = CliRunner().invoke(app, ["solve", "east-kent", "--out", str(tmp_path / "plan")])
    shown = _without_id(block("output of: optimiser solve east-kent"))
    assert result.exit_code == 0
    assert _without_id(result.stdout)[: len(shown)] == shown


def _without_id(text: str) -> list[str]:
    return re.sub(r"Run [0-9a-f]{12}", "Run ID", text).splitlines()


def test_run_command_solves_what_the_output_is_of() -> None:
    """Set-up and run are one command."""
    assert block("run command").endswith("optimiser solve east-kent")
    assert "\n" not in block("run command")
    assert "\n" not in block("test command")


def test_every_rule_table_and_case_study_is_named() -> None:
    """Nothing that the program has is missing from the README."""
    for name in (*Rules.model_fields, *shipped(), *TABLES):
        assert f"`{name}`" in README, name


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_documented_with_unit_and_meaning(table: str) -> None:
    """docs/instance-format.md says what the schema says."""
    text = (ROOT / "docs" / "instance-format.md").read_text(encoding="utf-8")
    section = text.split(f"### {table}.csv")[1].split("\n#")[0]
    for column, field in TABLES[table].model_fields.items():
        if column not in ("source", "note"):
            assert f"| `{column}` | {unit(field)} | {field.description}" in section, column


def test_format_page_shows_every_rule_and_its_example_is_sound() -> None:
    """docs/instance-format.md: each rule in the table of rules, and each but those that are on anyway in the example."""
    text = (ROOT / "docs" / "instance-format.md").read_text(encoding="utf-8")
    table = text.split("| rule | is given as |")[1].split("\n\n")[0]
    example = tomllib.loads(text.split("```toml\n")[1].split("```")[0])
    assert [name for name in Rules.model_fields if f"`{name}`" not in table] == []
    assert set(Rules.model_fields) - set(example["rules"]) == {"contract_timing", "host_capacity", "commitments"}
    rules = Rules.model_validate(example["rules"])
    assert all(getattr(rules, name) not in (None, False) for name in example["rules"])


def test_model_page_names_every_rule_and_family() -> None:
    """docs/model.md has no hole."""
    from formulations import FAMILIES

    text = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    for name in (*FAMILIES, *Rules.model_fields):
        assert f"`{name}`" in text or f"**{name}**" in text, name

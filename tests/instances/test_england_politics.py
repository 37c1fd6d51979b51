"""Political compatibility of an area of England: on where control is known, a choice that says so, and set aside by a scenario."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from england_country import ARRANGEMENTS, SHARED, needs_shared, settings, write_tables

from instances import Instance, read
from instances.england import AreaReport, politics, write_area
from instances.graph import council_graph

RULE = {"minimum": 0.5, "scope": "all_pairs"}
HEADER = ARRANGEMENTS.splitlines()[0]


def written(folder: Path, area: str, **tables: str) -> AreaReport:
    """An area of the made-up country, some of its tables replaced."""
    return write_area(folder / "out", [area], write_tables(folder, **tables))


def apart(instance: Instance) -> set[str]:
    """Pairs that cannot be in one partnership for revenues and benefits."""
    graph = council_graph(instance)
    mask = graph.conflicts.get("revenues_and_benefits")
    pairs = itertools.combinations(graph.councils, 2)
    return set() if mask is None else {f"{a}-{b}" for a, b in pairs if mask[graph.position[a], graph.position[b]]}


def worked_since(day: str) -> str:
    """shared_services.csv with one arrangement, of Elm (LAB) and St Yew (OTHER)."""
    return f"{HEADER}\none,One,E07000001|E07000003,E07000001|E07000003,revenues,{day},running_at_source_date,page,2026\n"


def test_the_rule_keeps_parties_apart_and_a_scenario_sets_it_aside(tmp_path: Path) -> None:
    """Of Elm (LAB), Oak (NOC), St Yew (OTHER) and Ashshire (CON) the three with a majority are apart; Oak may join any."""
    report = written(tmp_path, "Ashshire")
    assert settings(report.folder)["rules"]["compatibility"] == RULE
    assert apart(read(report.folder)) == {"Ashshire-Elm", "Ashshire-St Yew", "Elm-St Yew"}
    assert settings(report.folder)["scenarios"]["politics_aside"] == ["rules.compatibility = false"]
    aside = read(report.folder, scenarios=["politics_aside"])
    assert apart(aside) == set()
    assert len(council_graph(aside).moves) > len(council_graph(read(report.folder)).moves)


@pytest.mark.parametrize(("day", "together"), [("2021-04-01", True), ("2021-10-01", False)])
def test_six_years_of_joint_working_outweigh_politics(tmp_path: Path, day: str, together: bool) -> None:
    """0.4 for different control and 0.6 for six years have a mean of 0.5; the comment says six."""
    report = written(tmp_path, "Ashshire", shared_services=worked_since(day))
    assert ("Elm-St Yew" in apart(read(report.folder))) is not together
    assert "worked together for 6 years" in politics.ON


@pytest.mark.parametrize(("day", "together"), [("2024-04-01", True), ("2024-10-01", False)])
def test_joint_working_that_is_young_lowers_the_mean(tmp_path: Path, day: str, together: bool) -> None:
    """0.7 for one side under no overall control and 0.3 for three years have a mean of 0.5; the comment says three."""
    report = written(tmp_path, "Ashshire", shared_services=worked_since(day).replace("E07000003", "E07000002"))
    assert ("Elm-Oak" in apart(read(report.folder))) is not together
    assert "younger than 3 years" in politics.ON


def test_it_is_said_to_be_a_choice(tmp_path: Path) -> None:
    """In the report and beside the rule: whose choice, what the guide finds, when control can change, and the way out."""
    report = written(tmp_path, "Ashshire")
    text = " ".join((report.folder / "instance.toml").read_text(encoding="utf-8").replace("\n#", "").split())
    (warning,) = [said for said in report.warnings if said.startswith("Rule compatibility is on")]
    for said in (warning, text.partition("[rules]")[2].partition("\ncompatibility =")[0]):
        assert "not evidently related to party politics" in said
        assert all(part in said for part in ("of ours", "control can change in May 2027", "politics_aside"))
    assert "1.0 under the same control, 0.7 if one side is under no overall control, 0.4 under different control" in text


def test_without_control_the_rule_is_off(tmp_path: Path) -> None:
    """Of Birch and Fir one has no known control: the rule stands as a comment, no scenario sets it aside, and all is sound."""
    report = written(tmp_path, "North")
    found = settings(report.folder)
    assert "compatibility" not in found["rules"]
    assert "politics_aside" not in found["scenarios"]
    assert f"\n# {politics.RULE}\n" in (report.folder / "instance.toml").read_text(encoding="utf-8")
    assert not any("Rule compatibility" in said for said in report.warnings)
    assert read(report.folder).rules.compatibility is None


def test_joint_working_alone_is_something_to_go_by(tmp_path: Path) -> None:
    """Without any control, the rule is on where two councils have worked together."""
    nobody = "gss_code,year,controlling_party,majority,administration_as_published\n"
    report = written(tmp_path, "Ashshire", political=nobody, shared_services=worked_since("2024-10-01"))
    assert settings(report.folder)["rules"]["compatibility"] == RULE
    assert apart(read(report.folder)) == {"Elm-St Yew"}


def test_one_council_without_control_is_taken_as_compatible(tmp_path: Path) -> None:
    """The rule is on among the others; the reader's note says how many pairs count as 1."""
    report = written(tmp_path, "England")
    instance = read(report.folder)
    assert not any("Fir" in pair for pair in apart(instance))
    assert "Birch-St Yew" in apart(instance)
    assert any("so rule compatibility takes them as 1" in note for note in instance.notes)


@needs_shared
@pytest.mark.parametrize("area", ["Kent", "Surrey"])
def test_published_control(tmp_path: Path, area: str) -> None:
    """Control is known of every council, and some pairs are apart."""
    report = write_area(tmp_path / area, [area], SHARED)
    instance = read(report.folder)
    assert all(row.control for row in instance.councils.values())
    assert apart(instance)

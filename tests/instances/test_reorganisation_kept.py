"""Reorganisation: what becomes of contracts, neighbours, agreements, rules and scenarios, and what is said of what is dropped."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from reorganised import TABLES, carried_out, county, values

from instances import Instance, read
from instances.reorganisation import Reorganised
from instances.reorganisation.relations import PARTIES, WHY
from instances.tables import TABLES as MODELS
from instances.tables import Adjacency, Commitment, Estimate, History, Option


def test_several_contracts_become_the_most_binding(merged: tuple[Instance, Reorganised]) -> None:
    """The last end, the last break, charges added up, the share by cost, so that ending it early costs what it did in parts."""
    contracts, report = merged[0].contracts, merged[1]
    found = contracts["North", "payroll"]
    assert values(found, "supplier", "expires", "break_from", "termination_charge", "termination_share") == {
        "supplier": "Acme; Bolt",
        "expires": dt.date(2029, 1, 1),
        "break_from": dt.date(2028, 1, 1),
        "termination_charge": 170.0,  # 100 + 50 + 0.6 x 33.33
        "termination_share": 0.292859,  # (0.1 x 500 + 0.2 x 300 + 0.5 x 600.01) / 1400.01
    }
    assert "Elm expires 2028-06-01, break 2028-01-01, charge 50, share 0.2" in (found.note or "")
    assert "0.6 of Shire expires 2027-01-01" in (found.note or "")
    assert values(contracts["Port", "payroll"], "expires", "termination_charge", "termination_share") == {
        "expires": dt.date(2027, 1, 1),
        "termination_charge": 13.33,
        "termination_share": 0.142857,  # 0.5 x 400.00 / 1400.00; Oak and Port have no contract
    }
    assert any(
        "contracts.csv: 1 service with several contracts" in text and "North payroll (Ash, Elm, Shire)" in text for text in report.notes
    )
    assert contracts["Farm", "bins"].expires == dt.date(2028, 4, 1)


def test_a_contract_without_break_leaves_none(tmp_path: Path) -> None:
    """Whatever the others have."""
    contracts = TABLES["contracts"].replace("2028-06-01, 2028-01-01", "2028-06-01, ")
    contracts = "\n".join(line for line in contracts.splitlines() if "Shire" not in line)
    target, report = carried_out(tmp_path, "successors", source=county(tmp_path, contracts=contracts))
    assert read(target).contracts["North", "payroll"].break_from is None
    assert any("North payroll (Ash, Elm)" in text for text in report.notes)


def test_neighbours_are_those_of_any_predecessor(merged: tuple[Instance, Reorganised]) -> None:
    """A county that is divided says nothing of its parts, so its rows are dropped."""
    pairs = {(row.council_a, row.council_b): row.source for row in merged[0].rows(Adjacency)}
    assert pairs == {
        ("Farm", "Gull"): None,
        ("Farm", "North"): "neighbours before: Elm-Farm",
        ("North", "Port"): "neighbours before: Ash-Oak, Elm-Oak",
    }
    assert any(text.startswith("adjacency.csv: 2 rows dropped") and "Farm / Shire; Port / Shire" in text for text in merged[1].dropped)
    assert "adjacency.csv: 2 pairs of neighbours now within one successor" in merged[1].notes


def test_what_was_agreed_or_measured_before_is_dropped_and_said(merged: tuple[Instance, Reorganised]) -> None:
    """Only between councils that do not change is anything kept; each table is counted."""
    instance, report = merged
    for table in WHY:
        kept = {name for row in instance.tables.get(table, ()) for name in _named(row)}
        assert kept <= {"Farm", "Gull"}, table
    assert [row.other for row in instance.rows(Commitment)] == ["Gull"]
    assert [row.host for row in instance.rows(Estimate)] == ["Gull"]
    assert [row.option for row in instance.rows(Option)] == ["in_house"]
    assert [row.years for row in instance.rows(History)] == [4]
    counts = {text.split(":")[0]: int(text.split(":")[1].split()[0]) for text in report.dropped if ".csv" in text}
    assert counts == {
        "distances.csv": 2, "compatibility.csv": 1, "history.csv": 1, "commitments.csv": 3, "options.csv": 1, "estimates.csv": 1,
        "adjacency.csv": 2,
    }  # fmt: skip
    assert any("Ash / bins / stays_out; Ash / payroll / not_before; Gull / never_with / Port" in text for text in report.dropped)


def _named(row: object) -> set[str]:
    return {name for column in PARTIES if (name := getattr(row, column, None))}


def test_every_table_about_councils_is_dealt_with() -> None:
    """A new table with a council in it has to say what becomes of it."""
    about = {name for name, model in MODELS.items() if set(PARTIES) & set(model.model_fields)}
    assert about == {"councils", "baselines", "contracts", "adjacency", *WHY}


def test_what_was_dropped_stands_in_the_note(merged: tuple[Instance, Reorganised]) -> None:
    """Behind the note that was there."""
    note = merged[0].settings.instance.note or ""
    assert note.startswith("Made up. Reorganised (lgr.csv): planned with the successors as councils. Dropped: ")
    assert "commitments.csv 3 rows" in note
    assert "scenarios 3 entries" in note


def test_ranges_and_scenarios_of_councils_that_change_go(merged: tuple[Instance, Reorganised]) -> None:
    """By key, by value, or because nothing is there any more; the others stay."""
    instance, report = merged
    assert sorted(instance.settings.ranges) == ["baselines.*.payroll.annual_cost", "services.*.process_saving"]
    assert list(instance.settings.scenarios) == ["farm"]
    said = " ".join(report.dropped)
    assert "ranges: 2 entries dropped (names councils that are replaced): baselines.Ash.payroll" in said
    assert "scenarios: 2 entries dropped (names councils that are replaced): stays; swapped" in said
    assert "scenarios: 1 entry dropped (matches nothing): later" in said


def test_a_service_may_have_the_name_of_a_council(tmp_path: Path) -> None:
    """Its range is not about the council."""
    services = TABLES["services"] + "Oak,\n"
    baselines = TABLES["baselines"].strip() + "\nFarm, Oak, 5, 0, 0, 0, , , , yes, , , ,\n"
    source = county(
        tmp_path, services=services, baselines=baselines, old='"services.*.process_saving"', new='"services.Oak.process_saving"'
    )
    target, _ = carried_out(tmp_path, "successors", source=source)
    assert "services.Oak.process_saving" in read(target).settings.ranges


def test_comments_of_instance_toml_stay(tmp_path: Path) -> None:
    """What is dropped is commented out, what is changed says what it was, and the head says it all."""
    target, report = carried_out(tmp_path, "successors")
    text = (target / "instance.toml").read_text(encoding="utf-8")
    assert text.startswith("# REORGANISED: the councils are the successors.")
    for line in (
        "# The county before.",
        'title = "County"   # as it was',
        "start = 2028-04-01  # was 2026-04-01",
        "delivery_capacity = 3  # a choice",
        "# wide",
        '# stays = ["commitments.Ash.bins = off"]',
        '#     "commitments.*.payroll.go_live = 2028-04-01",',
    ):
        assert f"\n{line}\n" in text
    head = " ".join(text.partition("\n\n")[0].replace("\n#", "").split())
    assert all(" ".join(said.split()) in head for said in (*report.becomes, *report.dropped, *report.notes))

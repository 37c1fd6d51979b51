"""Commitments to an alternative: how they are read, written, added and passed on; what is wrong with them stands in tests/malformed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from small import TWO_SERVICES, shire

from instances import Instance, InstanceError, apply, read
from instances.commitments import Decided, decided
from instances.graph import council_graph
from instances.reorganisation import reorganise
from instances.windows import go_live_windows
from instances.writing import form_of, write_form

OPTIONS = (
    "council, service, option, annual_saving, available_from\n"
    "Oak, payroll, redesign, 5000,\nOak, payroll, outsource, 5000, 2027-04-01\nElm, waste, redesign, 5000,\n"
)
HEADER = "council, service, decision, go_live, option\n"
ADDED = 'commitments += { council = "Oak", service = "payroll", decision = "takes", option = "outsource", go_live = 2027-04-01 }'


def with_takes(folder: Path, rows: str, **changes: str) -> Instance:
    """The shire with three alternatives, two services, and three yearly tranches from April 2026."""
    return shire(folder, "12 3 4", **(TWO_SERVICES | {"options": OPTIONS, "commitments": HEADER + rows} | changes))


def test_what_is_decided(tmp_path: Path) -> None:
    """In any tranche, from a day on; a day before the start says since when."""
    instance = with_takes(tmp_path, "Oak, payroll, takes, 2027-04-01, outsource\nElm, waste, takes, 2026-03-31, redesign\n")
    found = decided(instance)
    assert found == Decided(
        takes={("Oak", "payroll"): "outsource", ("Elm", "waste"): "redesign"},
        takes_since={("Elm", "waste"): dt.date(2026, 3, 31)},
        go_live={("Oak", "payroll"): (dt.date(2027, 4, 1),)},
    )
    assert found.demanded() == {("Oak", "payroll"), ("Elm", "waste")}
    assert found.only({("Oak", "payroll")}).takes == {("Oak", "payroll"): "outsource"}
    assert decided(apply(instance, overrides=["rules.commitments = off"])) == Decided()


@pytest.mark.parametrize(
    ("row", "left"),
    [
        ("", [("outsource", 1), ("outsource", 2), ("redesign", 0), ("redesign", 1), ("redesign", 2)]),
        ("Oak, payroll, takes, , redesign", [("redesign", 0), ("redesign", 1), ("redesign", 2)]),
        ("Oak, payroll, takes, , outsource", [("outsource", 1), ("outsource", 2)]),
        ("Oak, payroll, takes, 2028-04-01, outsource", [("outsource", 2)]),
        ("Oak, payroll, takes, 2026-04-01, redesign", [("redesign", 0)]),
        ("Oak, payroll, takes, 2026-03-31, outsource", [("outsource", -1)]),  # though it is to be had from 2027 only
        ("Oak, payroll, takes, , redesign\nOak, , not_before, 2027-04-01,", [("redesign", 1), ("redesign", 2)]),
        ("Oak, payroll, takes, 2025-04-01, redesign\nOak, , not_before, 2027-04-01,", [("redesign", -1)]),
    ],
)
def test_nothing_else_is_left_to_do(row: str, left: list[tuple[str, int]], tmp_path: Path) -> None:
    """One alternative, in the tranches that suit it; no move, as a host neither."""
    graph = council_graph(with_takes(tmp_path, f"{row}\n"))
    oak = graph.options[graph.options["council"] == "Oak"]
    assert list(zip(oak["option"], oak["tranche"], strict=True)) == left
    moves = graph.moves[graph.moves["service"] == "payroll"]
    assert ("Oak" in set(moves["council"])) == (not row)


def test_a_host_that_takes_an_alternative(tmp_path: Path) -> None:
    """Only Ash may host waste, so that nobody shares it; in payroll it hosts as before. Every tranche is closed by what is decided."""
    options = "council, service, option, annual_saving\nAsh, waste, redesign, 5000\n"
    instance = with_takes(tmp_path, "Ash, waste, takes, , redesign\n", options=options)
    assert set(council_graph(instance).moves["service"]) == {"payroll"}
    windows, place = go_live_windows(instance, decided(instance)), list(instance.baselines).index(("Ash", "waste"))
    assert windows.decided[place].all()
    assert not windows.allowed[place].any()


def test_a_live_partnership_is_not_kept_beside_an_alternative() -> None:
    """Such data are refused; what reads them before knows that one contradicts the other."""
    key, since = ("Oak", "payroll"), dt.date(2025, 4, 1)
    assert Decided(live={key: ("Ash", since)}).live_is_kept(key)
    assert not Decided(live={key: ("Ash", since)}, takes={key: "outsource"}).live_is_kept(key)


@pytest.mark.parametrize(("case", "digest"), [("east-kent", "3437e6fe9c70"), ("south-london-waste", "4f53cda18c2b")])
def test_data_without_the_column_keep_their_digest(case: str, digest: str) -> None:
    """As before there was a column option, with commitments and without any; one that is given counts."""
    assert read(case).digests()["commitments"].startswith(digest)


def test_another_alternative_is_another_digest(tmp_path: Path) -> None:
    """The name of the alternative is part of the data."""
    instance = with_takes(tmp_path, "Oak, payroll, takes, , redesign\n")
    changed = apply(instance, overrides=["commitments.Oak.payroll.option = outsource"])
    assert decided(changed).takes == {("Oak", "payroll"): "outsource"}
    assert changed.digests()["commitments"] != instance.digests()["commitments"]


@pytest.mark.parametrize("target", ["copy/base", "base.xlsx", "sqlite:///{}/base.db"])
def test_round_trip(tmp_path: Path, target: str) -> None:
    """As tables, as a workbook, as a database: the same data with the same digests."""
    instance = with_takes(tmp_path / "base", "Oak, payroll, takes, 2027-04-01, outsource\nElm, waste, takes, 2025-03-31, redesign\n")
    (tmp_path / "copy").mkdir()
    place = target.format(tmp_path) if ":" in target else str(tmp_path / target)
    write_form(place, form_of(instance))
    assert read(place) == instance
    assert read(place).digests() == instance.digests()


def test_an_override_adds_one(tmp_path: Path) -> None:
    """It is checked like a row of the file; another for the same service has to take its place."""
    instance = with_takes(tmp_path, "")
    held = apply(instance, overrides=[ADDED])
    assert decided(held).takes == {("Oak", "payroll"): "outsource"}
    assert decided(apply(held, overrides=['commitments.Oak.payroll.takes."" = off'])).takes == {}
    with pytest.raises(InstanceError, match="stands there already; change it with =, or take it out first"):
        apply(held, overrides=[ADDED.replace("outsource", "redesign")])
    with pytest.raises(InstanceError, match=r"'outsorce' is no alternative of 'Oak' for payroll.* did you mean 'outsource'\?"):
        apply(instance, overrides=[ADDED.replace("outsource", "outsorce")])
    share = 'commitments += { council = "Oak", service = "payroll", decision = "shares_with", other = "Ash" }'
    with pytest.raises(InstanceError, match=r"'Oak' takes an alternative for payroll, but is to share it: Oak shares_with Ash \(after"):
        apply(held, overrides=[share])


@pytest.mark.parametrize(("gone", "left"), [("Oak", ["Elm"]), ("Yew", ["Elm", "Oak"])])
def test_a_reorganisation_keeps_them_of_councils_that_stay(gone: str, left: list[str], tmp_path: Path) -> None:
    """With its alternatives goes what a council that is merged into Ash has decided about them; from the later start it is taken already."""
    source = tmp_path / "before"
    with_takes(source, "Oak, payroll, takes, 2027-04-01, outsource\nElm, waste, takes, 2026-04-01, redesign\n")
    table = tmp_path / "who.csv"
    table.write_text(f"council,successor,ceases\n{gone},Ash,2027-04-01\n", encoding="utf-8")
    (tmp_path / "after").mkdir()
    found = reorganise(source, table, tmp_path / "after", way="successors")
    after = read(tmp_path / "after")
    assert sorted(council for council, _ in decided(after).takes) == left
    assert after.calendar.start == dt.date(2027, 4, 1)
    assert decided(after).takes_since == {("Elm", "waste"): dt.date(2026, 4, 1)}
    assert any("commitments" in line for line in found.dropped) == (gone == "Oak")


def test_a_council_that_ceases_first_is_said(tmp_path: Path) -> None:
    """Planned until the councils cease, Oak is gone on the day on which it is to begin: the source is to be mended."""
    source = tmp_path / "before"
    with_takes(source, "Oak, payroll, takes, 2027-04-01, outsource\n")
    table = tmp_path / "who.csv"
    table.write_text("council,successor,ceases\nOak,Ash,2027-04-01\n", encoding="utf-8")
    (tmp_path / "after").mkdir()
    with pytest.raises(InstanceError, match="2027-04-01 is not before 'Oak' ceases, 2027-04-01"):
        reorganise(source, table, tmp_path / "after", way="predecessors")

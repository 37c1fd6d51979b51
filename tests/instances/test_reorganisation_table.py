"""Reorganisation: every fault of the table, said with its place and remedy; nothing is written."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from reorganised import PASSES, carried_out, county, passes

from instances import InstanceError
from instances.reorganisation import reorganise

COUNCILS = "it has: Ash, Elm, Farm, Gull, Oak, Port, Shire"
HEAD = "council,successor,ceases,share\n"
FAULTS = {
    "unknown council": (
        HEAD + "Ahs,North,2028-04-01,\n",
        ["lgr.csv row 2, council: 'Ahs' is not a council of the instance; did you mean 'Ash'?"],
    ),
    "unknown council that resembles none": (
        HEAD + "Wolverhampton,North,2028-04-01,\n",
        [f"lgr.csv row 2, council: 'Wolverhampton' is not a council of the instance; {COUNCILS}"],
    ),
    "duplicate": (
        HEAD + "Ash,North,2028-04-01,0.5\nAsh,North,2028-04-01,0.5\n",
        ["lgr.csv row 3, successor: 'Ash' / 'North' stand twice, first in row 2; keep one row for each council and successor"],
    ),
    "two dates": (
        HEAD + "Shire,North,2028-04-01,0.5\nShire,Port,2027-04-01,0.5\n",
        ["lgr.csv row 3, ceases: 'Shire' ceases on 2027-04-01 here, but on 2028-04-01 in row 2; a council ceases once"],
    ),
    "shares below 1": (
        HEAD + "Shire,North,2028-04-01,0.5\nShire,Port,2028-04-01,0.4\n",
        ["lgr.csv row 3, share: the shares of 'Shire' add up to 0.9 (rows 2, 3); they add up to 1, and a blank share is 1"],
    ),
    "shares nearly 1": (
        HEAD + "Shire,North,2028-04-01,0.333\nShire,Port,2028-04-01,0.666\n",
        ["lgr.csv row 3, share: the shares of 'Shire' add up to 0.999 (rows 2, 3); they add up to 1, and a blank share is 1"],
    ),
    "two blank shares": (
        HEAD + "Shire,North,2028-04-01,\nShire,Port,2028-04-01,\n",
        ["lgr.csv row 3, share: the shares of 'Shire' add up to 2 (rows 2, 3); they add up to 1, and a blank share is 1"],
    ),
    "one share below 1": (
        HEAD + "Shire,North,2028-04-01,0.6\n",
        ["lgr.csv row 2, share: the shares of 'Shire' add up to 0.6 (row 2); give it a row for each successor; shares add up to 1"],
    ),
    "share of nothing": (HEAD + "Shire,North,2028-04-01,0\n", ["lgr.csv row 2, share: '0' is out of range; expected more than 0"]),
    "share in percent": (HEAD + "Shire,North,2028-04-01,60%\n", ["lgr.csv row 2, share: '60%' is not a number; write 0.6"]),
    "share above 1": (HEAD + "Shire,North,2028-04-01,60\n", ["lgr.csv row 2, share: '60' is out of range; expected at most 1"]),
    "follows itself": (
        HEAD + "Port,Port,2028-04-01,\n",
        [
            "lgr.csv row 2, successor: 'Port' would follow itself; leave out a council that goes on; "
            "name it as the successor of those whose services it takes over"
        ],
    ),
    "successor abolished": (
        HEAD + "Ash,Elm,2028-04-01,\nElm,North,2028-04-01,\n",
        ["lgr.csv row 2, successor: 'Elm' is itself abolished, in row 3; name the council that there will be in the end"],
    ),
    "capitals": (
        HEAD + "Ash,North,2028-04-01,\nElm,north,2028-04-01,\nOak,port,2028-04-01,\n",
        [
            "lgr.csv row 3, successor: 'north' differs from 'North', in row 2, in capitals or spaces only; "
            "write a name the same way everywhere; did you mean 'North'?",
            "lgr.csv row 4, successor: 'port' differs from 'Port', a council of the instance, in capitals or spaces only; "
            "write a name the same way everywhere; did you mean 'Port'?",
        ],
    ),
    "blank": (
        HEAD + ",North,2028-04-01,\nAsh,,2028-04-01,\nElm,North,,\n",
        [
            "lgr.csv row 2, council: is blank; it is required",
            "lgr.csv row 3, successor: is blank; it is required",
            "lgr.csv row 4, ceases: is blank; it is required",
        ],
    ),
    "date": (
        HEAD + "Ash,North,01/04/2028,\n",
        ["lgr.csv row 2, ceases: '01/04/2028' is not a date; write YYYY-MM-DD, here 2028-04-01 if the day stands first"],
    ),
    "column": (
        "council,sucessor,ceases\nAsh,North,2028-04-01\n",
        [
            "lgr.csv row 1: 'sucessor' is not a column of this table; did you mean 'successor'?",
        ],
    ),
    "no rows": (HEAD, ["lgr.csv: has no rows; give at least one"]),
    "empty": ("", ["lgr.csv: is empty; the first row names the columns: council, successor, ceases and so on"]),
    "all at once": (
        HEAD + "Ahs,North,2028-04-01,\nShire,North,2028-04-01,0.5\nShire,Port,2029-04-01,0.4\nGull,Gull,soon,\n",
        [
            "lgr.csv row 2, council: 'Ahs' is not a council of the instance; did you mean 'Ash'?",
            "lgr.csv row 4, ceases: 'Shire' ceases on 2029-04-01 here, but on 2028-04-01 in row 3; a council ceases once",
            "lgr.csv row 4, share: the shares of 'Shire' add up to 0.9 (rows 3, 4); they add up to 1, and a blank share is 1",
            "lgr.csv row 5, ceases: 'soon' is not a date; write YYYY-MM-DD",
        ],
    ),
}


@pytest.mark.parametrize("way", ["predecessors", "successors"])
@pytest.mark.parametrize("case", FAULTS)
def test_fault_of_the_table(tmp_path: Path, case: str, way: str) -> None:
    """In full, in both ways, and the target stays empty."""
    text, expected = FAULTS[case]
    table = tmp_path / "lgr.csv"
    table.write_text(text, encoding="utf-8")
    (tmp_path / "out").mkdir()
    with pytest.raises(InstanceError) as raised:
        reorganise(county(tmp_path), table, tmp_path / "out", way=way)
    assert [str(fault) for fault in raised.value.faults] == expected
    assert raised.value.name == str(table)
    assert not any((tmp_path / "out").iterdir())


def test_a_share_that_cannot_be_read_is_one_fault(tmp_path: Path) -> None:
    """What the council's shares add up to is not known then, and not said."""
    with pytest.raises(InstanceError) as raised:
        carried_out(tmp_path, "successors", PASSES.replace("0.6,", "six,"))
    assert [str(fault) for fault in raised.value.faults] == [
        "lgr.csv row 5, share: 'six' is not a number; write a plain number such as 1250.50"
    ]


@pytest.mark.parametrize("day", ["2026-04-01", "2026-03-31"])
def test_predecessors_have_to_be_there_at_the_start(tmp_path: Path, day: str) -> None:
    """One fault for each council; with successors there is none."""
    table = PASSES.replace("2028-04-01", day)
    with pytest.raises(InstanceError) as raised:
        carried_out(tmp_path, "predecessors", table)
    assert [str(fault) for fault in raised.value.faults] == [
        f"lgr.csv row {row}, ceases: '{council}' ceases on {day}, not after the start 2026-04-01; "
        "name an earlier start, or plan with the successors"
        for row, council in ((2, "Ash"), (3, "Elm"), (4, "Oak"), (5, "Shire"))
    ]
    carried_out(tmp_path, "successors", table)


def test_the_start_that_is_asked_for_counts(tmp_path: Path) -> None:
    """The day before the earliest end is early enough."""
    with pytest.raises(InstanceError, match="not after the start 2028-04-01"):
        carried_out(tmp_path, "predecessors", start=dt.date(2028, 4, 1))
    (tmp_path / "out").mkdir()
    reorganise(county(tmp_path), passes(tmp_path), tmp_path / "out", way="predecessors", start=dt.date(2028, 3, 31))


@pytest.mark.parametrize("way", ["predecessors", "successors"])
def test_a_successor_that_ceases_by_councils_csv(tmp_path: Path, way: str) -> None:
    """It will not be there in the end either."""
    councils = "council, ceases\nShire,\nAsh,\nElm,\nOak,\nPort, 2029-04-01\nFarm,\nGull,\n"
    with pytest.raises(InstanceError) as raised:
        carried_out(tmp_path, way, source=county(tmp_path, councils=councils))
    assert [str(fault) for fault in raised.value.faults] == [
        f"lgr.csv row {row}, successor: 'Port' itself ceases on 2029-04-01, by councils.csv; "
        "name the council that there will be in the end, and give 'Port' a row"
        for row in (4, 6)
    ]


def test_a_council_that_passes_to_one_that_is_gone(tmp_path: Path) -> None:
    """Planned with successors, Ash is no more, so Farm cannot pass to it."""
    councils = "council, ceases, successor\nShire,,\nAsh,,\nElm,,\nOak,,\nPort,,\nFarm, 2027-04-01, Ash\nGull,,\n"
    with pytest.raises(InstanceError) as raised:
        carried_out(tmp_path, "successors", source=county(tmp_path, councils=councils))
    assert [str(fault) for fault in raised.value.faults] == [
        "lgr.csv row 2, council: 'Ash' is abolished, but 'Farm' passes to it by councils.csv; give 'Farm' a row too"
    ]


def test_a_table_that_is_not_there_or_no_csv(tmp_path: Path) -> None:
    """Each in the reader's words."""
    source = county(tmp_path)
    (tmp_path / "lgr.xlsx").write_bytes(b"PK\x03\x04rest")
    for name, problem in (("none.csv", "cannot be read: No such file"), ("lgr.xlsx", "is a workbook"), ("county", "cannot be read: Is a")):
        with pytest.raises(InstanceError, match=problem):
            reorganise(source, tmp_path / name, tmp_path / "out", way="successors")

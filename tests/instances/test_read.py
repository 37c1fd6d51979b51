"""Reading what is sound: habits of spreadsheets, ways to write a value, and the same data in any order."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from instances import Instance, InstanceError, read, shipped
from instances.tables import TABLES, Adjacency, Compatibility, History

BASE = Path(__file__).parents[1] / "malformed" / "base"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the three councils that tests/malformed starts from."""
    return Path(shutil.copytree(BASE, tmp_path / "councils"))


def edit(folder: Path, table: str, old: str, new: str) -> None:
    """Replace text that stands once in a table."""
    path = folder / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8", newline="")


def append(folder: Path, table: str, row: str) -> None:
    """Add a row to a table."""
    with (folder / f"{table}.csv").open("a", encoding="utf-8") as file:
        file.write(f"{row}\n")


def annual_cost(instance: Instance) -> float:
    """The figure that most tests write in another way."""
    return instance.baselines["Ash", "payroll"].annual_cost


def test_types_units_and_defaults() -> None:
    """Numbers, dates, lists and truth values are what they say; a blank cell is not given, or its default."""
    base = read(BASE)
    ash, elm = base.baselines["Ash", "payroll"], base.baselines["Elm", "waste"]
    assert (ash.annual_cost, ash.fixed_cost, ash.procured_cost, ash.variable_cost) == (400_000, 120_000, 80_000, 200_000)
    assert (ash.volume, ash.platform, ash.performance, ash.host_capacity, ash.source) == (4000, "Orchard", 0.8, 12_000, "budget book")
    assert (elm.platform, elm.host_capacity, elm.can_host) == (None, None, True)
    contract = base.contracts["Ash", "waste"]
    assert (contract.expires, contract.break_from) == (dt.date(2028, 10, 1), dt.date(2027, 10, 1))
    assert base.contracts["Elm", "waste"].termination_charge == 0
    assert base.services["payroll"].phase_in == (0.4, 0.8, 1)
    assert base.phase_in("waste") == (0.5, 1)
    assert (base.parameter("payroll", "process_saving"), base.parameter("waste", "process_saving")) == (0.12, 0.1)
    assert base.rows(Compatibility)[0].service is None
    assert base.name == "base"


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("TRUE", True), ("Yes", True), ("1", True), ("false", False), ("No", False), ("0", False), ("", True)],
)
def test_truth_values(folder: Path, text: str, value: bool) -> None:
    """true, yes and 1 in any case; a council may host unless it says no."""
    edit(folder, "baselines", "Orchard,0.8,true", f"Orchard,0.8,{text}")
    assert read(folder).baselines["Ash", "payroll"].can_host is value


@pytest.mark.parametrize("text", ["400000", "400000.00", "+400000", "4e5", "400000.", " 400000 ", "0400000"])
def test_plain_numbers(folder: Path, text: str) -> None:
    """Nothing is said about them."""
    edit(folder, "baselines", "Ash,payroll,400000", f"Ash,payroll,{text}")
    instance = read(folder)
    assert annual_cost(instance) == 400_000
    assert instance.notes == ()


@pytest.mark.parametrize("text", ["£400000", "£400,000", '"400,000"', '"£400,000.00"', '"£ 400,000"', '"+£400,000"', '"£+400,000"'])
def test_money_is_accepted_and_said(folder: Path, text: str) -> None:
    """A pound sign or thousands separators, in quotes where there is a comma."""
    quoted = text if text.startswith('"') or "," not in text else f'"{text}"'
    edit(folder, "baselines", "Ash,payroll,400000", f"Ash,payroll,{quoted}")
    instance = read(folder)
    assert annual_cost(instance) == 400_000
    assert instance.notes == ("baselines.csv: 1 number is written with a currency sign or thousands separators; read as plain numbers",)


def test_money_notes_count(folder: Path) -> None:
    """One note for each table."""
    edit(folder, "baselines", "Ash,payroll,400000,120000", 'Ash,payroll,"£400,000","£120,000"')
    edit(folder, "tiers", "100000", '"100,000"')
    assert read(folder).notes == (
        "baselines.csv: 2 numbers are written with a currency sign or thousands separators; read as plain numbers",
        "tiers.csv: 1 number is written with a currency sign or thousands separators; read as plain numbers",
    )
    assert read(folder).digests() == read(BASE).digests()


def test_negative_money(folder: Path) -> None:
    """The sign stands before or behind the pound sign."""
    for number, text in enumerate(("-£1,500", "£-1,500")):
        append(folder, "estimates", f'Oak,payroll,{("Ash", "Elm")[number]},"{text}",,')
    assert [row.annual_saving for row in read(folder).tables["estimates"] if row.council == "Oak"] == [-1500, -1500]  # type: ignore[attr-defined]


def everything(instance: Instance) -> tuple[Any, ...]:
    """What must not depend on how the files are written."""
    return instance, instance.digests(), {name: instance.frame(name).to_csv() for name in TABLES}


def rewrite(folder: Path, change: Any) -> None:
    """Rewrite every table."""
    for path in folder.glob("*.csv"):
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))
        path.write_bytes(change(rows))


def as_bytes(rows: list[list[str]], end: str = "\n") -> bytes:
    """Rows as CSV."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end).writerows(rows)
    return out.getvalue().encode()


def padded(rows: list[list[str]]) -> bytes:
    """Blank columns and rows behind the last ones, and blank rows between."""
    wide = [[*row, "", " ", ""] for row in rows]
    return as_bytes([wide[0], ["", ""], *wide[1:], [""] * 9, [" "]])


def spaced(rows: list[list[str]]) -> bytes:
    """Spaces, ordinary and not breaking, around every cell."""
    return as_bytes([[f" {cell}\u00a0" for cell in row] for row in rows])


def trimmed(rows: list[list[str]]) -> bytes:
    """A spreadsheet leaves out blank cells at the ends of rows."""
    return as_bytes([row[: max(i for i, cell in enumerate(row) if cell) + 1] for row in rows])


def turned(rows: list[list[str]]) -> bytes:
    """Columns in another order."""
    return as_bytes([row[::-1] for row in rows])


def spacer(rows: list[list[str]]) -> bytes:
    """A blank column in the middle."""
    return as_bytes([[*row[:1], "", *row[1:]] for row in rows])


HABITS = {
    "byte order mark": lambda rows: b"\xef\xbb\xbf" + as_bytes(rows),
    "line ends of Windows": lambda rows: as_bytes(rows, "\r\n"),
    "line ends of an old Mac": lambda rows: as_bytes(rows, "\r"),
    "blank columns and rows": padded,
    "spaces": spaced,
    "short rows": trimmed,
    "other order of columns": turned,
    "blank column": spacer,
    "no line end behind the last row": lambda rows: as_bytes(rows).rstrip(b"\n"),
    "every cell in quotes": lambda rows: "\n".join(",".join(f'"{cell}"' for cell in row) for row in rows).encode(),
}


@pytest.mark.parametrize("habit", HABITS)
def test_habits_of_spreadsheets(folder: Path, habit: str) -> None:
    """The same instance and the same digests, and nothing to say about it."""
    rewrite(folder, HABITS[habit])
    assert everything(read(folder))[1:] == everything(read(BASE))[1:]
    assert read(folder).notes == ()


@pytest.mark.parametrize("seed", range(8))
def test_shuffled_rows_are_the_same_instance(folder: Path, seed: int) -> None:
    """Whatever the order of the rows, and though some pairs stand both ways round."""
    for row in ("Elm,Ash,14,25", "Oak,Elm,17,30"):
        append(folder, "distances", row)
    append(folder, "history", "Elm,Ash,4,joint audit")
    before = everything(read(folder))
    rewrite(folder, lambda rows: as_bytes([rows[0], *random.Random(seed).sample(rows[1:], len(rows) - 1)]))
    assert everything(read(folder)) == before


def test_a_pair_both_ways_round_is_one_pair(folder: Path) -> None:
    """With the same figures; years of joint working are not counted twice."""
    append(folder, "history", "Elm,Ash,4,joint audit")
    append(folder, "adjacency", "Elm,Ash")
    instance = read(folder)
    assert [(row.council_a, row.council_b, row.years) for row in instance.rows(History)] == [("Ash", "Elm", 4)]
    assert len(instance.rows(Adjacency)) == 2
    assert instance.digests() == read(BASE).digests()


def test_lines_are_rows_of_the_spreadsheet(folder: Path) -> None:
    """The header is row 1; blank rows count; a row may stretch over several lines of the file."""
    edit(folder, "councils", "Ash,Ash Borough Council", '\nAsh,"Ash\nBorough Council"')
    instance = read(folder)
    assert dict(zip((row.council for row in instance.councils.values()), instance.lines["councils"], strict=True)) == {
        "Ash": 3,
        "Elm": 4,
        "Oak": 5,
    }


def test_text_with_commas_and_quotes(folder: Path) -> None:
    """As CSV has them."""
    edit(folder, "contracts", "Bins Ltd", '"Bins, Carts and ""Sons"""')
    assert read(folder).contracts["Ash", "waste"].supplier == 'Bins, Carts and "Sons"'


def test_names_may_hold_anything_that_can_be_seen(folder: Path) -> None:
    """Dots, apostrophes, accents; the case of letters counts."""
    for path in folder.iterdir():
        path.write_text(path.read_text(encoding="utf-8").replace("Oak", "St. Ives-sur-l'Étang"), encoding="utf-8")
    assert "St. Ives-sur-l'Étang" in read(folder).councils


def test_source_and_note_stand_in_every_table(folder: Path) -> None:
    """They travel with the rows."""
    for name in ("councils", "services", "tiers"):
        rewrite_one = [
            line + extra for line, extra in zip((folder / f"{name}.csv").read_text().splitlines(), [",note", *[",why"] * 9], strict=False)
        ]
        (folder / f"{name}.csv").write_text("\n".join(rewrite_one))
    assert {row.note for name in ("councils", "services", "tiers") for row in read(folder).tables[name]} == {"why"}


def test_optional_tables_may_be_left_out_or_have_no_rows(folder: Path) -> None:
    """Only three are required."""
    for name in set(TABLES) - {"councils", "services", "baselines"}:
        (folder / f"{name}.csv").unlink(missing_ok=True)
    (folder / "tiers.csv").write_text("service,from_volume,rate\n")
    (folder / "options.csv").write_text("council,service,option\n")
    toml = (folder / "instance.toml").read_text()
    (folder / "instance.toml").write_text(toml.replace(', "tiers.payroll.*.rate = 0.01"', "").replace("maximum_distance = 40\n", ""))
    assert {name for name, rows in read(folder).tables.items() if rows} == {"councils", "services", "baselines"}


def test_other_files_are_passed_over(folder: Path) -> None:
    """What no one could take for a table; a CSV file is mentioned."""
    for name in ("readme.txt", ".~lock.baselines.csv#", ".hidden.csv", "~baselines.csv", "baselines.xlsx"):
        (folder / name).write_text("x")
    (folder / "working_papers.csv").write_text("x")
    (folder / "baselines_old.csv").write_text("x")
    instance = read(folder)
    assert instance == read(folder)
    assert instance.notes == (
        "baselines_old.csv is not a table of the format and was not read",
        "working_papers.csv is not a table of the format and was not read",
    )


def test_what_has_no_effect_is_said(folder: Path) -> None:
    """Vetoes while compatibility is off, and councils and services that nothing is known of."""
    toml = (folder / "instance.toml").read_text().replace("compatibility = { minimum = 0.3 }\n", "")
    (folder / "instance.toml").write_text(toml)
    edit(folder, "compatibility", "Ash,Oak,,0.6", "Ash,Oak,,0")
    append(folder, "councils", "Yew,,,51.3,1,,,,")
    append(folder, "services", "legal,,,,,")
    assert read(folder).notes == (
        "compatibility.csv: 1 veto has no effect while rule compatibility is off",
        "services.csv: no council runs legal",
        "councils.csv: Yew runs no service",
    )


@pytest.mark.parametrize("name", shipped())
def test_shipped_cases_read_by_name(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From any folder."""
    monkeypatch.chdir(tmp_path)
    assert read(name).name == name


def test_a_folder_goes_before_a_shipped_case(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy under the same name is what is meant by it."""
    folder.rename(folder.parent / "east-kent")
    monkeypatch.chdir(folder.parent)
    assert sorted(read("east-kent").councils) == ["Ash", "Elm", "Oak"]


def test_the_error_lists_every_fault(folder: Path) -> None:
    """Its text is what the command line prints."""
    edit(folder, "baselines", "Ash,payroll,400000", "Ash,payroll,lots")
    edit(folder, "tiers", "0.04", "4")
    with pytest.raises(InstanceError) as error:
        read(folder)
    assert str(error.value).splitlines() == [
        f"2 faults in '{folder}'",
        "  baselines.csv row 2, annual_cost: 'lots' is not a number; write a plain number such as 1250.50",
        "  tiers.csv row 3, rate: '4' is out of range; expected at most 1",
    ]
    fault = error.value.faults[1]
    assert (fault.table, fault.row, fault.column, fault.nearest) == ("tiers.csv", 3, "rate", None)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("12%", "write 0.12"),
        ("12.5 per cent", "write 0.125"),
        ("100%", "write 1"),
        ("1.234,50", "write 1234.50"),
        ("0,5", "write 0.5"),
        ("1 234 567", "write 1234567"),
        ("1\u00a0234.5", "write 1234.5"),
        ("1'234", "write 1234"),
        ("(1,234)", "write -1234"),
        ("\u2212 5", "write a plain number such as 1250.50"),
        ("\u22125", "write -5"),
        ("1.2m", "write 1200000"),
        ("£3bn", "write 3000000000"),
        ("12k", "write 12000"),
        ("12 fte", "write 12"),
        ("£12 pa", "write 12"),
        ("n/a", "leave it blank where it is not known"),
        ("-", "leave it blank where it is not known"),
        ("unlimited", "leave it blank where there is no limit"),
        ("١٢", "write a plain number such as 1250.50"),
        ("1_000", "write a plain number such as 1250.50"),
        ("--5", "write a plain number such as 1250.50"),
    ],
)
def test_numbers_written_another_way(folder: Path, text: str, meant: str) -> None:
    """Refused, with the number that was most likely meant."""
    edit(folder, "baselines", "Ash,payroll,400000", f'Ash,payroll,"{text}"')
    with pytest.raises(InstanceError) as error:
        read(folder)
    assert [fault.expected for fault in error.value.faults] == [meant]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("31/03/2028", "write YYYY-MM-DD, here 2028-03-31"),
        ("31.3.28", "write YYYY-MM-DD, here 2028-03-31"),
        ("3/3/2028", "write YYYY-MM-DD, here 2028-03-03"),
        ("1/4/2028", "write YYYY-MM-DD, here 2028-04-01 if the day stands first"),
        ("2028/3/31", "write YYYY-MM-DD, here 2028-03-31"),
        ("20280331", "write YYYY-MM-DD, here 2028-03-31"),
        ("2028-03-31T00:00:00Z", "write YYYY-MM-DD, here 2028-03-31"),
        ("31st March 2028", "write YYYY-MM-DD, here 2028-03-31"),
        ("31-Mar-28", "write YYYY-MM-DD, here 2028-03-31"),
        ("31 Mars 2028", "write YYYY-MM-DD, here 2028-03-31"),
        ("1 Floreal 2028", "write YYYY-MM-DD"),
        ("30/02/2028", "write YYYY-MM-DD; February 2028 has 29 days"),
        ("2028-00-10", "write YYYY-MM-DD"),
        ("46843", "write YYYY-MM-DD, here 2028-03-31 if it is a spreadsheet's day number"),
        ("1700000000", "write YYYY-MM-DD"),
        ("٢٠٢٨-٠٣-٣١", "write YYYY-MM-DD"),
    ],
)
def test_dates_written_another_way(folder: Path, text: str, meant: str) -> None:
    """Refused, with the day that was most likely meant."""
    edit(folder, "contracts", "2028-10-01", text)
    with pytest.raises(InstanceError) as error:
        read(folder)
    assert [fault.expected for fault in error.value.faults] == [meant]

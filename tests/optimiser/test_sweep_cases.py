"""The cases of a sweep: from files, grids and scenarios; crossed; every fault of every case found at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from instances import InstanceError, read
from optimiser.errors import UsageError
from optimiser.pipeline import SolveSettings
from optimiser.sweep import SweepCase, combinations, crossed, each, grid, read_cases
from optimiser.sweep.cases import split_values
from optimiser.sweep.preparing import Prepared, prepared
from optimiser.sweep.work import Base


def written(folder: Path, text: str, name: str = "cases.csv") -> Path:
    """A file of cases."""
    path = folder / name
    path.write_bytes(text.encode())
    return path


def plain(cases: list[SweepCase]) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Name, scenarios and overrides of each."""
    return [(case.name, case.scenarios, case.overrides) for case in cases]


def ready(cases: list[SweepCase], *, scenarios: list[str] | None = None, overrides: list[str] | None = None) -> list[Prepared]:
    """Cases of East Kent, ready to be solved."""
    return prepared(Base.of(read("east-kent"), SolveSettings()), cases, scenarios or [], overrides or [])


def faults_of(cases: list[SweepCase], **common: list[str]) -> list[str]:
    """Every fault of cases of East Kent."""
    with pytest.raises(InstanceError) as refused:
        ready(cases, **common)
    return [str(fault) for fault in refused.value.faults]


LISTS = [
    ("low", (), ("rules.minimum_saving=0.05", "economics.turnover = 0.1")),
    ("later", ("shepway-joins-later", "no-test"), ()),
    ("total", ("no-test",), ("rules.minimum_total_saving={ amount = 1, year = 3 }",)),
]


@pytest.mark.parametrize("form", ["plain", "spreadsheet"])
def test_csv(tmp_path: Path, form: str) -> None:
    """A row for each override; as a spreadsheet saves it, with a mark at its head, its own ends of line, quotes, and blank rows and columns."""
    text = (
        "case,override,scenario,note\n"
        "low,rules.minimum_saving=0.05,,from the board\n"
        "low,economics.turnover = 0.1,,\n"
        'later,,"shepway-joins-later, no-test",\n'
        'total,"rules.minimum_total_saving={ amount = 1, year = 3 }",no-test,\n'
    )
    if form == "spreadsheet":
        text = "\ufeff" + text.replace("note\n", 'note,\n"",,,,\n').replace("low,", '"low",').replace("\n", "\r\n")
    assert plain(read_cases(written(tmp_path, text))) == LISTS


def test_toml(tmp_path: Path) -> None:
    """A table or a list for each case, as scenarios of an instance are written."""
    text = """
[cases]
low = ["rules.minimum_saving=0.05", "economics.turnover = 0.1"]

[cases.later]
scenarios = ["shepway-joins-later", "no-test"]
note = "as the board has asked"

[cases.total]
scenarios = ["no-test"]
overrides = ["rules.minimum_total_saving={ amount = 1, year = 3 }"]
"""
    assert plain(read_cases(written(tmp_path, text, "cases.toml"))) == LISTS


CSV_FAULTS = {
    "": ["cases.csv: has no header; the first row names the columns: case, override and, where they are used, scenario"],
    "case,overide\na,b=1\n": [
        "cases.csv row 1: 'overide' is not a column; did you mean 'override'?",
        "cases.csv row 1: column override is missing; the first row names the columns: case, override and, where they are used, scenario",
    ],
    "case;override\na;b=1\n": ["cases.csv row 1: 'case;override' has no commas; save it as CSV with commas between the cells"],
    "case,override\n": ["cases.csv: has no cases; the first row names the columns: case, override and, where they are used, scenario"],
    "case,override\n,b=1\na,b={x=1,y=2}\nbase,c=1\nd,e=1\nf,g=1\nd,h=1\n": [
        "cases.csv row 2, case: is blank; write the name of the case in each of its rows",
        "cases.csv row 3: has 3 cells, the header 2; put an override with commas in double quotes",
        "cases.csv row 4, case: a case cannot be called 'base', which is the instance as it is; give it another name",
        "cases.csv row 7, case: 'd' stands in row 5, too, with other cases between; put its rows together, or rename one",
    ],
    'case,override\n"a,b=1\n': ["cases.csv row 2: a quote is opened and never closed; close it, or remove it"],
}


@pytest.mark.parametrize("text", CSV_FAULTS, ids=[str(number) for number in range(len(CSV_FAULTS))])
def test_csv_that_cannot_be_read(tmp_path: Path, text: str) -> None:
    """Every fault with its row."""
    with pytest.raises(InstanceError) as refused:
        read_cases(written(tmp_path, text))
    found = [str(fault) for fault in refused.value.faults]
    assert [one for one in found if "has no cases" not in one or one in CSV_FAULTS[text]] == CSV_FAULTS[text]


def test_toml_that_cannot_be_read(tmp_path: Path) -> None:
    """Every fault with its key."""
    text = """
[case.x]
[cases]
a = 5
base = []
b = [1, "c=1"]
[cases.d]
override = ["e=1"]
scenarios = "no-test"
"""
    with pytest.raises(InstanceError) as refused:
        read_cases(written(tmp_path, text, "cases.toml"))
    assert [str(fault).partition(";")[0] for fault in refused.value.faults] == [
        "cases.toml: 'case' is not a section",
        "cases.toml, cases.a: 5 is not a case",
        "cases.toml, cases.base: a case cannot be called 'base', which is the instance as it is",
        "cases.toml, cases.b.overrides item 1: 1 is not text",
        "cases.toml, cases.d: 'override' is not a key here",
        "cases.toml, cases.d.scenarios: 'no-test' is not a list",
    ]
    for text, says in (("[cases", "is not TOML"), ("", "has no cases"), ("cases = 5", "is not a table")):
        with pytest.raises(InstanceError, match=says):
            read_cases(written(tmp_path, text, "cases.toml"))


def test_files_of_other_kinds(tmp_path: Path) -> None:
    """Named, with what would do."""
    with pytest.raises(UsageError, match=r"cases\.xlsx is neither CSV nor TOML"):
        read_cases(written(tmp_path, "", "cases.xlsx"))
    with pytest.raises(UsageError, match=r"none\.csv: there is no such file"):
        read_cases(tmp_path / "none.csv")
    with pytest.raises(InstanceError, match="is a workbook or an archive, not CSV"):
        read_cases(written(tmp_path, "PK\x03\x04", "cases.csv"))


def test_grid() -> None:
    """Every combination, the last path varying quickest; an override is written as `--set` would have it, so that the store knows it."""
    cases = grid("rules.minimum_saving=0.05, off", "services.*.duplication_avoided*=0.9,1.1")
    assert plain(cases) == [
        (
            f"minimum_saving={saving} & duplication_avoided*={part}",
            (),
            (f"rules.minimum_saving={saving}", f"services.*.duplication_avoided*={part}"),
        )
        for saving in ("0.05", "off")
        for part in ("0.9", "1.1")
    ]
    assert cases[0].values == {"rules.minimum_saving": "0.05", "services.*.duplication_avoided *=": "0.9"}


@pytest.mark.parametrize(
    ("text", "overrides"),
    [
        (
            "contracts.Dover.waste.expires=2026-04-01,none",
            ["contracts.Dover.waste.expires=2026-04-01", "contracts.Dover.waste.expires=none"],
        ),
        (
            "contracts.Dover.waste.expires += 6 months, -1 year",
            ["contracts.Dover.waste.expires += 6 months", "contracts.Dover.waste.expires += -1 year"],
        ),
        ("economics.growth=-0.01,.5", ["economics.growth=-0.01", "economics.growth=.5"]),
        ("economics.phase_in=[0.5, 1.0],[1]", ["economics.phase_in=[0.5, 1.0]", "economics.phase_in=[1]"]),
        ('councils.Dover.control="Lab, Con",Con', ['councils.Dover.control="Lab, Con"', "councils.Dover.control=Con"]),
        (
            "rules.partnership_size={ minimum = 2, maximum = 3 },off",
            ["rules.partnership_size={ minimum = 2, maximum = 3 }", "rules.partnership_size=off"],
        ),
        ("commitments.Shepway.*=off", ["commitments.Shepway.*=off"]),
        ('baselines."St. Ives".payroll.annual_cost=1', ['baselines."St. Ives".payroll.annual_cost=1']),
    ],
)
def test_values_of_a_grid(text: str, overrides: list[str]) -> None:
    """Dates, spans, words, negative numbers, lists, tables, quotes."""
    assert [case.overrides for case in grid(text)] == [(override,) for override in overrides]


def test_names_of_a_grid() -> None:
    """Short, and told apart where the ends of paths are the same."""
    names = [case.name for case in grid("baselines.Ash.payroll.annual_cost*=0.9", "baselines.Elm.payroll.annual_cost*=1.1")]
    assert names == ["Ash.payroll.annual_cost*=0.9 & Elm.payroll.annual_cost*=1.1"]
    (case,) = grid("services.*.growth=0.1", "baselines.*.growth=0.2")
    assert case.name == "services.*.growth=0.1 & baselines.*.growth=0.2"
    assert [case.name for case in grid("commitments.Shepway.*=off")] == ["Shepway=off"]


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["rules.minimum_saving"], "is not a grid; write PATH=A,B,C"),
        (["=1,2"], "is not a grid"),
        (["rules.minimum_saving=0.1,,0.2"], "has a value that is blank; write none"),
        (["rules.minimum_saving="], "has a value that is blank"),
        (["rules.minimum_saving=0.1,0.1"], "0.1 stands twice; keep one"),
        (["a.b=1", "a.b=2"], "--grid a.b stands twice; give all its values at once"),
        ([f"a.{letter}={','.join(map(str, range(50)))}" for letter in "bcd"], "that makes 125,000 cases; a sweep has 10,000 at most"),
    ],
)
def test_grids_that_cannot_be(texts: list[str], says: str) -> None:
    """With what to write."""
    with pytest.raises(UsageError) as refused:
        grid(*texts)
    assert says in str(refused.value)


def test_values_are_split_outside_quotes_only() -> None:
    """And outside brackets."""
    assert list(split_values("a, 'b,c' ,[1,[2,3]],{x=1,y=\"}\"}")) == ["a", "'b,c'", "[1,[2,3]]", '{x=1,y="}"}']


def test_scenarios() -> None:
    """Each by itself or two at once; or every combination, in the order in which they are named."""
    assert [case.scenarios for case in each(["a", "b+c"])] == [("a",), ("b", "c")]
    assert [case.name for case in combinations(["b", "a", "c"])] == ["", "b", "a", "c", "b+a", "b+c", "a+c", "b+a+c"]
    with pytest.raises(UsageError, match="names a twice"):
        combinations(["a", "a"])
    with pytest.raises(UsageError, match="20 scenarios make 1,048,576 cases"):
        combinations([str(number) for number in range(20)])
    with pytest.raises(UsageError, match="two cases are called 'a'"):
        each(["a", "a"])


def test_crossed() -> None:
    """Cases of a file with a grid; scenarios with a grid, which is there without a scenario too; what changes nothing is the base."""
    low = SweepCase("low", ("s",), ("a.b=1",))
    assert plain(crossed([low], grid("c.d=1,2"))) == [("low & d=1", ("s",), ("a.b=1", "c.d=1")), ("low & d=2", ("s",), ("a.b=1", "c.d=2"))]
    assert [case.name for case in crossed(combinations(["x"]), grid("c.d=1"))] == ["d=1", "x & d=1"]
    assert [case.name for case in crossed(combinations(["x"]))] == ["x"]


def test_a_case_is_what_solve_is_told() -> None:
    """Scenarios first, then overrides; those of all cases before those of each; the request is that of the same data read at once."""
    case = SweepCase("low", ("no-test",), ("economics.turnover=0.1",))
    base, one = ready([case], scenarios=["shepway-joins-later"], overrides=["economics.redundancy_cost=1"])
    assert base.task.overrides == ("economics.redundancy_cost=1",)
    alone = read(
        "east-kent", scenarios=["shepway-joins-later", "no-test"], overrides=["economics.redundancy_cost=1", "economics.turnover=0.1"]
    )
    assert one.task.request == Base.of(alone, SolveSettings()).case_of(alone, one.task).request
    assert one.task.request != base.task.request


def test_every_fault_of_every_case(tmp_path: Path) -> None:
    """With file, row and case, what is wrong and the nearest name; once, however many cases have it; the sound cases have none."""
    text = """case,override,scenario
low,rules.minimum_savin=0.05,
fine,rules.minimum_saving=0.05,
no test,,no-tset
low2,baselines.Dover.planning.annual_cost = 5,
"""
    cases = crossed(read_cases(written(tmp_path, text)), grid("rules.payback=5,x"))
    assert faults_of(cases, overrides=["oops=1"])[0].startswith("override, oops=1: 'oops' is neither a table nor a section")
    assert faults_of(cases) == [
        "cases.csv row 2, case 'low', rules.minimum_savin=0.05: matches nothing; did you mean 'rules.minimum_saving'?",
        "--grid, rules.payback=x: 'x' is text, not a number; write a plain number such as 1250.50",
        "cases.csv row 4, case 'no test': 'no-tset' is not a scenario of this instance; it has: shepway-joins-later, shepway-joins-at-once, "
        "no-test, equal-hosting-costs, optimism-bias, evidence-mid; did you mean 'no-test'?",
        "baselines.csv row 23, annual_cost: 5.00 is less than fixed_cost 162,000.00 and procured_cost 330,000.00 together "
        "(after the overrides of case 'low2 & payback=5'); the two are parts of it; the rest is variable cost",
    ]


def test_scenarios_that_do_not_go_together() -> None:
    """The combination that cannot be had is named, with what cannot be applied."""
    found = faults_of(crossed(combinations(["shepway-joins-at-once", "shepway-joins-later"])))
    assert found[0] == (
        "--combinations, case 'shepway-joins-at-once+shepway-joins-later', commitments.Shepway.*.decision = not_before: "
        "matches nothing; commitments has no rows"
    )

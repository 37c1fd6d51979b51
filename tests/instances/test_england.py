"""An area of England as an instance: who is in it, which figures it takes, what it leaves out, and that it says so.

Most tests run on a small made-up country with the columns of the published tables; the last ones on those themselves.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from england_country import (
    COUNCILS,
    LINES,
    SHARED,
    change_evidence,
    needs_shared,
    row_of,
    settings,
    table,
    write_tables,
)

import instances.england as england
from instances import read
from instances.england import AreaError, AreaReport, write_area
from instances.tables import Council


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """The made-up country."""
    return write_tables(tmp_path)


@pytest.fixture
def ashshire(data: Path) -> Path:
    """The instance of the county and the unitary next to it."""
    folder = data.parent / "ashshire"
    write_area(folder, ["Ashshire", "Beech"], data)
    return folder


def test_public_names() -> None:
    """What the package offers."""
    assert england.__all__ == ["AreaError", "AreaReport", "write_area"]


COUNTY = ["Ashshire", "Elm", "Oak", "St Yew"]


@pytest.mark.parametrize(
    ("areas", "councils"),
    [
        (["ashSHIRE"], COUNTY),
        (["south"], [*COUNTY, "Beech"]),
        (["elm", "E06000001"], ["Beech", "Elm"]),
        (["E10000001", "E07000003"], ["Ashshire", "St Yew"]),
        (["Ashshire", "Birch", "Oak"], [*COUNTY, "Birch"]),
        (["St Yew", "st. yew", "Fir,  Pine and Larch"], ["Fir, Pine & Larch", "St Yew"]),
        (["England"], [*COUNTY, "Beech", "Birch", "Fir, Pine & Larch"]),
    ],
)
def test_area(data: Path, areas: list[str], councils: list[str]) -> None:
    """A county is its council and its districts; its code is the council alone; regions, names and codes mix."""
    report = write_area(data.parent / "out", areas, data)
    assert list(table(report.folder, "councils")["council"]) == sorted(councils)
    assert report.councils == len(councils)


def test_all_wrong_names_at_once(data: Path) -> None:
    """Areas and services that are not known are all said, with the nearest name or the reason."""
    with pytest.raises(AreaError) as caught:
        write_area(data.parent / "out", ["Ashire", "Elm", "St Yow"], data, services=["librarys", "parking"])
    assert len(caught.value.faults) == 4
    assert "'Ashire' is no council" in caught.value.faults[0]
    assert "'Ashshire'" in caught.value.faults[0]
    assert "'St Yow' is no council, county, region or GSS code of England" in caught.value.faults[1]
    assert "the nearest name is 'St" in caught.value.faults[1]
    assert "'libraries'" in caught.value.faults[2]
    assert "Net of charges" in caught.value.faults[3]
    assert not (data.parent / "out").exists()


@pytest.mark.parametrize("areas", [["Elm"], ["E10000001"], []])
def test_one_council_is_no_area(data: Path, areas: list[str]) -> None:
    """A partnership needs two."""
    with pytest.raises(AreaError, match="at least two councils"):
        write_area(data.parent / "out", areas, data)


def test_same_name_twice(tmp_path: Path) -> None:
    """Councils of one name are told apart by tier, then by code; the name alone means the first level that has it."""
    councils = COUNCILS.replace("Birch", "Ashshire").replace("Beech", "Elm").replace('"Fir, Pine & Larch"', "elm")
    report = write_area(tmp_path / "out", ["England"], write_tables(tmp_path, councils=councils))
    assert list(table(report.folder, "councils")["council"]) == [
        "Ashshire county", "Ashshire unitary", "Elm district", "Elm unitary E06000001", "Oak", "St Yew",
        "elm unitary E06000003",
    ]  # fmt: skip


def test_folder_in_use_is_refused(data: Path) -> None:
    """Nothing of ours overwrites a folder; an empty one is taken."""
    folder = data.parent / "out"
    folder.mkdir()
    write_area(folder, ["Ashshire"], data)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(AreaError, match=r"out exists and is not empty; name another folder"):
        write_area(folder, ["England"], data)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_whole_or_not_at_all(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk at the last moment leaves neither the folder nor its half-written shadow."""

    def full_disk(*_: object) -> None:
        raise OSError("no space left")

    before = sorted(data.parent.iterdir())
    monkeypatch.setattr(Path, "rename", full_disk)
    with pytest.raises(OSError, match="no space left"):
        write_area(data.parent / "out", ["Ashshire"], data)
    assert sorted(data.parent.iterdir()) == before


def test_same_bytes_every_time(data: Path) -> None:
    """The order in which areas are named does not matter to the tables, and nothing depends on the day."""
    first = write_area(data.parent / "first", ["Elm", "Ashshire"], data)
    second = write_area(data.parent / "second", ["Elm", "Ashshire"], data)
    for path in first.folder.iterdir():
        assert path.read_bytes() == (second.folder / path.name).read_bytes()


def test_faults_of_the_tables_at_once(tmp_path: Path) -> None:
    """A missing table, a missing column, a figure that is no number and a repeated row are all said."""
    data = write_tables(
        tmp_path,
        councils=COUNCILS.replace("latitude", "latitud").replace("300000", "many"),
        services=LINES + "cullib,505,Again,Cultural,line,libraries\n",
    )
    (data / "adjacency.csv").unlink()
    with pytest.raises(AreaError) as caught:
        write_area(tmp_path / "out", ["Ashshire"], data)
    assert [fault.split(":")[0] for fault in caught.value.faults] == [
        "councils.csv",
        "adjacency.csv",
        "councils.csv row 2, population",
        "services.csv row 10",
    ]
    assert "'latitud'" in str(caught.value)


def test_missing_evidence_is_said_at_once(data: Path) -> None:
    """A default that is missing or falls from low to high stops the writing; each is named."""

    def spoil(rows: pd.DataFrame) -> pd.DataFrame:
        rows.loc[rows["parameter"] == "turnover", "low"] = "0.5"
        return rows[(rows["parameter"] != "set_up_cost") | (rows["service_or_category"] != "libraries")]

    change_evidence(data, spoil)
    with pytest.raises(AreaError) as caught:
        write_area(data.parent / "out", ["South"], data)
    assert caught.value.faults == (
        "economics_evidence.csv: turnover / all_services: low, mid, high must be numbers that do not fall, not 0.5, 0.134, 0.17",
        "economics_evidence.csv: no recommended default of set_up_cost for libraries or front_line",
    )
    assert not (data.parent / "out").exists()


def test_evidence_elsewhere(data: Path) -> None:
    """The evidence need not lie beside the data."""
    elsewhere = data.parent / "evidence.csv"
    (data.parent / "economics_evidence.csv").rename(elsewhere)
    assert write_area(data.parent / "out", ["Ashshire"], data, elsewhere).councils == 4


def test_baseline_by_hand(ashshire: Path) -> None:
    """Elm's revenues: 400,000 + 600,000; 15 % fixed, 30 % procured, half staff at 46,000; not the older year."""
    row = row_of(ashshire, "Elm", "revenues_and_benefits")
    figures = ("annual_cost", "fixed_cost", "procured_cost", "fte", "volume", "platform", "can_host", "host_capacity")
    assert [row[name] for name in figures] == [
        "1000000",
        "150000",
        "300000",
        "10.87",
        "100000",
        "Elm",
        "true",
        "600000",
    ]
    assert row["source"] == ("RA budget 2023-24, net current expenditure (spend.csv): line 457 housgfcfbnfadm + line 628 centaxoth")
    assert row["note"].startswith("ASSUMPTION: fixed 15 %, procured 30 %, employees 50 % of annual_cost; 46000 GBP a post")


def test_recycling_counts_as_collection(ashshire: Path) -> None:
    """Recycling is often reported inside collection, so the two are one; the county's recycling is another job."""
    rows = table(ashshire, "baselines").query("service == 'waste_collection'").set_index("council")["annual_cost"]
    assert dict(rows) == {"Elm": "3000000", "Oak": "4000000", "St Yew": "2500000", "Beech": "8000000"}


def test_what_is_left_out_is_said(data: Path) -> None:
    """Net <= 0, a missing line, a slip, a special duty and another tier's figure become a sentence, not a baseline."""
    report = write_area(data.parent / "out", ["England"], data)
    baselines = table(report.folder, "baselines").groupby("service")["council"].agg(list)
    assert baselines["building_control"] == ["Beech", "Elm", "Fir, Pine & Larch"]
    assert "Birch" not in baselines["revenues_and_benefits"]
    assert baselines["libraries"] == ["Ashshire", "Beech", "Birch", "Fir, Pine & Larch"]
    said = "\n".join(report.left_out)
    assert "1 council: no building_control figure (net <= 0: fees or recharges cover the cost" in said
    assert "(under 5% of the tier's median, also per head: probably booked elsewhere): St Yew" in said
    assert "(over 10 times the tier's median, also per head: probably another duty): Birch" in said
    assert "1 council: no revenues_and_benefits figure (a line is missing): Birch" in said
    assert "no waste_collection figure (a duty of the other tier, or another job under the same line): Ashshire" in said
    assert "IT, HR, payroll" in said
    assert said.count("libraries") == 0, "districts that report nothing for libraries are no gap"


def test_council_without_any_budget(tmp_path: Path) -> None:
    """It stays in councils.csv, to be filled in, and is named."""
    data = write_tables(tmp_path)
    spend = (data / "spend.csv").read_text(encoding="utf-8").splitlines()
    (data / "spend.csv").write_text("\n".join(row for row in spend if not row.startswith("E07000002")), encoding="utf-8")
    report = write_area(tmp_path / "out", ["Ashshire"], data)
    assert report.left_out[0] == "1 council: no budget by line at all, so no baseline: Oak"
    assert "Oak" in set(table(report.folder, "councils")["council"])
    assert "Oak" not in set(table(report.folder, "baselines")["council"])


def test_nothing_to_plan_is_refused(data: Path) -> None:
    """No usable figure for the one service asked for."""
    with pytest.raises(AreaError, match="no council has a usable figure"):
        write_area(data.parent / "out", ["Elm", "Oak"], data, services=["libraries"])


def test_only_the_services_asked_for(data: Path) -> None:
    """`services` restricts every table."""
    report = write_area(data.parent / "out", ["Ashshire"], data, services=["revenues_and_benefits"])
    assert report.services == 1
    assert set(table(report.folder, "baselines")["service"]) == {"revenues_and_benefits"}
    assert set(table(report.folder, "tiers")["service"]) == {"revenues_and_benefits"}
    assert not any("waste_collection" in path for path in settings(report.folder)["ranges"])


def test_councils(ashshire: Path) -> None:
    """The latest year decides; no majority is NOC whatever the largest party; the code stays on record."""
    councils = table(ashshire, "councils").set_index("council")
    assert dict(councils["control"]) == {
        "Ashshire": "CON",
        "Beech": "NOC",
        "Elm": "LAB",
        "Oak": "NOC",
        "St Yew": "OTHER",
    }
    assert councils.loc["St Yew", "name"] == "St. Yew"
    assert councils.loc["Elm", "source"] == "councils.csv; control: political.csv, 2026"
    assert str(councils.loc["Oak", "note"]) == "GSS code E07000002; administration as published: LD min"


def test_control_that_is_not_known(data: Path) -> None:
    """It stays blank, and the row says so."""
    report = write_area(data.parent / "out", ["North"], data)
    councils = table(report.folder, "councils").set_index("council")
    assert councils.loc["Fir, Pine & Larch", "control"] == ""
    assert councils.loc["Fir, Pine & Larch", "source"] == "councils.csv; control: not found"


def test_neighbours(ashshire: Path) -> None:
    """Each pair once, names in order, only among the councils of the area."""
    pairs = table(ashshire, "adjacency")[["council_a", "council_b"]].to_numpy().tolist()
    assert pairs == [["Beech", "Elm"], ["Elm", "Oak"], ["Oak", "St Yew"]]


def test_neighbours_outside_are_named(data: Path) -> None:
    """Beech borders on the county and is not in it."""
    report = write_area(data.parent / "out", ["Ashshire"], data)
    assert "neighbours of the area, not looked at as partners: Beech" in report.left_out


def test_history(data: Path) -> None:
    """Elm and Oak: ten years from April 2017; undated and ended arrangements give none, parallel ones do not add."""
    report = write_area(data.parent / "out", ["England"], data)
    rows = table(report.folder, "history")[["council_a", "council_b", "years", "what"]].to_numpy().tolist()
    assert rows == [
        ["Birch", "Elm", "20", "Far Audit"],
        ["Elm", "Oak", "10", "Oak Legal (start not known); Elm and Oak Tax"],
    ]
    assert any(text.startswith("start not known") and "Oak Legal" in text for text in report.left_out)


@pytest.fixture(scope="module")
def kent(tmp_path_factory: pytest.TempPathFactory) -> AreaReport:
    """Kent from the published tables."""
    return write_area(tmp_path_factory.mktemp("kent") / "kent", ["Kent"], SHARED)


@needs_shared
def test_kent(kent: AreaReport) -> None:
    """The county council and its twelve districts; Medway is a unitary and not in the county."""
    councils = table(kent.folder, "councils")
    assert (kent.councils, kent.services) == (13, 15)
    assert sorted(councils["tier"].unique()) == ["county", "district"]
    assert {"Kent", "Canterbury", "Thanet"} < set(councils["council"])


@needs_shared
def test_kent_baselines_are_the_published_figures(kent: AreaReport) -> None:
    """Sums of published lines: revenues has three, waste collection four, libraries and licensing one."""
    spend = pd.read_csv(SHARED / "spend.csv").query("basis == 'budget' and financial_year == '2023-24'")
    lines = spend.set_index(["gss_code", "service"])["net_current_expenditure_gbp"]
    expected = {
        ("Canterbury", "revenues_and_benefits"): ("E07000106", ["housgfcfbnfadm", "centaxadm", "centaxoth"]),
        ("Dover", "waste_collection"): ("E07000108", ["envcll", "envtrd", "envrcy", "envmin"]),
        ("Kent", "libraries"): ("E10000016", ["cullib"]),
        ("Thanet", "licensing"): ("E07000114", ["envrglenvlcn"]),
    }
    for (council, service), (code, codes) in expected.items():
        cost = float(row_of(kent.folder, council, service)["annual_cost"])
        assert cost == sum(lines[code, line] for line in codes) > 0


@needs_shared
def test_sums_over_england(tmp_path: Path) -> None:
    """Baselines and what is left out are the published lines; parts add up to no more than the whole."""
    report = write_area(tmp_path / "england", ["England"], SHARED)
    assert report.councils == 317
    written = table(report.folder, "baselines")
    numbers = written[["annual_cost", "fixed_cost", "procured_cost"]].astype(float)
    assert (numbers["fixed_cost"] + numbers["procured_cost"] <= numbers["annual_cost"]).all()

    councils = table(report.folder, "councils")
    names = dict(zip(councils["note"].str.slice(9, 18), councils["council"], strict=True))
    lines = pd.read_csv(SHARED / "services.csv").query("level == 'line'").set_index("service")["suggested_engine_service"]
    budget = pd.read_csv(SHARED / "spend.csv").query("basis == 'budget'")
    budget["engine"] = budget["service"].map(lines).replace({"recycling": "waste_collection"})
    published = budget.groupby([budget["gss_code"].map(names), "engine"])["net_current_expenditure_gbp"].sum()
    for council, service, cost in zip(written["council"], written["service"], numbers["annual_cost"], strict=True):
        assert cost == published[council, service]
    missing = published[~published.index.isin(list(zip(written["council"], written["service"], strict=True)))]
    said = "\n".join(report.left_out)
    for council, service in missing[missing > 0].index:
        if service in set(written["service"]):
            assert any(f"no {service} figure" in line and str(council) in line for line in said.splitlines())


def test_a_county_lies_amid_its_districts(tmp_path: Path, data: Path) -> None:
    """Elm, Oak and St Yew by their 100, 120 and 80 thousand residents: 51.1 * 1/3 + 51.0 * 0.4 + 50.9 * 4/15 = 51.00667 north."""
    write_area(tmp_path / "out", ["Ashshire"], data)
    rows = {row.council: row for row in read(tmp_path / "out").rows(Council)}
    assert rows["Ashshire"].latitude == pytest.approx(51.00667, abs=1e-5)
    assert rows["Ashshire"].longitude == pytest.approx((0.4 * 100 + 0.6 * 120 + 0.5 * 80) / 300, abs=1e-5)
    assert (rows["Ashshire"].source or "").endswith("coordinates: mean of its districts by residents")
    assert "mean of its districts" not in (rows["Elm"].source or "")

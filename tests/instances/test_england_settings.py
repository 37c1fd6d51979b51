"""services.csv and instance.toml of an area of England: economics, ranges, scenarios, warnings, sources."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from england_country import BY_CATEGORY, BY_SERVICE, SHARED, TIERS, needs_shared, settings, table, write_tables

from instances import read
from instances.england import AreaReport, write, write_area
from instances.england.plan import planned


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


def test_pound_amounts_follow_the_size(ashshire: Path) -> None:
    """Revenues: median 1.75m here, 1.5m in the median district: x 1.17. Libraries: 4.5m, 2.0m in the median unitary."""
    services = table(ashshire, "services").set_index("service")
    assert services.loc["revenues_and_benefits", "set_up_cost"] == "175500"
    assert services.loc["revenues_and_benefits", "coordination_cost"] == "29200"
    assert services.loc["libraries", "hosting_cost"] == "135000"
    note = services.loc["revenues_and_benefits", "note"]
    assert "pound amounts x 1.17: median here 1,750,000 GBP a year / 1,500,000 (median district of England" in str(note)


def test_small_services_do_not_come_out_cheap_to_move(data: Path) -> None:
    """Elm and Fir: 1.0m against 1.5m would be x 0.67; to the power 0.7 it is x 0.75."""
    report = write_area(data.parent / "out", ["Elm", "E06000003"], data, services=["revenues_and_benefits"])
    assert table(report.folder, "services").loc[0, "set_up_cost"] == "112500"


def test_services_have_every_parameter(ashshire: Path) -> None:
    """No parameter is blank, convergence is at its low end, categories are known, each row names its evidence."""
    services = table(ashshire, "services")
    assert not (services == "").any().any()
    assert set(services["category"]) <= {"back_office", "management", "front_line"}
    assert set(services["convergence"]) == {"0"}
    assert set(services["phase_in"]) == {"0.5;0.8;1"}
    assert dict(zip(services["service"], services["maximum_distance"], strict=True)) == {
        "building_control": "50", "libraries": "117", "revenues_and_benefits": "50", "waste_collection": "50",
    }  # fmt: skip
    assert services["source"].str.startswith("economics_evidence.csv, rows ").all()


def test_convergence_at_the_middle(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The map of services decides which end is used; the range is then the evidence's own."""
    services = [replace(service, convergence="mid") for service in planned(["libraries"])]
    monkeypatch.setattr(write, "planned", lambda *_: services)
    report = write_area(data.parent / "out", ["South"], data)
    assert table(report.folder, "services").loc[0, "convergence"] == "0.25"
    assert settings(report.folder)["ranges"]["services.libraries.convergence"] == {"low": 0, "high": 0.5}
    assert not any(text.startswith("convergence") for text in report.assumptions)


def values_used(folder: Path) -> dict[str, Any]:
    """The value that the instance itself holds under every path that a range may have."""
    found: dict[str, Any] = {}
    for row in table(folder, "services").to_dict("records"):
        for name, cell in row.items():
            try:
                found[f"services.{row['service']}.{name}"] = [float(part) for part in str(cell).split(";")]
            except ValueError:
                continue
            found[f"services.*.{name}"] = found[f"services.{row['service']}.{name}"]
    for row in table(folder, "tiers").to_dict("records"):
        found[f"tiers.{row['service']}.{row['from_volume']}.rate"] = [float(row["rate"])]
    economics = settings(folder)["economics"]
    found["economics.discount_rate"] = [economics["discount_rate"]]
    found |= {f"economics.optimism_bias.{name}": [value] for name, value in economics["optimism_bias"].items()}
    return found


def check_ranges(folder: Path) -> None:
    """Every range holds the value used, and its line ends with the evidence behind it."""
    used = values_used(folder)
    lines = (folder / "instance.toml").read_text(encoding="utf-8").splitlines()
    ranges = settings(folder)["ranges"]
    assert ranges
    for path, ends in ranges.items():
        low, high = ([end] if isinstance(end, (int, float)) else end for end in (ends["low"], ends["high"]))
        assert all(a <= b <= c for a, b, c in zip(low, used[path], high, strict=True)), (path, low, used[path], high)
        (line,) = [line for line in lines if line.startswith(f'"{path}" = ')]
        assert "; economics_evidence.csv: " in line.partition("  # used ")[2]


def test_ranges(ashshire: Path) -> None:
    """Low <= used <= high with a source, for every parameter of every service that has a range in the evidence."""
    check_ranges(ashshire)
    ranges = settings(ashshire)["ranges"]
    parameters = {*BY_SERVICE, *BY_CATEGORY, "redundancy_cost", "turnover", "phase_in"} - {
        "fixed_share", "procured_share", "employee_share", "phase_in_year_1", "phase_in_year_2", "phase_in_year_3",
    }  # fmt: skip
    assert {path.split(".")[2] for path in ranges if path.startswith("services.")} == parameters
    assert ranges["services.*.redundancy_cost"] == {"low": 20000, "high": 55000}
    assert ranges["services.libraries.convergence"] == {"low": 0, "high": 0.25}
    assert ranges["services.libraries.phase_in"] == {"low": [0.1, 0.5, 0.9], "high": [0.75, 1, 1]}


def test_rates_cannot_fall_in_any_draw(ashshire: Path) -> None:
    """The range of each purchasing step ends where the next one begins, or before."""
    ranges = settings(ashshire)["ranges"]
    steps = [ranges[f"tiers.libraries.{volume}.rate"] for volume, *_ in TIERS if volume]
    assert steps == [{"low": 0.005, "high": 0.015}, {"low": 0.015, "high": 0.05}]
    assert all(below["high"] <= above["low"] for below, above in itertools.pairwise(steps))


def test_scenarios(ashshire: Path) -> None:
    """Low takes every saving at its low end and every cost at its high end; no_saving leaves none."""
    scenarios = settings(ashshire)["scenarios"]
    assert scenarios["no_saving"] == [
        "services.*.duplication_avoided = 0",
        "services.*.process_saving = 0",
        "services.*.convergence = 0",
        "tiers.*.*.rate = 0",
    ]
    assert "services.*.duplication_avoided = 0.2" in scenarios["low"]
    assert "services.revenues_and_benefits.set_up_cost = 468000" in scenarios["low"]
    assert "services.*.phase_in = [0.1, 0.5, 0.9]" in scenarios["low"]
    assert "baselines.*.libraries.fixed_cost *= 0.3333" in scenarios["low"]
    assert "economics.optimism_bias.savings = 0.5" in scenarios["low"]
    assert "economics.optimism_bias.costs = 0.56" in scenarios["low"]
    assert "services.*.duplication_avoided = 0.7" in scenarios["high"]
    assert "economics.optimism_bias.savings = 0" in scenarios["high"]
    assert "tiers.libraries.900000.rate = 0.05" in scenarios["high"]
    assert scenarios["unit_costs_converge"] == ["services.*.convergence = 0.25"]
    assert scenarios["pay_alignment_recurs"] == ["services.*.pay_alignment_cost_per_fte = 500"]
    assert scenarios["politics_aside"] == ["rules.compatibility = false"]
    assert scenarios["to_vesting"] == ["calendar.tranches = 2", "calendar.horizon_years = 1"]


def test_settings(ashshire: Path) -> None:
    """Calendar, economics and rules as the design asks; minimum_saving is off."""
    found = settings(ashshire)
    assert found["instance"]["title"] == "Ashshire, Beech"
    assert found["instance"]["price_year"] == "2023-24"
    assert "UNSETTLED" in found["instance"]["licence"]
    assert {name: str(value) for name, value in found["calendar"].items()} == {
        "start": "2027-04-01", "period_months": "6", "tranches": "8", "horizon_years": "10",
    }  # fmt: skip
    assert found["economics"] == {
        "discount_rate": 0.035,
        "phase_in": [0.5, 0.8, 1],
        "optimism_bias": {"savings": 0.25, "costs": 0.25},
    }
    assert found["rules"] == {
        "delivery_capacity": 2,
        "partnership_size": {"maximum": 6},
        "compatibility": {"minimum": 0.5, "scope": "all_pairs"},
    }


def test_every_setting_has_its_source(ashshire: Path) -> None:
    """A comment with a source stands before or beside every key of calendar, economics and rules."""
    text = (ashshire / "instance.toml").read_text(encoding="utf-8")
    for section in ("calendar", "economics", "rules"):
        block = next(part for part in text.split("\n\n") if f"\n[{section}]\n" in part)
        assert "source: " in block
    assert text.count("# source: ") >= 4


def test_reorganisation_is_said_first(data: Path) -> None:
    """It opens the report and stands in instance.toml before the first setting; a unitary area has no to_vesting."""
    report = write_area(data.parent / "county", ["Ashshire"], data)
    assert report.warnings[0].startswith("LOCAL GOVERNMENT REORGANISATION")
    assert "4 of these 4 councils" in report.warnings[0]
    assert "Ashshire and others: 2028-04-01" in report.warnings[0]
    head = (report.folder / "instance.toml").read_text(encoding="utf-8").partition("[instance]")[0]
    assert "LOCAL GOVERNMENT REORGANISATION" in head
    north = write_area(data.parent / "north", ["North"], data)
    assert "No county or district is in this area" in north.warnings[0]
    assert "to_vesting" not in settings(north.folder)["scenarios"]


def test_warnings(data: Path) -> None:
    """Older budgets, services that only one council runs, and sharing that exists are said by name."""
    said = "\n".join(write_area(data.parent / "out", ["England"], data).warnings)
    assert "No budget return for 2023-24" in said
    assert "Fir, Pine & Larch (2021-22)" in said
    assert "3 shared services running" in said
    assert "contracts.csv is empty" in said
    alone = "\n".join(write_area(data.parent / "county", ["Ashshire"], data).warnings)
    assert "libraries (Ashshire)" in alone


def test_tables_without_data_are_there_with_their_header(ashshire: Path) -> None:
    """Contracts and commitments are for the councils to fill in; instance.toml shows how."""
    assert table(ashshire, "contracts").empty
    assert table(ashshire, "commitments").empty
    text = (ashshire / "instance.toml").read_text(encoding="utf-8")
    assert "contracts.csv is EMPTY" in text
    assert "commitments.csv is EMPTY" in text


def test_report_counts_what_was_written(data: Path) -> None:
    """Rows of the three required tables, and the folder."""
    report = write_area(data.parent / "out", ["South"], data)
    assert isinstance(report, AreaReport)
    counted = {name: len(table(report.folder, name)) for name in ("councils", "services", "baselines")}
    assert counted == {"councils": report.councils, "services": report.services, "baselines": report.baselines}
    assert any(text.startswith("volume: residents") for text in report.assumptions)
    text = (report.folder / "instance.toml").read_text(encoding="utf-8").replace("\n#  ", "")
    assert all(" ".join(said.split()) in " ".join(text.split()) for said in (*report.warnings, *report.assumptions))


@pytest.mark.parametrize("scenario", ["", "no_saving", "low", "high", "unit_costs_converge", "politics_aside", "to_vesting"])
def test_our_reader_takes_it(ashshire: Path, scenario: str) -> None:
    """No fault in any table, range or scenario."""
    instance = read(ashshire, scenarios=[scenario] if scenario else [])
    assert len(instance.tables["councils"]) == 5


@pytest.fixture(scope="module")
def kent(tmp_path_factory: pytest.TempPathFactory) -> AreaReport:
    """Kent from the published tables."""
    return write_area(tmp_path_factory.mktemp("kent") / "kent", ["Kent"], SHARED)


@needs_shared
def test_kent_ranges(kent: AreaReport) -> None:
    """As on the made-up tables."""
    check_ranges(kent.folder)


@needs_shared
def test_kent_is_read_without_fault(kent: AreaReport) -> None:
    """The engine's own reader, with every scenario that is written."""
    for scenario in settings(kent.folder)["scenarios"]:
        assert read(kent.folder, scenarios=[scenario]).tables["councils"]

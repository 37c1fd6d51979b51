"""Write the instance folder of an area of England, whole or not at all."""

from __future__ import annotations

import os
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from instances.england import politics
from instances.england.area import Area, choose, council_keys
from instances.england.baselines import Spending, baselines_table, left_out, spending
from instances.england.economics import ServiceEconomics, economics, services_table
from instances.england.errors import AreaError
from instances.england.evidence import Evidence
from instances.england.findings import assumptions, gaps, size_note, warnings
from instances.england.overrides import ranges, scenarios
from instances.england.plan import Service, not_planned, planned
from instances.england.relations import History, adjacency_table, councils_table, history, tiers_table
from instances.england.settings_text import START, Content, settings_text
from instances.england.sources import Sources, read_sources
from instances.england.text import plain

CONTRACT_COLUMNS = (
    "council",
    "service",
    "supplier",
    "expires",
    "break_from",
    "termination_charge",
    "termination_share",
    "source",
    "note",
)
COMMITMENT_COLUMNS = ("council", "service", "decision", "other", "go_live", "source", "note")


@dataclass(frozen=True)
class AreaReport:
    """What was written: the folder, how many rows, and what the reader must know before using it.

    `assumptions` are figures that are ours and not the tables'; `left_out` is what the tables lack, with the councils
    named; `warnings` is what makes a plan wrong if it is overlooked. All three are in instance.toml too.
    """

    folder: Path
    councils: int
    services: int
    baselines: int
    assumptions: tuple[str, ...]
    left_out: tuple[str, ...]
    warnings: tuple[str, ...]


def write_area(
    folder: Path,
    areas: Sequence[str],
    data: Path,
    evidence: Path | None = None,
    *,
    services: Sequence[str] | None = None,
) -> AreaReport:
    """Write a commented instance for an area of England to `folder`, which must not exist or be empty.

    `areas`: counties (the county council and all its districts), regions, councils by name or GSS code, mixtures, or
    `England`. `data`: the folder of published tables. `evidence`: the economic evidence, by default
    `economics_evidence.csv` beside `data`. `services`: only these, by default all that are worth planning.
    The folder appears whole or not at all, and the same tables give the same bytes.
    Raises AreaError with all that is wrong with the names and the tables; nothing is written then.
    """
    _refuse_taken(folder)
    sources = read_sources(data, data.parent / "economics_evidence.csv" if evidence is None else evidence)
    area, chosen = _asked(sources, areas, services)
    proof = Evidence(sources.evidence)
    tables, settings, report = _build(folder, area, chosen, sources, proof)
    if proof.faults:
        raise AreaError(proof.faults)
    tomllib.loads(settings)
    _write_whole(folder, tables, settings)
    return report


def _refuse_taken(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AreaError([f"{folder} exists and is not empty; name another folder, or move this one away"])


def _asked(sources: Sources, areas: Sequence[str], services: Sequence[str] | None) -> tuple[Area, list[Service]]:
    """The councils and services asked for; wrong names of both kinds are said at once."""
    faults: list[str] = []
    area, chosen = None, None
    try:
        area = choose(sources.councils, areas)
    except AreaError as error:
        faults += error.faults
    try:
        chosen = planned(services)
    except AreaError as error:
        faults += error.faults
    if area is None or chosen is None:
        raise AreaError(faults)
    return area, chosen


def _build(
    folder: Path, area: Area, chosen: Sequence[Service], sources: Sources, evidence: Evidence
) -> tuple[Mapping[str, pd.DataFrame], str, AreaReport]:
    """Every table, the text of instance.toml, and the report. Faults of the evidence are kept in `evidence.faults`."""
    everywhere = spending(sources, sources.councils.assign(council=council_keys(sources.councils)), [*planned()])
    asked = {service.service for service in chosen}
    spent = Spending(everywhere.figures[everywhere.figures["service"].isin(asked)], everywhere.lines).of(area.councils["gss_code"])
    found = economics(spent, everywhere, chosen, evidence)
    if not found:
        raise AreaError([f"{area.title}: no council has a usable figure for any of these services; {'; '.join(left_out(spent))}"])
    run = [item.service for item in found]
    past = history(area, sources.arrangements, START)
    tables = {
        "councils": councils_table(area, sources.political),
        "services": services_table(found),
        "baselines": baselines_table(spent, run, evidence),
        "contracts": pd.DataFrame(columns=list(CONTRACT_COLUMNS)),
        "adjacency": adjacency_table(area, sources.adjacency),
        "history": past.table,
        "commitments": pd.DataFrame(columns=list(COMMITMENT_COLUMNS)),
        "tiers": tiers_table(run, evidence),
    }
    politics_known = politics.is_known(tables["councils"], tables["baselines"], past.table)
    report = AreaReport(
        folder=folder,
        councils=len(tables["councils"]),
        services=len(tables["services"]),
        baselines=len(tables["baselines"]),
        assumptions=tuple(assumptions(found)),
        left_out=tuple(gaps(area, spent, sources, past)),
        warnings=tuple(warnings(area, spent, sources, evidence, past, politics_known=politics_known)),
    )
    content = _content(area, spent, found, sources, evidence, past, report, politics_known)
    return tables, settings_text(content, evidence), report


def _content(
    area: Area,
    spent: Spending,
    found: Sequence[ServiceEconomics],
    sources: Sources,
    evidence: Evidence,
    past: History,
    report: AreaReport,
    politics_known: bool,
) -> Content:
    years = [evidence.default(f"phase_in_year_{year}", "back_office") for year in (1, 2, 3)]
    return Content(
        title=area.title,
        price_year=str(spent.kept["financial_year"].max()),
        counts=f"{report.councils} councils, {report.services} services, {report.baselines} baselines",
        warnings=report.warnings,
        running=past.running,
        default_phase_in=[year.mid for year in years],
        default_phase_in_source=years[0].label.replace("phase_in_year_1", "phase_in_year_1 to 3"),
        size_note=size_note(sources.arrangements),
        politics_known=politics_known,
        ranges=ranges(found, evidence),
        scenarios=scenarios(found, evidence, replaced=bool(area.replaced), politics_known=politics_known),
        assumptions=report.assumptions,
        left_out=report.left_out,
        not_planned=not_planned(),
    )


def _write_whole(folder: Path, tables: Mapping[str, pd.DataFrame], settings: str) -> None:
    """Write beside the folder, then rename: a killed process leaves no half-written instance under its name."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = folder.parent / f".{folder.name}.{os.getpid()}.part"
    part.mkdir()
    try:
        for name, table in tables.items():
            numbers = table.select_dtypes("number").columns
            text = table.assign(**{column: table[column].map(plain) for column in numbers})
            text.to_csv(part / f"{name}.csv", index=False, lineterminator="\n", encoding="utf-8")
        (part / "instance.toml").write_text(settings, encoding="utf-8", newline="\n")
        if folder.exists():
            folder.rmdir()
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise

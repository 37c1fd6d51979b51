"""The tables about councils and pairs of councils: who they are, who borders on whom, who already works together."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from dataclasses import dataclass

import pandas as pd

from instances.england.area import Area
from instances.england.evidence import Evidence
from instances.england.plan import Service
from instances.england.text import plain, records

RUNNING = ("running_at_source_date", "being_reduced")
NO_MAJORITY = "NOC"


@dataclass(frozen=True)
class History:
    """history.csv, and what it cannot say.

    `running` are all arrangements with at least two councils of the area; `undated` those whose start is not known.
    """

    table: pd.DataFrame
    running: list[str]
    undated: list[str]


def councils_table(area: Area, political: pd.DataFrame) -> pd.DataFrame:
    """councils.csv: coordinates in degrees, residents, and the party in control in the latest year (NOC: none)."""
    latest = political[political["year"] == political.groupby("gss_code")["year"].transform("max")]
    found = area.councils.merge(latest, on="gss_code", how="left").fillna(
        {"majority": "", "controlling_party": "", "administration_as_published": ""}
    )
    known = found["year"].notna()
    control = found["controlling_party"].where(found["majority"] == "yes", NO_MAJORITY).where(known, "")
    year = found["year"].map(lambda value: "" if pd.isna(value) else plain(value))  # text even if no year is known
    published = found["administration_as_published"]
    source = ("councils.csv; control: political.csv, " + year).where(known, "councils.csv; control: not found")
    centre = found["centred"].map({True: "; coordinates: mean of its districts by residents", False: ""})
    return pd.DataFrame(
        {
            "council": found["council"],
            "name": found["name"],
            "tier": found["tier"],
            "region": found["region"],
            "latitude": found["latitude"].map(plain),
            "longitude": found["longitude"].map(plain),
            "population": found["population"].map(plain),
            "control": control,
            "source": source + centre,
            "note": "GSS code " + found["gss_code"] + ("; administration as published: " + published).where(published != "", ""),
        }
    )


def adjacency_table(area: Area, adjacency: pd.DataFrame) -> pd.DataFrame:
    """adjacency.csv: the neighbours among the chosen councils, each pair once, names in order."""
    names = dict(zip(area.councils["gss_code"], area.councils["council"], strict=True))
    both = adjacency[adjacency["council_a"].isin(names) & adjacency["council_b"].isin(names)]
    a, b = both["council_a"].map(names), both["council_b"].map(names)
    table = pd.DataFrame({"council_a": a.where(a < b, b), "council_b": b.where(a < b, a), "source": "adjacency.csv, " + both["kind"]})
    return table.drop_duplicates(["council_a", "council_b"]).sort_values(["council_a", "council_b"], ignore_index=True)


def outside_neighbours(area: Area, adjacency: pd.DataFrame, councils: pd.DataFrame) -> list[str]:
    """The councils that border on the area and are not in it, by name."""
    inside = set(area.councils["gss_code"])
    a, b = adjacency["council_a"], adjacency["council_b"]
    codes = set(b[a.isin(inside)]) | set(a[b.isin(inside)])
    return sorted(councils.loc[councils["gss_code"].isin(codes - inside), "council"])


def history(area: Area, arrangements: pd.DataFrame, start: dt.date) -> History:
    """Joint working of each pair up to `start`: years since its oldest dated arrangement that is still running."""
    names = dict(zip(area.councils["gss_code"], area.councils["council"], strict=True))
    pairs: dict[tuple[str, str], list[tuple[float | None, str, str]]] = {}
    running, undated = [], []
    for row in records(arrangements[arrangements["status"].isin(RUNNING)].sort_values("arrangement_id")):
        members = sorted(names[code] for code in row["gss_codes_today"].split("|") if code in names)
        if len(members) < 2:
            continue
        years = _years(row["start"], start)
        text = f"{row['name']} ({row['service_tags'].replace('|', ', ')}): {', '.join(members)}"
        running.append(text)
        if years is None:
            undated.append(text)
        seen = row["source_date"] or "undated"
        for pair in itertools.combinations(members, 2):
            pairs.setdefault(pair, []).append((years, row["name"], f"{row['source']} ({seen})"))
    rows = [_pair_history(pair, entries) for pair, entries in sorted(pairs.items())]
    dated = [row for row in rows if row["years"]]
    columns = ["council_a", "council_b", "years", "what", "source", "note"]
    return History(pd.DataFrame(dated, columns=columns), running, undated)


def _pair_history(pair: tuple[str, str], entries: list[tuple[float | None, str, str]]) -> dict[str, str]:
    """One row for a pair: parallel arrangements do not add up, so the oldest counts."""
    years = [entry[0] for entry in entries if entry[0] is not None]
    return {
        "council_a": pair[0],
        "council_b": pair[1],
        "years": plain(max(years)) if years else "",
        "what": "; ".join(name if known is not None else f"{name} (start not known)" for known, name, _ in entries),
        "source": "shared_services.csv: " + "; ".join(source for _, _, source in entries),
        "note": "Running when the source was written, not checked since; a council may have joined after the start.",
    }


def _years(start: str, until: dt.date) -> float | None:
    """Years from a date written YYYY, YYYY-MM or YYYY-MM-DD, to one decimal; None if there is none or it lies ahead."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", start.strip())
    if not match:
        return None
    begun = dt.date(int(match[1]), int(match[2] or 1), int(match[3] or 1))
    return round((until - begun).days / 365.25, 1) if begun < until else None


def tiers_table(services: list[Service], evidence: Evidence) -> pd.DataFrame:
    """tiers.csv: the purchasing steps of each service's evidence (GBP a year of procured spend, rate on all of it)."""
    rows = [
        {
            "service": service.service,
            "from_volume": str(step.from_volume),
            "rate": plain(step.rate.mid),
            "source": step.rate.label,
            "note": "ASSUMPTION: the steps are not evidenced, only their order of magnitude.",
        }
        for service in services
        for step in evidence.tiers(*service.rows)
    ]
    return pd.DataFrame(rows, columns=["service", "from_volume", "rate", "source", "note"])


def vesting_days(area: Area, councils: pd.DataFrame, evidence: Evidence) -> list[str]:
    """The dated evidence rows on reorganisation that name a county or unitary of the area; `councils`: all England."""
    chosen = area.councils
    counties = councils["gss_code"].isin({*chosen["gss_code"], *chosen["county"]}) & (councils["tier"] == "county")
    names = {*councils.loc[counties, "name"], *chosen.loc[chosen["tier"] == "unitary", "name"]}
    return [
        f"{row['service_or_category']}: {row['mid']} ({row['kind']}; {row['source']})"
        for row in records(evidence.vesting())
        if any(re.search(rf"\b{re.escape(name)}\b", f"{row['service_or_category']} {row['note']}") for name in names)
    ]

"""What the reader must know: warnings, assumptions, and what the tables lack, in plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from instances.england.area import Area, council_keys
from instances.england.baselines import Spending, left_out
from instances.england.economics import POWER_BELOW, ServiceEconomics
from instances.england.evidence import Evidence
from instances.england.plan import LARGEST_PARTNERSHIP
from instances.england.relations import History, outside_neighbours, vesting_days
from instances.england.sources import Sources
from instances.england.text import counted

# The median council's pound amounts are taken to mislead for a council more than this many times its size.
SPREAD = 3.0
MOST_NAMES = 15

NET_BUDGETS = (
    "Costs are NET budgets, after fees, grants and recharges. They are no measure of the size of an operation: the "
    "savings of fee-funded services (building_control, licensing, development_control) come out too low against costs "
    "in pounds that were made for the whole operation, and councils keep their accounts differently"
)
NO_CONTRACTS = (
    "No contract dates are published, so contracts.csv is empty and every move is open from the first tranche: fill "
    "it in before you believe a date, waste services first"
)
CONTROL = (
    "Political control comes from a copy whose licence is UNSETTLED: check before publishing that column. OTHER lumps "
    "independents and local parties, so two councils under OTHER need not have the same politics"
)
POLITICS = (
    "Rule compatibility is on: councils led by different parties are kept apart, unless they have long worked together. "
    "That is a choice of ours; the guide finds that working together is not evidently related to party politics, and "
    "control can change in May 2027. The scenario politics_aside leaves the rule out: look at both"
)
NO_BACK_OFFICE = (
    "IT, HR, payroll, finance, legal, procurement, customer services, internal audit and senior management: the "
    "national returns recharge them to the other lines. Much of the known sharing is in them: add them with your own "
    "figures"
)


def warnings(area: Area, spent: Spending, sources: Sources, evidence: Evidence, past: History, *, politics_known: bool) -> list[str]:
    """What makes a plan wrong if it is overlooked, the gravest first."""
    return [
        *_reorganisation(area, sources, evidence),
        *_already_shared(past),
        NET_BUDGETS,
        NO_CONTRACTS,
        *_older_budgets(spent),
        *_no_partner(spent),
        *_spread(spent),
        *([POLITICS] if politics_known else []),
        CONTROL,
    ]


def _reorganisation(area: Area, sources: Sources, evidence: Evidence) -> list[str]:
    dates = vesting_days(area, sources.councils, evidence)
    known = f"Vesting days found: {'; '.join(dates)}" if dates else "No vesting day was found for this area"
    if not area.replaced:
        return [
            "LOCAL GOVERNMENT REORGANISATION: every county and district of England, and most small unitaries among "
            f"them, is due to be replaced by April 2028. No county or district is in this area. {known}"
        ]
    return [
        "LOCAL GOVERNMENT REORGANISATION: every county and district of England is due to be replaced by April 2028, "
        f"{len(area.replaced)} of these {len(area.councils)} councils among them. {known}. A partnership of such "
        "councils lives until that day: value it to then, or plan with the successors as councils. What takes three "
        "years to pay back, and starts now, does not (ECONOMICS.md). The ten years of [calendar] are for councils "
        "that stay: change them"
    ]


def _older_budgets(spent: Spending) -> list[str]:
    kept = spent.kept
    newest = kept["financial_year"].max()
    older = kept[kept["financial_year"] < newest].drop_duplicates("council")
    if older.empty:
        return []
    named = zip(older["council"], older["financial_year"], strict=True)
    return [
        f"No budget return for {newest}, so older figures, not brought to its prices and therefore low: "
        + ", ".join(f"{name} ({year})" for name, year in named)
    ]


def _already_shared(past: History) -> list[str]:
    if not past.running:
        return []
    return [
        f"{counted(len(past.running), 'shared service')} running among these councils when last written about (list in "
        "instance.toml). The baselines have their saving already: a plan founds them again and counts it twice until "
        "commitments.csv states them as `live`"
    ]


def _no_partner(spent: Spending) -> list[str]:
    counts = spent.kept.groupby("service")["council"].agg(["size", "first"])
    alone = counts[counts["size"] == 1]
    if alone.empty:
        return []
    names = ", ".join(f"{service} ({council})" for service, council in alone["first"].items())
    return [f"Run by one council of the area, so nobody to share with unless neighbours are added: {names}"]


def _spread(spent: Spending) -> list[str]:
    cost = spent.kept.groupby("service")["annual_cost"].agg(["max", "median"])
    wide = cost[cost["max"] > SPREAD * cost["median"]]
    if wide.empty:
        return []
    return [
        "Pound amounts are one figure for each service, made for the median council here. The largest is over "
        f"{SPREAD:g} times that in {', '.join(map(str, wide.index))}: moving or hosting such a council costs more. "
        "Give hosts their own set_up_cost and hosting_cost in baselines.csv"
    ]


def assumptions(found: Sequence[ServiceEconomics]) -> list[str]:
    """The figures that are ours and not the tables'."""
    proxies = [item.service.service for item in found if item.service.reason.startswith("PROXY")]
    scales = ", ".join(f"{item.service.service} {item.scale:g}" for item in found)
    low = [item.service.service for item in found if item.service.convergence == "low"]
    texts = [
        "fixed_cost, procured_cost: the evidence's middle share of annual_cost, the same for every council",
        "fte: annual_cost x employee share / cost of a post in 2025-26; too low, as annual_cost is net and older",
        "volume: residents (mid-2020), as no workload is published",
        "platform: each council has its own, so every joining council pays platform_cost; give the same name where two "
        "councils run the same system",
        f"can_host: every council can host everything it runs; host_capacity: up to {LARGEST_PARTNERSHIP} times its "
        "own "
        "residents, so that no council hosts a much larger one; performance is not known and blank",
        "pound amounts: the evidence's, which are for a district-sized service, x the median size here / the size "
        "there; "
        f"below that size to the power {POWER_BELOW:g}, as a project does not shrink in proportion. Factors: {scales}",
        "maximum distance, largest partnership, minimum compatibility, delivery capacity and calendar: choices of ours "
        "(comments at [rules])",
    ]
    if low:
        which = "every service" if len(low) == len(found) else ", ".join(low)
        texts.append(
            "convergence 0, the evidence's low end: gaps in net budget per head are largely accounting, and a plan "
            f"would be built on them ({which}). The scenario unit_costs_converge has the middle value"
        )
    if proxies:
        texts.append(f"economics borrowed from another service, see note in services.csv: {', '.join(proxies)}")
    return texts


def gaps(area: Area, spent: Spending, sources: Sources, past: History) -> list[str]:
    """What the tables lack for this area."""
    silent = area.councils[~area.councils["gss_code"].isin(spent.figures["gss_code"])]
    found = left_out(spent)
    if len(silent):
        names = ", ".join(silent["council"])
        found.insert(0, f"{counted(len(silent), 'council')}: no budget by line at all, so no baseline: {names}")
    found.append(NO_BACK_OFFICE)
    if past.undated:
        found.append(f"start not known, so no years in history.csv from: {'; '.join(past.undated)}")
    everyone = sources.councils.assign(council=council_keys(sources.councils))
    neighbours = outside_neighbours(area, sources.adjacency, everyone)
    if neighbours:
        more = f" and {len(neighbours) - MOST_NAMES} more" if len(neighbours) > MOST_NAMES else ""
        found.append(f"neighbours of the area, not looked at as partners: {', '.join(neighbours[:MOST_NAMES])}{more}")
    return found


def size_note(arrangements: pd.DataFrame) -> str:
    """Why the largest partnership has LARGEST_PARTNERSHIP members: the published arrangements."""
    members = arrangements["gss_codes"].str.count(r"\|") + 1
    fit = int((members <= LARGEST_PARTNERSHIP).sum())
    return (
        f"source: a choice of ours; {fit} of {len(members)} arrangements in shared_services.csv have at most {LARGEST_PARTNERSHIP} members"
    )

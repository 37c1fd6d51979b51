"""instance.toml as commented text: warnings, then every setting with its source, then assumptions and gaps."""

from __future__ import annotations

import datetime as dt
import json
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from instances.england import politics
from instances.england.evidence import Evidence
from instances.england.overrides import Range
from instances.england.plan import LARGEST_PARTNERSHIP
from instances.england.text import toml_value

WIDTH = 116
START = dt.date(2027, 4, 1)
PERIOD_MONTHS = 6
TRANCHES = 8
HORIZON_YEARS = 10

LICENCE = (
    "Spend: DLUHC/MHCLG official statistics, OGL v3. Councils: mySociety, CC BY 4.0, on ONS and Ordnance Survey open "
    "data. Neighbours: ONS data, licence not stated in the source. Political control: licence UNSETTLED (none stated; "
    "copies give CC BY-SA 4.0 and public domain): check before publishing the column control. Joint working: facts "
    "with attribution."
)

CONTRACTS = """\
contracts.csv is EMPTY: the published tables hold no contract dates, and none are made up. Until it is filled in, every
move is open from the first tranche, which is too early wherever the service is outsourced: waste_collection,
street_cleansing, parks, waste_disposal and revenues_and_benefits before all. One row per contract; ask each council.
The evidence's termination_share (0 to 0.25, 0.1 in the middle) is its weakest figure: use the clause. Example:
  council,service,supplier,expires,break_from,termination_charge,termination_share,source
  Canterbury,waste_collection,(supplier),2031-02-01,2029-02-01,250000,0.1,contract register of (date)"""

COMMITMENTS = """\
commitments.csv is EMPTY. Sharing that exists today is inside the baselines; unless it is stated, a plan founds it
again and counts its cost and saving once more. What was found running among these councils is listed above, with the
members as far as the source names them. State it as `live`, the host too, and give each of them a row in
estimates.csv with annual_saving and annual_cost 0, because both are in the baselines already. Example:
  commitments.csv: council,service,decision,other,go_live,source
    Maidstone,revenues_and_benefits,live,Maidstone,,agreement of (date)
    Tunbridge Wells,revenues_and_benefits,live,Maidstone,,agreement of (date)
  estimates.csv: council,service,host,annual_saving,annual_cost,one_off_cost,source
    Maidstone,revenues_and_benefits,Maidstone,0,0,0,in the baselines already
    Tunbridge Wells,revenues_and_benefits,Maidstone,0,0,0,in the baselines already"""

MINIMUM_SAVING = """\
Off: with the evidence's middle values and optimism bias a partnership of three equal districts reaches 0 to 5 % in
the second year, so the 10 % that East Kent asked for empties the plan (ECONOMICS.md). Use it with the councils' own
figures."""

SCENARIOS = """\
no_saving: independent studies find no saving from sharing at all; always show this run (ECONOMICS.md).
low, high: every saving at one end and every cost at the other, all at once; the truth should lie inside.
  fixed_cost moves with them by the range of the evidence's fixed_share; post_reduction and turnover stay.
unit_costs_converge: convergence at the evidence's middle value instead of its low end.
pay_alignment_recurs: the one-off cost of aligning pay and terms comes back every year.
politics_aside, where rule compatibility is on: without it. What it gains is what politics cost.
to_vesting, where councils are due to be replaced: the appraisal ends on 1 April 2028 (Surrey: 1 April 2027, the first
day of this calendar)."""


@dataclass(frozen=True)
class Content:
    """Everything that instance.toml says, in the order in which it is written."""

    title: str
    price_year: str
    counts: str
    warnings: Sequence[str]
    running: Sequence[str]
    default_phase_in: Sequence[float]
    default_phase_in_source: str
    size_note: str
    politics_known: bool
    ranges: Sequence[Range]
    scenarios: Mapping[str, Sequence[str]]
    assumptions: Sequence[str]
    left_out: Sequence[str]
    not_planned: Sequence[tuple[str, str]]


def settings_text(content: Content, evidence: Evidence) -> str:
    """The whole file. What the evidence lacks is kept in `evidence.faults`."""
    blocks = [
        _head(content),
        _instance(content),
        _calendar(),
        _economics(content, evidence),
        _rules(content, evidence),
        _ranges(content.ranges),
        _scenarios(content.scenarios),
        _tail(content),
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def comment(text: str, first: str = "# ", then: str = "#   ") -> list[str]:
    """One text as comment lines of at most WIDTH characters."""
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False) or ["#"]


def _verbatim(text: str) -> list[str]:
    return [f"# {line}".rstrip() for line in text.splitlines()]


def _list(title: str, items: Sequence[str]) -> list[str]:
    if not items:
        return []
    return ["#", f"# {title}", *(line for item in items for line in comment(item, "# - ", "#   "))]


def _head(content: Content) -> list[str]:
    return [
        *comment(f"{content.title}: {content.counts}."),
        *comment(
            "Written from published tables by `optimiser new --area`. annual_cost is published; its parts, the staff "
            "and the economics are ASSUMPTIONS: replace them with your own figures."
        ),
        *_list("READ THIS FIRST", content.warnings),
        *_list("Shared already, as far as published (shared_services.csv):", content.running),
    ]


def _instance(content: Content) -> list[str]:
    return [
        "[instance]",
        f"title = {_text(content.title)}",
        "# Prices of the budgets. The evidence's pound amounts (many years) and cost of a post (2025-26): as they are.",
        f"price_year = {_text(content.price_year)}",
        f"licence = {_text(LICENCE)}",
    ]


def _calendar() -> list[str]:
    return [
        "# source: choices of ours. Two go-lives a year for four years; many published plans state ten-year totals.",
        "[calendar]",
        f"start = {START.isoformat()}",
        f"period_months = {PERIOD_MONTHS}",
        f"tranches = {TRANCHES}",
        f"horizon_years = {HORIZON_YEARS}",
    ]


def _economics(content: Content, evidence: Evidence) -> list[str]:
    rate = evidence.default("discount_rate", "years 0-30")
    savings, costs = evidence.default("optimism_bias_savings"), evidence.default("optimism_bias_costs")
    return [
        "# Parameters of each service: columns of services.csv; the row of evidence behind each is under [ranges].",
        "[economics]",
        *comment(f"source: {rate.label}; HM Treasury Green Book. The horizon lies inside the first 30 years."),
        f"discount_rate = {toml_value(rate.mid)}",
        *comment(f"source: {content.default_phase_in_source}. For services without a figure of their own."),
        f"phase_in = {toml_value(content.default_phase_in)}",
        *comment(f"source: savings {savings.label}; costs {costs.label}."),
        f"optimism_bias = {{ savings = {toml_value(savings.mid)}, costs = {toml_value(costs.mid)} }}",
        *comment(
            "friction, pay_alignment_cost_per_fte, growth: no figure found, so 0. South Oxfordshire and Vale paid "
            "151,000 a year to align terms in waste: see the scenario pay_alignment_recurs."
        ),
    ]


def _rules(content: Content, evidence: Evidence) -> list[str]:
    distance = evidence.measured("maximum_distance", "all_services")
    payback = evidence.default("payback")
    return [
        *comment(
            f"maximum_distance is a column of services.csv: {toml_value(distance.mid)} km to the host, and "
            f"{toml_value(distance.high)} km for what counties run, whose centres lie farther apart. source: "
            f"{distance.label}, {toml_value(distance.low)} to {toml_value(distance.high)} km."
        ),
        *comment(
            "Distances are straight lines between the centres of the areas, not travel times: give distances.csv where "
            "water or hills lie between."
        ),
        "[rules]",
        "delivery_capacity = 2  # go-lives per council and tranche; source: a choice of ours, no figure found",
        f"partnership_size = {{ maximum = {LARGEST_PARTNERSHIP} }}  # {content.size_note}",
        "#",
        *comment(
            f"host_capacity (baselines.csv) keeps a host to {LARGEST_PARTNERSHIP} times its own residents. source: a "
            "choice of ours, as many equal councils as the largest partnership has; no figure found. To lift it:"
        ),
        "# host_capacity = false",
        "#",
        *_verbatim(MINIMUM_SAVING),
        "# minimum_saving = 0.10",
        "#",
        *comment(politics.ON if content.politics_known else politics.OFF, then="# "),
        politics.RULE if content.politics_known else f"# {politics.RULE}",
        "#",
        *comment(
            f"payback: {toml_value(payback.mid)} years in the middle of the evidence ({payback.label}). Read the "
            "report's payback years before making it a rule."
        ),
        "#",
        *_verbatim(CONTRACTS),
        "#",
        *_verbatim(COMMITMENTS),
    ]


def _ranges(ranges: Sequence[Range]) -> list[str]:
    lines = [
        "# Low and high of every economic figure that has a range; then the value used, kind of evidence and row.",
        "[ranges]",
    ]
    for item in ranges:
        ends = f"{{ low = {toml_value(item.low)}, high = {toml_value(item.high)} }}"
        lines.append(f"{_text(item.path)} = {ends}  # used {toml_value(item.value)}; {item.source}")
    return lines


def _scenarios(scenarios: Mapping[str, Sequence[str]]) -> list[str]:
    lines = [
        *_verbatim(SCENARIOS),
        "[scenarios]",
    ]
    for name, overrides in scenarios.items():
        lines += [f"{name} = [", *(f"    {_text(line)}," for line in overrides), "]"]
    return lines


def _tail(content: Content) -> list[str]:
    return [
        "# What was assumed, and what is not here.",
        *_list("ASSUMPTIONS", content.assumptions),
        *_list("LEFT OUT", content.left_out),
        *_list("SERVICES NOT PLANNED", [f"{service}: {reason}" for service, reason in content.not_planned]),
    ]


def _text(value: str) -> str:
    """A TOML basic string; JSON escapes the same characters in the same way."""
    return json.dumps(value, ensure_ascii=False)

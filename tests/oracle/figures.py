"""The figures of one move: model.md section 3, head by head."""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from .pairs import compatibility, km
from .plans import LIVE
from .read import Data, add_months, months_between, number


class Flow(NamedTuple):
    """Pounds a year at base-year prices: the part that grows with the baseline, and the part that does not."""

    growing: float
    flat: float

    def at(self, factor: float) -> float:
        """The flow once the baseline has grown by a factor."""
        return self.growing * factor + self.flat


def discount_factor(data: Data, period: int) -> float:
    """The product over elapsed years of 1 / (1 + r(year)), the broken year pro rata."""
    years, months = divmod(period * data.period_months, 12)
    factor = 1.0
    for year in range(years):
        factor /= 1 + rate_of_year(data, year)
    if months:
        factor *= float((1 + rate_of_year(data, years)) ** -(months / 12))
    return factor


def rate_of_year(data: Data, year: int) -> float:
    """The discount rate in force on the first day of an elapsed year."""
    given: Any = data.economics["discount_rate"]
    if not isinstance(given, Mapping):
        return float(given)
    first_day = add_months(data.start, 12 * year)
    in_force = [day for day in sorted(given, key=date.fromisoformat) if date.fromisoformat(day) <= first_day]
    return float(given[in_force[-1]])


def growth_factor(data: Data, service: str, period: int) -> float:
    """How much the baseline has grown by a period."""
    return float((1 + data.parameter(service, "growth")) ** (period * data.period_months / 12))


def bias(data: Data, side: str) -> float:
    """The optimism bias of `savings` or of `costs`."""
    return float(data.economics.get("optimism_bias", {}).get(side, 0))


def gross(data: Data, c: str, s: str, h: str, vehicle: str) -> Flow:
    """The yearly saving of a move at full effect, before bias."""
    estimate = number(data.estimates.get((c, s, h), {}), "annual_saving")
    if estimate is not None:
        return Flow(0.0, estimate)
    own, factor = data.baselines[c, s], data.vehicles[vehicle].saving_factor
    process = own.variable_cost * data.parameter(s, "process_saving")
    if c == h:
        return Flow(process * factor, 0.0)
    duplication = own.fixed_cost * data.parameter(s, "duplication_avoided")
    return Flow((duplication + process + convergence(data, c, s, h)) * factor, 0.0)


def convergence(data: Data, c: str, s: str, h: str) -> float:
    """The step towards a cheaper host's unit cost; nothing where a unit cost is not known."""
    own, host = data.baselines[c, s], data.baselines[h, s]
    if not own.volume or not host.volume or own.variable_cost <= 0:
        return 0.0
    ratio = (host.variable_cost / host.volume) / (own.variable_cost / own.volume)
    return own.variable_cost * data.parameter(s, "convergence") * max(0.0, 1 - ratio)


def recurring(data: Data, c: str, s: str, h: str, vehicle: str) -> Flow:
    """The yearly cost of a move, before bias."""
    estimate = number(data.estimates.get((c, s, h), {}), "annual_cost")
    if estimate is not None:
        return Flow(0.0, estimate)
    own = data.baselines[c, s]
    if c == h:
        hosting = data.parameter(s, "hosting_cost") if own.hosting_cost is None else own.hosting_cost
        return Flow(0.0, hosting + data.vehicles[vehicle].annual_cost)
    coordination = data.parameter(s, "coordination_cost")
    per_km = data.parameter(s, "distance_cost")
    distance = per_km * km(data, c, h) if per_km else 0.0  # no coordinates are asked for where no one pays by the km
    friction = data.parameter(s, "friction") * (1 - compatibility(data, c, h, s)) * own.annual_cost
    pay_alignment = data.parameter(s, "pay_alignment_cost_per_fte") * own.fte
    return Flow(friction, coordination + distance + pay_alignment)


def one_off(data: Data, c: str, s: str, h: str, vehicle: str, tranche: int) -> float:
    """The cost of making a move, before bias, without the termination charge."""
    estimate = number(data.estimates.get((c, s, h), {}), "one_off_cost")
    if estimate is not None:
        return estimate
    own = data.baselines[c, s]
    if c == h:
        set_up = data.parameter(s, "set_up_cost") if own.set_up_cost is None else own.set_up_cost
        return set_up * data.vehicles[vehicle].set_up_factor
    years = tranche * data.period_months / 12
    integration = data.parameter(s, "integration_cost")
    platform = data.parameter(s, "platform_cost") if own.platform != data.baselines[h, s].platform else 0.0
    harmonisation = data.parameter(s, "harmonisation_cost_per_fte") * own.fte
    posts = data.parameter(s, "post_reduction") * own.fte - data.parameter(s, "turnover") * own.fte * years
    redundancy = data.parameter(s, "redundancy_cost") * max(0.0, posts)
    return integration + platform + harmonisation + redundancy


def termination(data: Data, c: str, s: str, tranche: int) -> float | None:
    """The charge for leaving the council's contract at go-live; none where the contract does not let it go."""
    held = data.contracts.get((c, s))
    if held is None or data.rules.get("contract_timing") is False:
        return 0.0
    go_live = data.first_day(tranche)
    if go_live >= held.expires:
        return 0.0
    if held.break_from is None or go_live < held.break_from:
        return None
    years_left = (held.expires - go_live).days / 365.25
    return held.termination_charge + held.termination_share * data.baselines[c, s].annual_cost * years_left


def tier_rate(data: Data, service: str, volume: float) -> float:
    """The rate of the highest tier reached; 0 below the lowest."""
    rate = 0.0
    for from_volume, tier in data.tiers.get(service, []):
        if volume >= from_volume:
            rate = tier
    return rate


def phase(data: Data, service: str, year: int) -> float:
    """The share of the saving realised in a council's year (0 is the first); the last share holds."""
    shares = data.phase_in(service)
    return shares[min(year, len(shares) - 1)]


def year_of(data: Data, c: str, s: str, tranche: int, period: int) -> int:
    """How many full years a council's go-live with a service lies back when a period begins."""
    if tranche == LIVE:
        since = (data.taken if (c, s) in data.taken else data.live)[c, s][1]
        return months_between(since, data.first_day(period)) // 12
    return (period - tranche) * data.period_months // 12


def months_of(data: Data, council: str) -> int:
    """How many months of the appraisal begin while the council exists."""
    months = range(data.periods * data.period_months)
    if council not in data.ceases:
        return len(months)
    if ("months", council) not in data.priced:
        data.priced["months", council] = sum(add_months(data.start, month) < data.ceases[council] for month in months)
    return int(data.priced["months", council])


def cover(data: Data, councils: set[str], period: int) -> float:
    """The share of a period's months that begin while all of the councils exist."""
    if not data.ceases:
        return 1.0
    left = min(months_of(data, council) for council in councils) - period * data.period_months
    return min(max(left, 0), data.period_months) / data.period_months


def ceased(data: Data, council: str, tranche: int) -> bool:
    """Whether a council is no more on the first day of a tranche."""
    return council in data.ceases and data.first_day(tranche) >= data.ceases[council]

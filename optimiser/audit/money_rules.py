"""Rules about money across partnerships and years (model.md, section 4). All are judged to half a penny, after optimism bias."""

from __future__ import annotations

from collections.abc import Iterator

from instances import LIVE
from optimiser.audit.decisions import Decision
from optimiser.audit.facts import Facts, financial_year
from optimiser.audit.figures import Figures
from optimiser.audit.flows import Flows
from optimiser.audit.lines import EXACT, Applied, Place, apply_pounds, month_and_year, plain
from optimiser.audit.objective import yearly_position


def minimum_total_saving(facts: Facts, figures: Figures) -> Iterator[Applied]:
    """Savings less recurring cost of the whole programme in a year of the appraisal are at least the amount, GBP a year."""
    rule = facts.instance.rules.minimum_total_saving
    if not rule:
        return
    place = Place(f"year {rule.year}, from {month_and_year(facts.instance.calendar.month(0, (rule.year - 1) * 12))}")
    value = yearly_position(facts, figures, rule.year)
    yield apply_pounds("minimum_total_saving", place, value, rule.amount, sense="at least", unit="GBP a year")


def no_council_worse_off(facts: Facts, figures: Figures) -> Iterator[Applied]:
    """NPV of each council over all its moves and alternatives, payments from its partners included where they are asked for."""
    reading = facts.instance.rules.no_council_worse_off
    if not reading:
        return
    for council in figures.councils:
        if council.services_shared or council.options_taken:
            scope = f"{council.council}, payments included" if reading == "compensated" else council.council
            place, value = Place(scope, council=council.council), council.npv + council.payment
            yield apply_pounds("no_council_worse_off", place, value, 0.0, sense="at least")


def payback(facts: Facts, decision: Decision, flows: tuple[Flows, ...]) -> Iterator[Applied]:
    """A partnership that is not live already has earned its cost so many years after it opens, or by the horizon's end.

    Its undiscounted flows are counted by `window(j) = clip((k0 p + payback - j p) / p, 0, 1)`, `k0` the tranche in which it
    opens and `p` the length of a period; a one-off in full if its period has any part in the window.
    """
    years = facts.instance.figure("payback").get(decision.service)
    opened = next((move.tranche for move in decision.moves if move.council == decision.host), LIVE)
    if years is None or opened == LIVE:
        return
    months = facts.instance.calendar.period_months
    windows = [min(1.0, max(0.0, ((opened - j) * months + years * 12) / months)) if j >= opened else 0.0 for j in range(facts.periods)]
    value = 0.0
    for member in flows:
        value += sum(window * sum(heads.values()) for window, heads in zip(windows, member.running, strict=True))
        if windows[member.move.tranche] > EXACT:
            value -= member.spent
    unit = "year" if years == 1 else "years"
    place = Place(f"{decision.name}, within {plain(years)} {unit}", decision.service, decision.host)
    yield apply_pounds("payback", place, value, 0.0, sense="at least")


def investment_limit(facts: Facts, figures: Figures) -> Iterator[Applied]:
    """One-off cost by financial year of the go-live, of the programme and of each council, and over all years.

    Lines where a one-off falls; for the programme also where the year has a limit of its own.
    """
    rule = facts.instance.rules.investment_limit
    if not rule:
        return
    programme: dict[str, float] = {} if not isinstance(rule.programme, dict) else dict.fromkeys(rule.programme, 0.0)
    councils: dict[tuple[str, str], float] = {}
    for flows in figures.flows:
        if flows.spent:
            year = financial_year(flows.go_live)
            programme[year] = programme.get(year, 0.0) + flows.spent
            councils[flows.council, year] = councils.get((flows.council, year), 0.0) + flows.spent
    for year, spent in sorted(programme.items()):
        yield from _within(Place(f"programme, {year}"), spent, rule.programme, year)
    for (council, year), spent in sorted(councils.items()):
        yield from _within(Place(f"{council}, {year}", council=council), spent, rule.council, year)
    yield from _within(Place("programme, all years"), sum(programme.values()), rule.total, "")


def _within(place: Place, spent: float, limits: float | dict[str, float] | None, year: str) -> Iterator[Applied]:
    """The line of one year, where it has a limit; a bare number holds in every year."""
    limit = limits.get(year) if isinstance(limits, dict) else limits
    if limit is not None:
        yield apply_pounds("investment_limit", place, spent, limit, sense="at most")

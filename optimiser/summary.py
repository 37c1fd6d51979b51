"""The summary that a chief executive reads: what is shared, who hosts, when, what it saves, what it costs, what binds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from rich.console import Console
from rich.table import Table
from rich.text import Text

from instances import LIVE, Instance
from instances.tables import Vehicle
from optimiser.money import percent, pounds, short, years
from optimiser.plan import Member, OptionTaken, Partnership, Plan, RuleLine

BINDING_SHOWN = 4
"""Places shown for a rule that binds, before the rest is counted."""


def month(day: dt.date) -> str:
    """A go-live as people say it: April 2011, or 15 April 2011 where it is not a first."""
    return f"{day:%B %Y}" if day.day == 1 else f"{day.day} {day:%B %Y}"


def print_summary(plan: Plan, instance: Instance, console: Console) -> None:
    """Print a plan."""
    document = plan.document
    console.print(Text(document.title, style="bold"))
    console.print(f"Run {document.run}, {_prices(instance)}.", style="dim")
    if instance.settings.instance.note:
        console.print(instance.settings.instance.note, style="dim")
    console.print()
    for line in headline(plan, instance):
        console.print(line, soft_wrap=False)
    if document.partnerships:
        console.print(_partnerships(plan, instance))
    if document.options:
        console.print(_options(plan, instance))
    if document.partnerships or document.options:
        console.print(_councils(plan))
    for line in [*_not_shared(plan, instance), *what_passes(plan, instance), *what_binds(plan, instance)]:
        console.print(line)
    for note in instance.notes:
        console.print(f"Note: {instance.places.text(note)}", style="dim")
    how = plan.document.manifest["solve"]
    console.print(f"Method: {how['method']} ({how['method_because']})", style="dim")


def _prices(instance: Instance) -> str:
    year = instance.settings.instance.price_year
    return f"{year} prices" if year is not None else "price year not stated"


def headline(plan: Plan, instance: Instance) -> list[str]:
    """The plan in sentences."""
    s = plan.summary
    proven = "Proven optimal" if plan.status == "optimal" and not plan.gap else f"Best plan found; {_gap(plan)}"
    if not s.partnerships and not s.options:
        nothing = (
            "Nothing both pays and keeps the rules"
            if plan.status == "optimal"
            else "Nothing was found that pays and keeps the rules before the stop"
        )
        return [f"{nothing}: every council keeps its services. {proven}.", *_no_moves(plan), *_asked(plan)]
    bias = instance.economics.optimism_bias
    biased = (
        f", after optimism bias of {percent(bias.savings, 0)} on savings and {percent(bias.costs, 0)} on costs"
        if bias.savings or bias.costs
        else ""
    )
    horizon = f"{instance.calendar.horizon_years:g} years from {month(instance.calendar.start)}"
    services = len({p.service for p in plan.document.partnerships})
    sharing = len({m.council for p in plan.document.partnerships for m in p.members})
    lines = []
    if s.partnerships:
        lines.append(f"{services} service{_s(services)} shared in {s.partnerships} partnership{_s(s.partnerships)} by {sharing} councils.")
    if s.options:
        lines.append(f"{s.options} alternative{_s(s.options)} to sharing taken.")
    lines += [
        f"Saves {short(s.annual_saving)} a year at full effect ({percent(s.annual_saving / s.baseline if s.baseline else None)} of what these services cost today){biased}.",
        f"Costs {short(s.one_off)} once; net present value {short(plan.npv)} over {horizon}; {short(s.net_saving)} in cash over the same years.",
    ]
    if s.payback_years is not None and s.one_off > 0:
        back = f", and the programme's cash is back by {month(s.breakeven)}" if s.breakeven else ""
        lines.append(f"The one-off cost is {years(s.payback_years)} of the full yearly saving{back}.")
    lines.append(f"{proven}.")
    return [*lines, *_asked(plan)]


def _no_moves(plan: Plan) -> list[str]:
    """Which rules leave no move at all, where that is why nothing is shared."""
    manifest = plan.document.manifest
    if manifest["moves"] or not manifest["forbidden"]:
        return []
    return [
        f"No council can join another at all; moves that do not exist, by rule: {', '.join(f'{r} {n:,}' for r, n in manifest['forbidden'].items())}."
    ]


def _asked(plan: Plan) -> list[str]:
    """What was maximised, where it is not NPV alone."""
    d = plan.document
    measure = {
        "npv": "NPV",
        "net_saving": "the saving over the horizon, not discounted",
        "yearly_position": f"savings less running costs of year {d.objective_year}",
    }[d.objective]
    if d.changes is None:
        return [] if d.objective == "npv" else [f"Maximised: {measure}, {pounds(d.objective_value)}."]
    cost = f", each of which has to earn {pounds(d.change_cost)}" if d.change_cost else ""
    return [
        f"Maximised: {measure}. {d.changes} arrangement{_s(d.changes)} differ{'s' if d.changes == 1 else ''} from the adopted plan{cost}."
    ]


def _gap(plan: Plan) -> str:
    if plan.gap is None or plan.bound is None:
        return "how far from the best is not proven"
    return f"no plan can be worth more than {pounds(plan.bound)} (gap {percent(plan.gap, 3)})"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _partnerships(plan: Plan, instance: Instance) -> Table:
    table = Table(title="Partnerships", title_justify="left", header_style="bold")
    vehicles = bool(instance.rows(Vehicle))
    for column in ("Service", "Host", *(["Vehicle"] if vehicles else []), "Members and go-live"):
        table.add_column(column, overflow="fold")
    for column in ("Saving a year", "of baseline", "One-off", "NPV", "Payback"):
        table.add_column(column, justify="right")
    for p in plan.document.partnerships:
        table.add_row(
            instance.services[p.service].name or p.service,
            p.host,
            *([p.vehicle.replace("_", " ")] if vehicles else []),
            _members(p),
            pounds(p.annual_saving),
            percent(p.annual_saving / p.baseline if p.baseline else None),
            pounds(p.one_off),
            pounds(p.npv),
            years(p.payback_years),
        )
    found = plan.document.partnerships
    annual, one_off, npv = (sum(amounts) for amounts in zip(*((p.annual_saving, p.one_off, p.npv) for p in found), strict=True))
    baseline = sum(p.baseline for p in found)
    back = one_off / annual if annual > 0 else None
    blanks = ["", *([""] if vehicles else []), ""]
    table.add_section()
    figures = (pounds(annual), percent(annual / baseline if baseline else None), pounds(one_off), pounds(npv), years(back))
    table.add_row("Total", *blanks, *figures, style="bold")
    return table


def _members(p: Partnership) -> str:
    """Members by go-live: Canterbury, Dover, Thanet (April 2011)."""
    groups: dict[tuple[int, dt.date], list[str]] = defaultdict(list)
    for member in p.members:
        groups[member.tranche, member.go_live].append(member.council)
    words = []
    for (tranche, day), names in sorted(groups.items()):
        when = f"live since {month(day)}" if tranche == LIVE else month(day)
        words.append(f"{', '.join(names)} ({when})")
    return "; ".join(words)


def _options(plan: Plan, instance: Instance) -> Table:
    table = Table(title="Alternatives to sharing", title_justify="left", header_style="bold")
    for column in ("Service", "Council", "Alternative", "From"):
        table.add_column(column, overflow="fold")
    for column in ("Saving a year", "of baseline", "One-off", "NPV"):
        table.add_column(column, justify="right")
    for o in plan.document.options:
        name = instance.services[o.service].name or o.service
        share = percent(o.annual_saving / o.baseline if o.baseline else None)
        when = f"since {month(o.start)}" if o.tranche == LIVE else month(o.start)
        table.add_row(name, o.council, o.option, when, pounds(o.annual_saving), share, pounds(o.one_off), pounds(o.npv))
    return table


def _councils(plan: Plan) -> Table:
    """Each council's figures; with payments between partners where there are any."""
    document = plan.document
    paid = any(c.payment for c in document.councils)
    table = Table(title="Councils", title_justify="left", header_style="bold")
    table.add_column("Council")
    optional = [(bool(document.options), "Alternatives")]
    after = [(paid, "Paid by partners"), (paid, "NPV after payments")]
    headings = ["Services shared", "of which hosted", *(h for on, h in optional if on), "Saving a year", "One-off", "NPV"]
    for heading in [*headings, *(h for on, h in after if on)]:
        table.add_column(heading, justify="right")
    for c in document.councils:
        cells = [c.council, str(c.services_shared), str(c.services_hosted)]
        cells += [str(c.options_taken)] if document.options else []
        cells += [pounds(c.annual_saving), pounds(c.one_off), pounds(c.npv)]
        cells += [pounds(c.payment), pounds(c.npv + c.payment)] if paid else []
        table.add_row(*cells)
    return table


def what_passes(plan: Plan, instance: Instance) -> list[str]:
    """What ends when councils cease, and to whom it passes; from then on nothing is counted."""
    groups: dict[tuple[dt.date, str, str, str], list[tuple[str, float]]] = defaultdict(list)
    moves: list[tuple[Member | OptionTaken, str, str]] = [(m, p.service, p.host) for p in plan.document.partnerships for m in p.members]
    moves += [(o, o.service, o.council) for o in plan.document.options]
    for move, service, host in moves:
        if move.ends is not None and move.ends < instance.calendar.date(instance.calendar.periods):
            gone = move.council if instance.councils[move.council].ceases == move.ends else host
            why = "" if gone == move.council else f", since its host {gone} ceases"
            to = f" and passes to {move.passes_to}" if move.passes_to else ""
            groups[move.ends, move.council, why, to].append((instance.services[service].name or service, move.annual_saving))
    lines = []
    for (day, council, why, to), services in sorted(groups.items()):
        names, saving = ", ".join(name for name, _ in services), sum(amount for _, amount in services)
        lines.append(f"  {council}: {names} ({pounds(saving)} a year) ends on {day.day} {day:%B %Y}{why}{to}")
    return ["What ends when councils cease; months that begin from that day on are not counted:", *lines] if lines else []


def _not_shared(plan: Plan, instance: Instance) -> list[str]:
    shared, elsewhere = {p.service for p in plan.document.partnerships}, {o.service for o in plan.document.options}
    kept = [row.name or name for name, row in instance.services.items() if name not in shared | elsewhere]
    lines = [f"Not shared, each council keeps its own: {', '.join(kept)}."] if kept and (shared or elsewhere) else []
    outside = [c.council for c in plan.document.councils if not c.services_shared and not c.options_taken]
    if outside and (shared or elsewhere):
        lines.append(
            f"Does nothing together and takes no alternative: {', '.join(outside)}."
            if elsewhere
            else f"Shares nothing: {', '.join(outside)}."
        )
    losers = [c for c in plan.document.councils if c.npv < -0.005]
    if losers:
        after = " (the payments above make it good)" if any(c.payment for c in losers) else ""
        named = ", ".join(f"{c.council} ({pounds(c.npv)})" for c in losers)
        lines.append(f"Worse off by themselves, before any payment between partners: {named}{after}.")
    return lines


def what_binds(plan: Plan, instance: Instance) -> list[str]:
    """Rules without slack, in words."""
    binding: dict[str, list[RuleLine]] = defaultdict(list)
    for line in plan.document.rules:
        if line.binding and line.rule != "commitments":
            binding[line.rule].append(line)
    if not binding:
        decided = any(line.rule == "commitments" for line in plan.document.rules)
        nothing = (
            "Beyond what is already decided, no rule is at its limit in this plan." if decided else "No rule is at its limit in this plan."
        )
        return [nothing] if plan.document.rules else []
    result = ["What binds:"]
    for rule, lines in binding.items():
        shown = "; ".join(_named(line, instance) for line in lines[:BINDING_SHOWN])
        more = f"; and {len(lines) - BINDING_SHOWN} more" if len(lines) > BINDING_SHOWN else ""
        result.append(f"  {rule}: {shown}{more}")
    return result


def _named(line: RuleLine, instance: Instance) -> str:
    """The scope of a rule line with the service under its full name."""
    service = instance.services.get(line.service)
    if service is None or not service.name or not line.scope.startswith(line.service):
        return line.scope
    return service.name + line.scope.removeprefix(line.service)

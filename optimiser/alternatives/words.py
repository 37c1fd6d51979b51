"""Alternatives in sentences: what each plan trades against the first, what all have in common, why there are no more."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from instances import Instance
from optimiser.alternatives.result import AlternativePlan, AlternativesDocument
from optimiser.differences import listed
from optimiser.money import counted, percent, pounds, short
from optimiser.summary import month


def trade(first: AlternativePlan, plan: AlternativePlan) -> str:
    """What a plan trades against the first, in numbers, and what is arranged otherwise."""
    share = "" if plan.share_lost is None or not _pounds(plan.lost) else f" ({share_of(abs(plan.share_lost))})"
    figures = [
        f"is worth {_compared(-plan.lost, 'more', 'less')}{share}" if _pounds(plan.lost) else "is worth as much",
        _compared_as("costs", plan.one_off - first.one_off, "once"),
        _compared_as("saves", plan.annual_saving - first.annual_saving, "a year"),
    ]
    partnerships = _partnerships(plan.partnerships, first.partnerships)
    programme = listed([partnerships, *_timing(plan), *_last_go_live(plan.latest_go_live, first.latest_go_live)])
    return f"Plan {plan.number} {listed(figures)}, with {programme}: {'; '.join(plan.differences)}."


def share_of(share: float) -> str:
    """A share of NPV: to a tenth of a percent, or finer where it is small."""
    return percent(share, 1 if share >= 0.0095 else 2 if share >= 0.00095 else 3)


def _pounds(value: float) -> int:
    return round(value)


def _compared(difference: float, more: str, less: str) -> str:
    return f"{short(abs(difference))} {more if difference > 0 else less}"


def _compared_as(verb: str, difference: float, when: str) -> str:
    """In words such as: costs £1,000 more once; saves as much a year."""
    return f"{verb} {_compared(difference, 'more', 'less') if _pounds(difference) else 'as much'} {when}"


def _partnerships(own: int, first: int) -> str:
    """In words such as: as many partnerships (5); 4 partnerships (1 fewer)."""
    if own == first:
        return f"as many partnerships ({own})"
    return f"{counted(own, 'partnership')} ({abs(own - first)} {'more' if own > first else 'fewer'})"


def _timing(plan: AlternativePlan) -> Iterator[str]:
    """What of the same goes live at another time."""
    for count, when in ((plan.later, "later"), (plan.sooner, "sooner")):
        if count:
            yield f"{counted(count, 'go-live')} {when}"


def _last_go_live(own: dt.date | None, first: dt.date | None) -> Iterator[str]:
    """The last go-live, and how much later or earlier it is; nothing where neither plan has one."""
    if own == first:
        yield from () if own is None else (f"the same last go-live ({month(own)})",)
    elif own is None or first is None:
        yield "no go-live" if own is None else f"a last go-live in {month(own)}"
    else:
        months = 12 * (own.year - first.year) + own.month - first.month
        yield f"its last go-live in {month(own)} ({counted(abs(months), 'month')} {'later' if months > 0 else 'earlier'})"


def because(document: AlternativesDocument) -> str:
    """Why no more plans were looked for."""
    differ = f"differs from {'it' if len(document.plans) == 1 else 'all of these'} in {counted(document.differ, 'arrangement')} or more"
    within = percent(document.within, 1 if round(document.within * 1000) % 10 else 0)
    bound = document.next_bound
    most = "" if bound is None else f"; no further plan that {differ} is worth more than {pounds(bound)}"
    if document.ended == "none":
        return f"There is no further plan that {differ}."
    if document.ended == "share":
        if bound is not None and bound < document.least:
            lost = document.plans[0].npv - bound
            share = f", {share_of(lost / abs(document.plans[0].npv))}" if document.plans[0].npv else ""
            return f"No further plan that {differ} is within {within}: none is worth more than {pounds(bound)} ({short(lost)} less{share})."
        return f"No further plan that {differ} was found within {within}, the gap allowed for{most}."
    if document.ended == "count":
        asked = "plan was" if document.count == 1 else "plans were"
        return f"{document.count} {asked} asked for; there may be more within {within}."
    why = {"interrupted": "Interrupted", "time_limit": "Stopped at the time limit"}.get(document.ended, "The solver stopped early")
    return f"{why}{most}."


def in_common(instance: Instance, document: AlternativesDocument) -> tuple[str, ...]:
    """What all plans have: who is together, who hosts, who takes which alternative; services alike share a sentence."""
    services: dict[str, list[str]] = defaultdict(list)
    for service, row in instance.services.items():
        if clauses := "; ".join(_common_of(document, service)):
            services[clauses].append((row.name or service).replace("_", " "))
    return tuple(f"{listed(names)}: {clauses}" for clauses, names in services.items())


def _common_of(document: AlternativesDocument, service: str) -> Iterator[str]:
    """Of one service. Councils that are together in all plans are so with one another: groups, each with its host if all have that one."""
    groups: list[set[str]] = []
    for pairing in document.pairings_in_all:
        if pairing.service == service:
            group = next((group for group in groups if pairing.council_a in group), None)
            if group is None:
                groups.append({pairing.council_a, pairing.council_b})
            else:
                group.add(pairing.council_b)
    hosts = [hosted.host for hosted in document.hosts_in_all if hosted.service == service]
    for group in groups:
        host = next((host for host in hosts if host in group), None)
        members = listed(sorted(group - {host}))
        yield f"{host} hosts {members}" if host is not None else f"{members} are together, under one host or another"
    alone = [host for host in hosts if not any(host in group for group in groups)]
    yield from (f"{host} hosts, for other councils from plan to plan" for host in alone)
    yield from _options(document, service)


def _options(document: AlternativesDocument, service: str) -> Iterator[str]:
    """Alternatives that a council takes in all plans."""
    taken = [{(o.council, o.option) for o in plan.document.options if o.service == service} for plan in document.plans]
    for council, option in sorted(set.intersection(*taken)):
        yield f"{council} takes {option.replace('_', ' ')}"

"""From the plans that were found to what is reported of them."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

from instances import LIVE, Instance
from instances.asked import Configuration
from optimiser.alternatives.result import AlternativePlan, AlternativesDocument, Ended, HostedBy, Pairing
from optimiser.alternatives.words import because, in_common, trade
from optimiser.differences import differences
from optimiser.extract import amount, plan_gap
from optimiser.plan import Plan, PlanDocument

if TYPE_CHECKING:
    from optimiser.alternatives.search import Sought


def document_of(
    instance: Instance, sought: Sought, found: Sequence[Plan], bounds: Sequence[float | None], ended: Ended, next_bound: float | None
) -> AlternativesDocument:
    """Everything that is reported.

    Args:
        instance: What the plans are of.
        sought: What was looked for.
        found: The plans, in their order.
        bounds: Of each, what no plan that differs enough from all before it is worth more than.
        ended: Why no more were looked for.
        next_bound: What no further plan is worth more than.
    """
    configurations = [plan.document.configuration() for plan in found]
    plans: list[AlternativePlan] = []
    for number, (plan, bound) in enumerate(zip(found, bounds, strict=True), 1):
        entry = _entry(instance, number, plan.document, bound, found[0].document, configurations)
        plans.append(entry.model_copy(update={"trade": trade(plans[0], entry)}) if plans else entry)
    least = amount(sought.least(found[0].npv))
    proven = all(plan.proven for plan in plans) and ended in ("count", "share", "none")
    document = AlternativesDocument(
        title=plans[0].document.title,
        status="optimal" if proven else "feasible",
        count=sought.count,
        within=sought.within,
        differ=sought.differ,
        least=least,
        ended=ended,
        ended_because="",
        next_bound=None if next_bound is None else amount(next_bound),
        plans=tuple(plans),
        pairings=_pairings(instance, configurations),
        hosts=_hosts(instance, configurations),
        in_common=(),
        manifest=_manifest(found[0], sought),
    )
    document = document.model_copy(update={"ended_because": because(document), "in_common": in_common(instance, document)})
    return document.model_copy(update={"study": _study(document)})


def _entry(
    instance: Instance,
    number: int,
    document: PlanDocument,
    bound: float | None,
    first: PlanDocument,
    configurations: Sequence[Configuration],
) -> AlternativePlan:
    """One plan; what it trades is said later."""
    own, npv, summary, best = configurations[number - 1], document.npv, document.summary, first.npv
    lost = amount(best - npv)
    known = None if bound is None else max(npv, amount(bound))
    later, sooner = _timing(first, document)
    begins = [m.go_live for p in document.partnerships for m in p.members if m.tranche != LIVE] + [o.start for o in document.options]
    return AlternativePlan(
        number=number,
        run=document.run,
        npv=npv,
        lost=lost,
        share_lost=round(lost / abs(best), 9) if best else 0.0 if lost == 0 else None,
        bound=known,
        gap=None if known is None else plan_gap(npv, known),
        proven=document.status == "optimal",
        differs=tuple(differing(instance, own, other) for other in configurations[: number - 1]),
        differences=tuple(differences(instance, configurations[0], own)),
        trade="",
        one_off=summary.one_off,
        annual_saving=summary.annual_saving,
        partnerships=summary.partnerships,
        options=summary.options,
        go_lives=summary.go_lives,
        councils=summary.councils,
        latest_go_live=max(begins, default=None),
        later=later,
        sooner=sooner,
        document=document,
    )


def _timing(first: PlanDocument, other: PlanDocument) -> tuple[int, int]:
    """How many of the councils' services that are arranged in both plans begin later in the other, and how many sooner."""
    was, now = first.arrangements(), other.arrangements()
    waits = [now[key][2] - was[key][2] for key in was.keys() & now.keys()]
    return sum(wait > 0 for wait in waits), sum(wait < 0 for wait in waits)


def differing(instance: Instance, one: Configuration, other: Configuration) -> int:
    """In how many councils' services of the instance two configurations differ; see `instances.asked.Differs`."""
    return sum(one.get(key) != other.get(key) for key in instance.baselines)


def _pairings(instance: Instance, configurations: Sequence[Configuration]) -> tuple[Pairing, ...]:
    """Every two councils that are in one partnership in some plan, by service, in the order of the services and by name."""
    plans: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    for number, configuration in enumerate(configurations, 1):
        together: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (council, service), (host, _) in configuration.items():
            if host:
                together[service, host].append(council)
        for (service, _), councils in together.items():
            for a, b in combinations(sorted(councils), 2):
                plans[service, a, b].append(number)
    place = {service: i for i, service in enumerate(instance.services)}
    ordered = sorted(plans, key=lambda key: (place[key[0]], key[1:]))
    return tuple(Pairing(service=s, council_a=a, council_b=b, plans=tuple(plans[s, a, b])) for s, a, b in ordered)


def _hosts(instance: Instance, configurations: Sequence[Configuration]) -> tuple[HostedBy, ...]:
    """Every host of some plan, by service."""
    plans: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, configuration in enumerate(configurations, 1):
        for service, host in sorted({(service, host) for (_, service), (host, _) in configuration.items() if host}):
            plans[service, host].append(number)
    place = {service: i for i, service in enumerate(instance.services)}
    ordered = sorted(plans, key=lambda key: (place[key[0]], key[1]))
    return tuple(HostedBy(service=s, host=h, plans=tuple(plans[s, h])) for s, h in ordered)


def _manifest(first: Plan, sought: Sought) -> dict[str, Any]:
    """What gave the plans: data, settings, versions, what was looked for."""
    known = first.document.manifest
    kept = {name: known[name] for name in ("digests", "overrides", "settings", "notes", "solve", "versions", "moves", "forbidden")}
    return {**kept, "sought": {"count": sought.count, "within": sought.within, "differ": sought.differ}}


def _study(document: AlternativesDocument) -> str:
    """Twelve characters that stand for data, settings, versions and plans."""
    content = json.dumps(document.model_dump(mode="json", exclude={"study"}), sort_keys=True, ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(content.encode()).hexdigest()[:12]

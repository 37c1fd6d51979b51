"""What the rows of a sweep say, in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from optimiser.differences import listed
from optimiser.money import against, counted, pounds
from optimiser.sweep.result import SweepRow

NAMED = 5
"""Cases that are named in a sentence; the rest are counted."""


def told(rows: Sequence[SweepRow]) -> Iterator[str]:
    """How many plans stay, what is best and worst, and which cases have no plan."""
    base, *cases = rows
    planned = [row for row in cases if row.npv is not None]
    if base.npv is not None and planned:
        kept = sum(not row.arrangements for row in planned)
        alike = sum(_alike(row) for row in planned)
        yield from _kept(kept, alike, len(planned))
        yield from _range(planned)
        yield from _nothing(planned)
    elif base.npv is None and planned:
        yield "The base has no plan, so that there is nothing to set the cases against."
    yield from _without(cases)


def _alike(row: SweepRow) -> bool:
    """Whether the partnerships are those of the base, if at other times."""
    return not row.differences or row.differences[0].startswith("the same partnerships")


def _kept(kept: int, alike: int, planned: int) -> Iterator[str]:
    if alike == planned:
        later = "" if kept == planned else f"; in {planned - kept} some go-lives are at another time"
        yield f"{'The one case has' if planned == 1 else f'All {planned} cases have'} the partnerships of the base{later}."
    elif alike:
        yield f"{alike} of {counted(planned, 'case')} {'has' if alike == 1 else 'have'} the partnerships of the base; in the others the best plan is another."
    else:
        yield f"{'The one case has' if planned == 1 else f'All {planned} cases have'} another best plan than the base."


def _range(planned: Sequence[SweepRow]) -> Iterator[str]:
    best = max(planned, key=lambda row: row.npv or 0.0)
    worst = min(planned, key=lambda row: row.npv or 0.0)
    if best is worst or round(best.npv or 0.0) == round(worst.npv or 0.0):
        return
    yield f"NPV is highest in {best.case}, {pounds(best.npv or 0.0)} ({_against(best)}), and lowest in {worst.case}, {pounds(worst.npv or 0.0)} ({_against(worst)})."


def _nothing(planned: Sequence[SweepRow]) -> Iterator[str]:
    names = [row.case for row in planned if not row.partnerships and not row.options]
    if names:
        yield f"Nothing both pays and keeps the rules, so that every council keeps its services, in {named(names)}."


def _against(row: SweepRow) -> str:
    more = row.difference or 0.0
    return f"{against(more)} {'than' if round(more) else 'as'} the base"


_WITHOUT = {
    "infeasible": ("No plan meets all that is asked in", "."),
    "no_plan": ("No plan was found in time in", "; more --time-limit may find one."),
    "feasible": ("Stopped at the time limit, with the gap that is stated:", "."),
    "failed": ("Could not be solved, for the reason stated:", "."),
    "crashed": ("The process that solved it died in", ", each time that it was tried."),
    "not solved": ("Not solved:", "."),
}


def _without(cases: Sequence[SweepRow]) -> Iterator[str]:
    groups: dict[str, list[str]] = defaultdict(list)
    for row in cases:
        groups[row.status].append(row.case)
    for status, (begin, end) in _WITHOUT.items():
        if names := groups.get(status):
            yield f"{begin} {named(names)}{end}"


def named(names: Sequence[str]) -> str:
    """Some names, and how many more there are."""
    if len(names) <= NAMED:
        return listed(names)
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"

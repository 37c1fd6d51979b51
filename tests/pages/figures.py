"""Figures for the sentences that are written by hand, by name; a part of the study is made only where a sentence asks for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from optimiser.money import percent, short
from optimiser.sensitivity.tipping import Tipping
from pages.studies import Study
from pages.text import tidy
from pages.withdrawal import lost_after, lost_before


class Figures(Mapping[str, Any]):
    """What a placeholder may name.

    npv, saving, one_off, forecast: of the plan.
    nothing, same: shares of the draws.
    switching[PATH], low_at[PATH], low_held[PATH], low_best[PATH], and the same with high: of inputs.
    below[PATH], above[PATH]: tipping values.
    price[NAME] or price[NAME: STEP]: without its sign.
    before[COUNCIL], after[COUNCIL]: what the others lose together by its leaving.
    """

    def __init__(self, study: Study) -> None:
        """Of a study."""
        summary = study.plan.summary
        self._known: dict[str, Callable[[], Any]] = {
            "npv": lambda: short(study.plan.npv),
            "saving": lambda: short(summary.annual_saving),
            "one_off": lambda: short(summary.one_off),
            "forecast": lambda: percent(study.prices.reference.forecast),
            "nothing": lambda: percent(study.drawn.reference.nothing, 0),
            "same": lambda: percent(study.drawn.uncertainty.same if study.drawn.uncertainty else None, 0),
            "switching": lambda: {one.path: tidy(one.switching.value) for one in study.inputs.inputs},
            "below": lambda: {one.path: _tip(one.below) for one in study.tipped},
            "above": lambda: {one.path: _tip(one.above) for one in study.tipped},
            "price": lambda: _prices(study),
            "before": lambda: {one.council: short(loss) for one in study.prices.withdrawals if (loss := lost_before(one)) is not None},
            "after": lambda: {one.council: short(lost_after(one)) for one in study.prices.withdrawals},
        }
        for end in ("low", "high"):
            for kind in ("at", "held", "best"):
                self._known[f"{end}_{kind}"] = lambda end=end, kind=kind: _ends(study, end, kind)  # type: ignore[misc]

    def __getitem__(self, name: str) -> Any:
        return self._known[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _prices(study: Study) -> dict[str, str]:
    found = study.prices
    known = [one for one in (*found.rules, *found.commitments, *found.pairs, *found.decisions) if one.gained is not None]
    return {name: short(abs(one.gained or 0.0)) for one in known for name in (one.name, f"{one.name}: {one.step}")}


def _ends(study: Study, which: str, kind: str) -> dict[str, str]:
    ends = {one.path: getattr(one, which) for one in study.inputs.inputs}
    if kind == "at":
        return {path: tidy(end.value) for path, end in ends.items()}
    values = {path: end.held if kind == "held" else end.reoptimised.npv for path, end in ends.items()}
    return {path: short(value) for path, value in values.items() if value is not None}


def _tip(side: Tipping) -> str:
    return "nowhere" if side.position is None else tidy(side.value)

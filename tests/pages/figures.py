"""Figures for the sentences that are written by hand, by name."""

from __future__ import annotations

from typing import Any

from optimiser.money import percent, short
from optimiser.sensitivity.inputs import EndResult, InputResult
from optimiser.sensitivity.tipping import Tipping
from pages.studies import Study
from pages.text import tidy
from pages.withdrawal import lost_after, lost_before


class Figures:
    """What a placeholder may name: `{npv}`, `{above[rules.minimum_saving]}`, `{price[Shepway stays out]}` and so on."""

    def __init__(self, study: Study) -> None:
        self._study = study

    def all(self) -> dict[str, Any]:
        """Every figure by name; those of inputs by path, of prices by name or `name: step`, of withdrawals by council."""
        study = self._study
        found, summary = study.found, study.plan.summary
        turned = study.tipped.inputs
        return {
            "npv": short(found.npv),
            "saving": short(summary.annual_saving),
            "one_off": short(summary.one_off),
            "forecast": percent(found.reference.forecast),
            "nothing": percent(found.reference.nothing, 0),
            "same": percent(found.uncertainty.same if found.uncertainty else None, 0),
            "switching": {one.path: tidy(one.switching.value) for one in found.inputs},
            **{f"{which}_{kind}": _ends(found.inputs, which, kind) for which in ("low", "high") for kind in ("at", "held", "best")},
            "below": {one.path: _tip(one.below) for one in turned},
            "above": {one.path: _tip(one.above) for one in turned},
            "price": self._prices(),
            "before": {one.council: short(loss) for one in found.withdrawals if (loss := lost_before(one)) is not None},
            "after": {one.council: short(lost_after(one)) for one in found.withdrawals},
        }

    def _prices(self) -> dict[str, str]:
        found = self._study.found
        known = [one for one in (*found.rules, *found.commitments, *found.pairs, *found.decisions) if one.gained is not None]
        return {name: short(abs(one.gained or 0.0)) for one in known for name in (one.name, f"{one.name}: {one.step}")}


def _ends(inputs: tuple[InputResult, ...], which: str, kind: str) -> dict[str, str]:
    ends: dict[str, EndResult] = {one.path: getattr(one, which) for one in inputs}
    if kind == "at":
        return {path: tidy(end.value) for path, end in ends.items()}
    values = {path: end.held if kind == "held" else end.reoptimised.npv for path, end in ends.items()}
    return {path: short(value) for path, value in values.items() if value is not None}


def _tip(side: Tipping | None) -> str:
    return "nowhere" if side is None or side.position is None else tidy(side.value)

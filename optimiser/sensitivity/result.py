"""What a sensitivity study gives: typed, frozen, JSON through pydantic; DataFrames at the edge."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from optimiser.sensitivity.frontier import Frontier
from optimiser.sensitivity.inputs import EndResult, InputResult
from optimiser.sensitivity.prices import Price
from optimiser.sensitivity.reference import Reference
from optimiser.sensitivity.tipping import Tipping
from optimiser.sensitivity.uncertainty import DrawRow, Uncertainty
from optimiser.sensitivity.withdrawal import Withdrawal


class SensitivityDocument(BaseModel):
    """sensitivity.json.

    Attributes:
        study: Twelve characters that stand for data, settings, versions and what was asked.
        run: The run of the plan that is studied.
        title: Title of the instance.
        npv, bound, gap: Of the plan, GBP and a share.
        inputs: Each input, by swing of the held NPV, the greatest first: the order of a tornado chart.
        rules, commitments, pairs, decisions: Prices, the dearest first.
        withdrawals: Each council that shares anything, by what its leaving after adoption would cost the others, the dearest first.
        frontiers: NPV against other measures.
        uncertainty: What the draws say; None without draws.
        draws: The draws.
        reference: The forecast beside its reference class.
        manifest: What gave it.
    """

    model_config = ConfigDict(frozen=True)

    study: str = ""
    run: str
    title: str
    npv: float
    bound: float | None
    gap: float | None
    inputs: tuple[InputResult, ...] = ()
    rules: tuple[Price, ...] = ()
    commitments: tuple[Price, ...] = ()
    pairs: tuple[Price, ...] = ()
    decisions: tuple[Price, ...] = ()
    withdrawals: tuple[Withdrawal, ...] = ()
    frontiers: tuple[Frontier, ...] = ()
    uncertainty: Uncertainty | None = None
    draws: tuple[DrawRow, ...] = ()
    reference: Reference
    manifest: dict[str, Any] = Field(default_factory=dict)


class Sensitivity:
    """A sensitivity study with its tables as DataFrames.

    Attributes:
        document: Everything, as in sensitivity.json.
        instance: Name of the folder or case; a label.
    """

    def __init__(self, document: SensitivityDocument, instance: str = "") -> None:
        """Wrap a document."""
        self.document, self.instance = document, instance

    def __repr__(self) -> str:
        """A line for the console."""
        return f"Sensitivity({self.instance or self.document.title!r}, inputs={len(self.document.inputs)})"

    @classmethod
    def from_json(cls, path: Path | str) -> Sensitivity:
        """Read a sensitivity.json."""
        return cls(SensitivityDocument.model_validate_json(Path(path).read_text(encoding="utf-8")))

    @cached_property
    def inputs(self) -> pd.DataFrame:
        """One row for each input, in the order of the tornado."""
        return pd.DataFrame([_input_row(one) for one in self.document.inputs], columns=_INPUT_COLUMNS)

    @cached_property
    def prices(self) -> pd.DataFrame:
        """One row for each price: of rules, commitments, pairs and decisions."""
        document = self.document
        found = (*document.rules, *document.commitments, *document.pairs, *document.decisions)
        return pd.DataFrame([_price_row(one) for one in found], columns=_PRICE_COLUMNS)

    @cached_property
    def withdrawals(self) -> pd.DataFrame:
        """One row for each council that leaves and each council that is there."""
        rows = [{"leaver": one.council, **loss.model_dump()} for one in self.document.withdrawals for loss in one.losses]
        return pd.DataFrame(rows, columns=["leaver", "council", "plan", "before", "after", "exit_cost", "sunk"])

    @cached_property
    def frontier(self) -> pd.DataFrame:
        """One row for each point of each frontier."""
        columns = ["measure", "limit", "value", "npv", "bound", "status", "lost", "becomes"]
        rows = [
            [p.measure, p.limit, p.value, p.answer.npv, p.answer.bound, p.answer.status, p.lost, "; ".join(p.becomes)]
            for one in self.document.frontiers
            for p in one.points
        ]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def draws(self) -> pd.DataFrame:
        """One row for each draw, one column for each input."""
        rows = [{"draw": d.draw, **d.positions, **d.model_dump(exclude={"draw", "positions"})} for d in self.document.draws]
        table = pd.DataFrame(rows, columns=None if rows else ["draw", "held", "best", "bound", "status", "broken"])
        table["broken"] = table["broken"].map("; ".join)
        return table

    @cached_property
    def kept(self) -> pd.DataFrame:
        """How often each pairing and each host is in the best plan of a draw."""
        found = self.document.uncertainty
        rows = [] if found is None else [(one, "pairing") for one in found.pairings] + [(one, "host") for one in found.hosts]
        columns = ["kind", "service", "councils", "share", "planned"]
        return pd.DataFrame([[kind, one.service, "; ".join(one.councils), one.share, one.planned] for one, kind in rows], columns=columns)


_END_COLUMNS = ("value", "held", "broken", "reoptimised", "bound", "status", "changes", "becomes")
_INPUT_COLUMNS = [
    *("path", "unit", "figures", "base"),
    *(f"low_{name}" for name in _END_COLUMNS),
    *(f"high_{name}" for name in _END_COLUMNS),
    *("swing", "switching", "switching_override", "tips_below", "tips_above"),
    *("tipping_becomes", "tipping_retimed", "nearest_override", "source"),
]
_PRICE_COLUMNS = ["subject", "name", "step", "gained", "least", "most", "status", "changes", "becomes", "overrides", "refused"]


def _end_row(prefix: str, end: EndResult | None) -> dict[str, Any]:
    if end is None:
        return {f"{prefix}_{name}": None for name in _END_COLUMNS}
    best = end.reoptimised
    status = "refused" if end.refused else best.status
    figures = (end.value, end.held, "; ".join(end.broken), best.npv, best.bound, status, end.changes, "; ".join(end.becomes))
    return {f"{prefix}_{name}": figure for name, figure in zip(_END_COLUMNS, figures, strict=True)}


def _input_row(one: InputResult) -> dict[str, Any]:
    nearest = one.nearest
    return {
        **{"path": one.path, "unit": one.unit, "figures": one.figures, "base": one.base},
        **_end_row("low", one.low),
        **_end_row("high", one.high),
        **{"swing": one.swing, "switching": one.switching.value, "switching_override": one.switching.override},
        **{"tips_below": _tip(one.below), "tips_above": _tip(one.above)},
        **{"tipping_becomes": "" if nearest is None else "; ".join(nearest.becomes)},
        **{"tipping_retimed": None if nearest is None else nearest.retimed},
        **{"nearest_override": "" if nearest is None else nearest.override, "source": one.source},
    }


def _tip(tipping: Tipping | None) -> str:
    return "" if tipping is None else tipping.value


def _price_row(one: Price) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in ("subject", "name", "step", "gained", "least", "most", "changes", "refused")},
        "status": "refused" if one.refused else one.answer.status,
        "becomes": "; ".join(one.becomes),
        "overrides": "; ".join(one.overrides),
    }


def dearest_first(prices: Iterable[Price]) -> tuple[Price, ...]:
    """Prices by what is gained or lost, the greatest first; what has none last, in the order given."""
    return tuple(sorted(prices, key=lambda one: (one.gained is None, -abs(one.gained or 0.0))))

"""A plan in half a sentence, and a report in one. Where nothing has changed that is all there is to say, so it waits for nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimiser.money import counted, percent, pounds


def in_short(plan: Mapping[str, Any]) -> str:
    """The figures of a plan (`SideFigures`), to follow the name of its run."""
    if plan["npv"] is None:
        return f", which gave no plan ({plan['status'].replace('_', ' ')})"
    proven = "" if plan["gap"] is None else f", proven to {percent(plan['gap'], 2)}"
    saving, once = pounds(plan["annual_saving"]), pounds(plan["one_off"])
    return f": NPV {pounds(plan['npv'])}{proven}, {saving} saved a year for {once} once, {counted(plan['partnerships'], 'partnership')}"


def same_data(report: Mapping[str, Any]) -> str:
    """The report of a job whose source looks different and holds the same data."""
    return f"The source looks different, but holds the same data: run {report['run']} stands{in_short(report['plan'])}."

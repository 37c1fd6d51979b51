"""Rule compatibility of an area: political control and joint working as published, by a figure of ours."""

from __future__ import annotations

import itertools

import pandas as pd

from instances.england.text import records, toml_value
from instances.settings import CompatibilityScores

MINIMUM = 0.5
"""Least compatibility of two members. A choice of ours: it lies between `different` and one side without overall control."""
RULE = f'compatibility = {{ minimum = {toml_value(MINIMUM)}, scope = "all_pairs" }}'
ASIDE = ("rules.compatibility = false",)
"""The scenario that leaves politics out."""

_SCORES = CompatibilityScores()
_SCALE = (
    f"{_SCORES.same_control:.1f} under the same control, {_SCORES.no_overall_control:.1f} if one side is under no overall control, "
    f"{_SCORES.different_control:.1f} under different control; for two that work together already the mean of that and of their "
    f"years / {_SCORES.history_years:g}"
)
_YEARS = f"{(2 * MINIMUM - _SCORES.different_control) * _SCORES.history_years:g}"
_SHORT = f"{(2 * MINIMUM - _SCORES.no_overall_control) * _SCORES.history_years:g}"
ON = (
    f"Political compatibility of every two members, derived from `control` (councils.csv) and history.csv: {_SCALE}. So {MINIMUM:g} keeps "
    f"apart two councils led by different parties, unless they have worked together for {_YEARS} years; it lets in any under no overall "
    f"control, unless one side has a majority and joint working is younger than {_SHORT} years, which lowers the mean. source: control as "
    "published; scores and minimum are choices of ours, no figure found. The guide says that councils' ability to work together is not "
    "evidently related to party politics, and control can change in May 2027: look at the scenario politics_aside, which switches the "
    "rule off, before a partnership is ruled out. A score of a pair in compatibility.csv goes before all this."
)
OFF = (
    "Political compatibility is off, since neither control nor joint working is known of any two councils that run the same service. "
    "Give `control` (councils.csv) or scores (compatibility.csv), then:"
)


def is_known(councils: pd.DataFrame, baselines: pd.DataFrame, history: pd.DataFrame) -> bool:
    """Whether control or joint working is known of any two councils that run the same service; without, the rule would be refused."""
    led = set(councils.loc[councils["control"] != "", "council"])
    worked = {frozenset((row["council_a"], row["council_b"])) for row in records(history)}
    return any(
        {a, b} <= led or {a, b} in worked
        for _, group in baselines.groupby("service")
        for a, b in itertools.combinations(group["council"], 2)
    )

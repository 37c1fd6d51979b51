"""Asked besides the rules: a measure of the whole plan stays within a limit (`instances.asked.AtMost`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from formulations.terms import THOUSAND, linear, variables, weighed
from instances import LIVE
from instances.asked import AtMost, Measure

Terms = tuple[list[float], list[Any]]
"""Coefficients and variables."""


def _one_off(m: Any) -> Terms:
    coefficients, found = weighed(m, m.priced.moves["one_off"].to_numpy(), m.priced.options["one_off"].to_numpy())
    paying = [(a, variable) for a, variable in zip(coefficients, found, strict=True) if a != 0]
    return [a for a, _ in paying], [variable for _, variable in paying]


def _go_lives(m: Any) -> Terms:
    found = variables(m, (j for j in m.joins if j[-1] != LIVE), (o for o in m.opens if o[-1] != LIVE))
    return [1.0] * len(found), found


def _partnerships(m: Any) -> Terms:
    return [1.0] * len(m.opens), list(m.opens.values())


_TERMS: Mapping[Measure, tuple[Callable[[Any], Terms], float]] = {
    "one_off": (_one_off, THOUSAND),
    "go_lives": (_go_lives, 1.0),
    "partnerships": (_partnerships, 1.0),
}
"""Terms of each measure, and how many of its units the rows have as one."""


def at_most_index(m: Any) -> list[int]:
    """Places of these demands among all that is asked."""
    return [place for place, asked in enumerate(m.priced.asked) if isinstance(asked, AtMost)]


def at_most_rule(m: Any, place: int) -> Any:
    """The measure is no more than the limit.

    one_off:       sum one_off * moves and alternatives                    <= limit        thousand GBP
    go_lives:      sum[k >= 0] (join[c,s,h,v,k] + open[s,h,v,k])           <= limit        go-lives
    partnerships:  sum[s,h,v,k] open[s,h,v,k]                              <= limit        partnerships

    One-offs are after bias, terminations included, not discounted. Source: model.md, section 6, frontier.
    """
    asked = m.priced.asked[place]
    terms, unit = _TERMS[asked.measure]
    return (None, linear(*terms(m)), asked.limit / unit)

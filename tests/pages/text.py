"""Words and figures of the pages: whole pounds, percentages to two decimals, tables in Markdown."""

from __future__ import annotations

import re
from collections.abc import Sequence

from optimiser.money import counted, pounds


def tidy(text: str) -> str:
    """A text whose decimals are cut to two, trailing zeros gone; scores keep three."""
    text = re.sub(r"\d+\.\d{3,}(?=%)", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), text)
    text = re.sub(r"(\d)\.0%", r"\1%", text)
    return re.sub(r"\d+\.\d{4,}", lambda found: f"{float(found[0]):.3f}".rstrip("0").rstrip("."), text)


def capital(text: str) -> str:
    """A text with its first letter as a capital, the others as they are."""
    return text[:1].upper() + text[1:]


def lost(value: float) -> str:
    """What is lost; where it is below 0, what is gained."""
    return pounds(value) if round(value) >= 0 else f"gains {pounds(-value)}"


def scale_of(values: Sequence[float]) -> tuple[float, int, str]:
    """What money in a table is divided by, its decimals, and the unit in words."""
    return (1e6, 2, "£ million") if max(map(abs, values), default=0.0) >= 1e6 else (1e3, 0, "£ thousand")


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> list[str]:
    """A table in Markdown; `right` are the columns of figures."""
    rule = ["---:" if place in right else "---" for place in range(len(heads))]
    return ["", *(f"| {' | '.join(row)} |" for row in (list(heads), rule, *map(list, rows))), ""]


def briefly(sentences: Sequence[str], shown: int = 2) -> str:
    """The first differences, and how many there are besides."""
    rest = len(sentences) - shown
    return "; ".join(sentences[:shown]) + (f"; and {counted(rest, 'other change')}" if rest > 0 else "")


def rule_name(rule: str) -> str:
    """A rule in words."""
    return rule.replace("_", " ")

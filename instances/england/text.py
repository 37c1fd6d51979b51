"""Numbers, counts and rows as text: the same in every table and in instance.toml."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd


def plain(value: float | Sequence[float]) -> str:
    """A number without exponent, separators or trailing zeros (six decimals at most); a list as `0.5;0.8;1`."""
    if not isinstance(value, (int, float)):
        return ";".join(plain(item) for item in value)
    text = f"{value:.6f}".rstrip("0").rstrip(".")
    return "0" if text in ("", "-0") else text


def toml_value(value: float | Sequence[float]) -> str:
    """The same as a TOML value: a number, or an array of numbers."""
    if not isinstance(value, (int, float)):
        return f"[{', '.join(plain(item) for item in value)}]"
    return plain(value)


def records(table: pd.DataFrame) -> list[dict[str, str]]:
    """The rows of a table of text, each by column."""
    return [{str(column): str(cell) for column, cell in row.items()} for row in table.to_dict("records")]


def counted(number: int, noun: str) -> str:
    """`1 council`, `2 councils`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"

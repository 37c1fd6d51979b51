"""One cell of a table: what its column holds, and what its text means.

A number may be written with a pound sign and thousands separators; that is accepted and said. Everything else that is
not plain is refused, with what to write instead.
"""

from __future__ import annotations

import datetime as dt
import re
import types
import typing
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel

from instances.hints import SPREADSHEET_ERROR, date_hint, number_hint
from instances.messages import DATE, TRUTH, show
from instances.values import FIRST_DAY, LARGEST, iso_date

Kind = Literal["number", "truth", "date", "list", "text"]

_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_MONEY = re.compile(r"([+-]?)\s*£?\s*([+-]?)((?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?)")
_TRUE, _FALSE = {"true", "yes", "1"}, {"false", "no", "0"}


@dataclass(frozen=True, slots=True)
class Cell:
    """What the text of a cell means.

    Attributes:
        value: The value; None where it is refused.
        money: Whether it is a number with a currency sign or thousands separators.
        problem: Why it is refused; empty where it is not.
        expected: What to write instead.
    """

    value: Any = None
    money: bool = False
    problem: str = ""
    expected: str = ""


class Unreadable(str):
    """A cell that holds something but not text that could be read; the text stands for it where only blank or not matters.

    Attributes:
        refused: Why, and what to do instead.
    """

    __slots__ = ("refused",)
    refused: Cell

    def __new__(cls, problem: str, expected: str) -> Unreadable:
        """A cell with this problem."""
        cell = super().__new__(cls, "?")
        cell.refused = Cell(problem=problem, expected=expected)
        return cell


@cache
def kind_of(model: type[BaseModel], column: str) -> Kind:
    """What a column holds."""
    pending: list[Any] = [model.model_fields[column].annotation]
    found = set()
    while pending:
        annotation = pending.pop()
        origin = typing.get_origin(annotation)
        if origin in (typing.Union, types.UnionType, typing.Annotated):
            pending.extend(typing.get_args(annotation)[: 1 if origin is typing.Annotated else None])
        else:
            found.add(origin or annotation)
    if tuple in found:
        return "list"
    if dt.date in found:
        return "date"
    if found & {float, int}:
        return "number"
    return "truth" if bool in found else "text"


def parse(text: str, kind: Kind) -> Cell:
    """The value of a cell that is not blank."""
    if SPREADSHEET_ERROR.fullmatch(text):
        return Cell(problem=f"{show(text)} is an error of the spreadsheet", expected="mend the formula or leave the cell blank")
    return _PARSERS[kind](text)


def _number(text: str) -> Cell:
    money = not _PLAIN.fullmatch(text)
    if not money:
        value = float(text)
    else:
        match = _MONEY.fullmatch(text)
        if match is None or (match[1] and match[2]):
            return Cell(problem=f"{show(text)} is not a number", expected=number_hint(text))
        value = float(f"{match[1]}{match[2]}{match[3].replace(',', '')}")
    if abs(value) > LARGEST:
        return Cell(problem=f"{show(text)} is too large", expected=f"figures go up to {LARGEST:,.0f}; check the unit")
    return Cell(value, money)


def _truth(text: str) -> Cell:
    folded = text.casefold()
    if folded in _TRUE | _FALSE:
        return Cell(folded in _TRUE)
    return Cell(problem=f"{show(text)} is not true or false", expected=TRUTH)


def _date(text: str) -> Cell:
    found = iso_date(text)
    if found is None:
        return Cell(problem=f"{show(text)} is not a date", expected=date_hint(text))
    if found < FIRST_DAY:
        return Cell(problem=f"{show(text)} is out of range", expected=f"{DATE}, {FIRST_DAY} or later")
    return Cell(found)


def _list(text: str) -> Cell:
    values = []
    for part in text.split(";"):
        cell = _number(part.strip()) if part.strip() else Cell(problem=f"{show(text)} has an empty item")
        if cell.problem or cell.money:
            return Cell(
                problem=cell.problem or f"{show(part.strip())} is not a number",
                expected="write numbers with semicolons between them, such as 0.5;1",
            )
        values.append(cell.value)
    return Cell(tuple(values))


_PARSERS: dict[str, typing.Callable[[str], Cell]] = {"number": _number, "truth": _truth, "date": _date, "list": _list, "text": Cell}

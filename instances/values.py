"""Types of the single values of instance.toml: numbers are numbers, truth values truth values, dates dates.

Pydantic's own reading is laxer: to it `true` is 1, `"0.5"` is 0.5 and 86400 is a day. Overrides give every number as a
float, so a whole float does where a whole number belongs.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import BeforeValidator

from instances.hints import date_hint, number_hint
from instances.messages import DATE, LIST, NUMBER, TRUTH, WHOLE, refuse, show

LARGEST = 1e15
"""Beyond this a number cannot hold single pounds and pence."""
FIRST_DAY = dt.date(1900, 1, 1)
"""An earlier date is a slip, such as 0207 for 2027."""
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def number(value: Any) -> float:
    """A finite number of a usable size.

    Raises:
        PydanticCustomError: It is none.
    """
    if isinstance(value, str):
        raise refuse(f"{show(value)} is text, not a number", number_hint(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"{show(value)} is not a number", NUMBER)
    if value != value or value in (float("inf"), float("-inf")):
        raise refuse(f"{show(value)} is not a finite number", NUMBER)
    if abs(value) > LARGEST:
        raise refuse(f"{show(value)} is too large", f"figures go up to {LARGEST:,.0f}; check the unit")
    return float(value)


def whole(value: Any) -> int:
    """A whole number.

    Raises:
        PydanticCustomError: It is none.
    """
    if isinstance(value, str):
        hint = number_hint(value)
        raise refuse(f"{show(value)} is text, not a number", WHOLE if hint == NUMBER else hint)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise refuse(f"{show(value)} is not a whole number", WHOLE)
    if not number(value).is_integer():
        raise refuse(f"{show(value)} is not a whole number", WHOLE)
    return int(value)


def truth(value: Any) -> bool:
    """`true` or `false`.

    Raises:
        PydanticCustomError: It is neither.
    """
    if not isinstance(value, bool):
        raise refuse(f"{show(value)} is not true or false", TRUTH)
    return value


def day(value: Any) -> dt.date:
    """A date, bare or as YYYY-MM-DD in quotes.

    Raises:
        PydanticCustomError: It is none, or lies before 1900.
    """
    found = iso_date(value) if isinstance(value, str) else value
    if isinstance(found, dt.datetime) or not isinstance(found, dt.date):
        text = value if isinstance(value, str) else show(value)
        raise refuse(f"{show(value)} is not a date", date_hint(text) if isinstance(value, str | dt.datetime) else DATE)
    if found < FIRST_DAY:
        raise refuse(f"{show(value)} is out of range", f"expected {FIRST_DAY} or later")
    return found


def iso_date(text: str) -> dt.date | None:
    """The date that is written as YYYY-MM-DD; None for anything else."""
    if not _ISO.fullmatch(text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


def numbers(value: Any) -> tuple[float, ...]:
    """A list of numbers, one at least.

    Raises:
        PydanticCustomError: It is none, or is empty.
    """
    if not isinstance(value, list | tuple):
        raise refuse(f"{show(value)} is not a list", LIST)
    if not value:
        raise refuse("[] has too few items", "expected at least 1")
    return tuple(number(item) for item in value)


def year_or_text(value: Any) -> int | str:
    """A year as a number, or as text such as 2026/27.

    Raises:
        PydanticCustomError: It is neither.
    """
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise refuse(f"{show(value)} is not a year", 'write 2026 or "2026/27"')
    return value


Number = Annotated[float, BeforeValidator(number)]
Whole = Annotated[int, BeforeValidator(whole)]
Truth = Annotated[bool, BeforeValidator(truth)]
Day = Annotated[dt.date, BeforeValidator(day)]

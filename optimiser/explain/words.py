"""Figures and changes in words that a committee uses."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

from dateutil.relativedelta import relativedelta

from instances.messages import figure
from optimiser.money import pounds

PLURAL = {"members", "partnerships", "go-lives", "services", "councils", "periods", "years", "minutes"}
MORE, LESS = "more", "less"


def day(value: dt.date) -> str:
    """1 April 2027."""
    return f"{value.day} {value:%B %Y}"


def amount(value: Any, unit: str) -> str:
    """A value with its unit: 43.2 km, 7.31%, £120,000, 1 April 2027, 1 member."""
    if value is None:
        return "nothing"
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.replace("_", " ")
    if unit == "share":
        return f"{number(value * 100, 2)}%"
    if unit.startswith("GBP"):
        return f"{pounds(value)}{' a year' if unit.endswith('a year') else ''}"
    if unit == "year":
        return f"year {figure(value)}"
    if unit == "units a year":
        return f"{number(value)} units a year"
    if unit in ("score", ""):
        return number(value, 6)
    return f"{number(value)} {unit if value != 1 or unit not in PLURAL else _one(unit)}"


def far_enough(old: Any, new: Any, unit: str) -> str:
    """A new value with its unit, rounded so that it goes as far as the value itself."""
    if unit not in ("km", "minutes") or not isinstance(old, int | float):
        return amount(new, unit)
    rounded = math.ceil(new * 100 - 1e-6) / 100 if new > old else math.floor(new * 100 + 1e-6) / 100
    return amount(rounded, unit)


def number(value: float, digits: int = 2) -> str:
    """A number with thousands separators and no more decimals than it needs."""
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _one(unit: str) -> str:
    return {"go-lives": "go-live"}.get(unit, unit.removesuffix("s"))


def change(old: Any, new: Any, unit: str) -> tuple[float | None, str]:
    """New less old, of dates in days, and how far it goes in words: 3.2 km more, 6 months earlier, 1.4 points less."""
    if isinstance(old, dt.date) and isinstance(new, dt.date):
        return float((new - old).days), _span(old, new)
    if isinstance(old, bool) or isinstance(new, bool) or not isinstance(old, int | float) or not isinstance(new, int | float):
        return None, ""
    step = new - old
    size, way = abs(step), MORE if step > 0 else LESS
    if unit == "share":
        return round(step, 12), f"{number(size * 100, 2)} points {way}"
    if unit == "year":
        return step, f"{number(size)} year{'' if size == 1 else 's'} {'later' if step > 0 else 'earlier'}"
    if unit in ("score", ""):
        return round(step, 12), f"{number(size, 6)} {'higher' if step > 0 else 'lower'}"
    fewer = unit in PLURAL and unit not in ("years", "minutes") and step < 0
    return round(step, 12), f"{amount(size, unit)} {'fewer' if fewer else way}"


def _span(old: dt.date, new: dt.date) -> str:
    """Months where they are whole, days otherwise."""
    early, late = sorted((old, new))
    span = relativedelta(late, early)
    months = span.years * 12 + span.months
    length = f"{months} month{'' if months == 1 else 's'}"
    if span.days or not months:
        days = (late - early).days
        length = f"{days:,} day{'' if days == 1 else 's'}"
    return f"{length} {'earlier' if new < old else 'later'}"

"""What to write instead of a number, a date or a list that is written another way: percent signs, decimal commas, 31/03/2027."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from decimal import Decimal

from instances.messages import DATE, NUMBER

SPREADSHEET_ERROR = re.compile(r"#(N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA|#+)", re.IGNORECASE)
"""What a spreadsheet shows in place of a value it cannot work out, or that its column is too narrow for."""

_UNKNOWN = {"-", "--", "\u2013", "\u2014", "?", "n/a", "na", "n.a.", "nan", "nil", "none", "null", "tbc", "tbd", "unknown", "not known"}
_ENDLESS = {"inf", "infinity", "unlimited", "no limit", "none", "∞", "-inf", "+inf", "-infinity", "+infinity"}
_PERCENT = re.compile(r"([+-]?[0-9]+(?:\.[0-9]+)?)\s*(?:%|per ?cent|pc)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"([+-]?)([0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+),([0-9]+)")
_BRACKETS = re.compile(r"\(\s*£?\s*([0-9,]+(?:\.[0-9]+)?)\s*\)")
_GAPS = re.compile(r"([+-]?)£?\s*([0-9]{1,3}(?:['\u2019\s][0-9]{3})+)(\.[0-9]+)?")
_MULTIPLE = re.compile(r"([+-]?)£?\s*([0-9]+(?:\.[0-9]+)?)\s*(k|thousand|m|mn|million|bn|billion)", re.IGNORECASE)
_WITH_UNIT = re.compile(r"£?\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*[A-Za-z][A-Za-z .]*")
_TIMES = {"k": 3, "t": 3, "m": 6, "b": 9}
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.\- ]([0-9]{1,2})[/.\- ]([0-9]{4}|[0-9]{2})(?:[T ].*)?")
_YEAR_FIRST = re.compile(r"([0-9]{4})[/.\- ]?([0-9]{1,2})[/.\- ]?([0-9]{1,2})(?:[T ].*)?")
_IN_WORDS = re.compile(r"([0-9]{1,2})(?:st|nd|rd|th)?[\s\-]+([A-Za-z]{3,9})\.?[\s\-,]+([0-9]{4}|[0-9]{2})")
_SERIAL = re.compile(r"[2-7][0-9]{4}")
_SPREADSHEET_EPOCH = dt.date(1899, 12, 30)


def number_hint(text: str) -> str:
    """How to write what was meant as a number."""
    text = text.strip()
    if SPREADSHEET_ERROR.fullmatch(text):
        return "mend the formula in the spreadsheet"
    if text.casefold() in _ENDLESS - _UNKNOWN:
        return "leave it blank where there is no limit"
    if text.casefold() in _UNKNOWN:
        return "leave it blank where it is not known"
    plain = _plain(text)
    return NUMBER if plain is None else f"write {plain}"


def _plain(text: str) -> str | None:
    """The number that was most likely meant, as plain text."""
    text = text.replace("\u2212", "-").replace("\u00a0", " ").replace("\u202f", " ").replace("\u2009", " ")
    if re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", text):
        return text
    if match := _PERCENT.fullmatch(text):
        return f"{(Decimal(match[1]) / 100).normalize():f}"
    if match := _BRACKETS.fullmatch(text):
        return f"-{match[1].replace(',', '')}"
    if match := _GAPS.fullmatch(text):
        return f"{match[1]}{re.sub(r'[^0-9]', '', match[2])}{match[3] or ''}"
    if match := _DECIMAL_COMMA.fullmatch(text):
        return f"{match[1]}{re.sub(r'[^0-9]', '', match[2])}.{match[3]}"
    if match := _MULTIPLE.fullmatch(text):
        return f"{match[1]}{(Decimal(match[2]) * 10 ** _TIMES[match[3][0].casefold()]).normalize():f}"
    if match := _WITH_UNIT.fullmatch(text):
        return match[1]
    return None


def date_hint(text: str) -> str:
    """How to write what was meant as a date."""
    text = text.strip()
    if SPREADSHEET_ERROR.fullmatch(text):
        return "mend the formula in the spreadsheet"
    if match := _YEAR_FIRST.fullmatch(text):
        return _date(match[1], match[2], match[3])
    if match := _DAY_FIRST.fullmatch(text):
        sure = int(match[1]) > 12 or match[1] == match[2]
        return _date(match[3], match[2], match[1], "" if sure else " if the day stands first")
    if match := _IN_WORDS.fullmatch(text):
        months = [name.casefold() for name in calendar.month_abbr]
        short = match[2][:3].casefold()
        return _date(match[3], str(months.index(short)), match[1]) if short in months else DATE
    if _SERIAL.fullmatch(text):
        found = _SPREADSHEET_EPOCH + dt.timedelta(days=int(text))
        return f"{DATE}, here {found} if it is a spreadsheet's day number"
    return DATE


def _date(year: str, month: str, day: str, condition: str = "") -> str:
    """The advice with the date meant; where there is no such day, why."""
    number, first = int(month), int(year) + (2000 if len(year) == 2 else 0)
    if not 1 <= number <= 12 or first < 1:
        return DATE
    days = calendar.monthrange(first, number)[1]
    if not 1 <= int(day) <= days:
        return f"{DATE}; {calendar.month_name[number]} {first} has {days} days"
    return f"{DATE}, here {dt.date(first, number, int(day))}{condition}"

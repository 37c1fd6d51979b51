"""Money, shares and years as a finance officer writes them."""

from __future__ import annotations


def pounds(value: float) -> str:
    """Whole pounds with thousands separators: £1,234,567, -£1,234."""
    whole = round(value)
    return f"-£{-whole:,}" if whole < 0 else f"£{whole:,}"


def signed(value: float) -> str:
    """A difference: +£1,234, £0, -£1,234."""
    return f"+{pounds(value)}" if round(value) > 0 else pounds(value)


def against(value: float) -> str:
    """A difference in words: £1,234 more, £1,234 less, as much."""
    whole = round(value)
    return f"{pounds(abs(whole))} {'more' if whole > 0 else 'less'}" if whole else "as much"


def short(value: float) -> str:
    """For sentences: whole pounds below a million, as in the tables; £1.23 million above."""
    size = abs(value)
    sign = "-" if value < 0 else ""
    return f"{sign}£{size / 1_000_000:,.2f} million" if size >= 1_000_000 else pounds(value)


def percent(share: float | None, digits: int = 1) -> str:
    """A share as a percentage; a dash where there is none."""
    return "-" if share is None else f"{share * 100:.{digits}f}%"


def years(value: float | None) -> str:
    """Years to one decimal; at once where it is none of them, never where there is no answer."""
    if value is None:
        return "never"
    return "at once" if value < 0.05 else f"{value:.1f} years"


def counted(count: int, noun: str) -> str:
    """A count as people say it: 1 council, 14 councils."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"

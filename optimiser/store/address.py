"""Where the store is: a file (SQLite) or a URL (PostgreSQL), and how either is shown, which is without its secrets."""

from __future__ import annotations

import os
from pathlib import Path

from instances.sources.address import hidden, is_url, scheme_of, scrub
from optimiser.store.errors import StoreError

VARIABLE = "OPTIMISER_STORE"
DEFAULT = Path("runs") / "store.db"
NONE = "none"
"""Said instead of an address where nothing is to be recorded."""


def chosen(given: str | None) -> str | None:
    """The address that is asked for, that of the environment, or the default; None where nothing is to be recorded."""
    address = given or os.environ.get(VARIABLE) or str(DEFAULT)
    return None if address == NONE else address


class Address:
    """The address of a store.

    Attributes:
        url: As SQLAlchemy takes it.
        file: The SQLite file; None where the store is on a server.

    Raises:
        StoreError: No store can be there.
    """

    def __init__(self, text: str) -> None:
        from sqlalchemy import URL, make_url
        from sqlalchemy.exc import ArgumentError

        self._text = text
        kind = scheme_of(text) if is_url(text) else "sqlite"
        if kind not in ("sqlite", "postgresql", "postgres"):
            raise StoreError(f"the store {hidden(text)} cannot be: it is SQLite or PostgreSQL, a file or postgresql://USER@HOST/DATABASE")
        try:
            url = make_url(text) if is_url(text) else URL.create("sqlite", database=text)
            _ = url.port
        except (ArgumentError, ValueError):
            raise StoreError(f"the store {hidden(text)} is not a URL that can be read; write special characters as %40 and so on") from None
        self.url = url.set(drivername="sqlite" if kind == "sqlite" else "postgresql+psycopg")
        self.file = Path(url.database or "") if kind == "sqlite" else None
        if self.file is not None and str(self.file) in ("", ".", ":memory:"):
            raise StoreError("the store needs a file: what is in memory is gone with the program")

    def __str__(self) -> str:
        """As it may be shown: the file, or the URL without its secrets."""
        return str(self.file) if self.file is not None else hidden(self._text)

    def scrub(self, text: str) -> str:
        """A message without the secrets of this address."""
        return scrub(text, self._text) if is_url(self._text) else text

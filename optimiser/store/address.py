"""Where the store is: a file (SQLite) or a URL (PostgreSQL), and how either is shown, which is without its secrets."""

from __future__ import annotations

import os
from pathlib import Path

from optimiser.store.errors import StoreError

VARIABLE = "OPTIMISER_STORE"
DEFAULT = Path("runs") / "store.db"
NONE = "none"
"""Said instead of an address where nothing is to be recorded."""
POSTGRESQL = "postgresql+psycopg"
_SECRETS = ("password", "passwd", "pwd", "sslpassword", "passfile", "token", "secret")
_HIDDEN = "***"


def chosen(given: str | None) -> str | None:
    """The address that is asked for, that of the environment, or the default; None where nothing is to be recorded."""
    address = given or os.environ.get(VARIABLE) or str(DEFAULT)
    return None if address == NONE else address


def is_url(address: str) -> bool:
    """Whether an address is a URL rather than a file."""
    return "://" in address


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

        if not is_url(text):
            self.url = URL.create("sqlite", database=text)
        else:
            try:
                url = make_url(text)
            except (ArgumentError, ValueError):
                raise StoreError("--store is not a URL that can be read; such as postgresql://user@server/database") from None
            if url.drivername in ("postgresql", "postgres", POSTGRESQL):
                url = url.set(drivername=POSTGRESQL)
            elif url.get_backend_name() != "sqlite":
                raise StoreError(f"the store is SQLite or PostgreSQL, not {url.get_backend_name()}")
            self.url = url
        self.file = Path(self.url.database or "") if self.url.get_backend_name() == "sqlite" else None
        if self.file is not None and str(self.file) in ("", ".", ":memory:"):
            raise StoreError("the store needs a file: what is in memory is gone with the program")

    def __str__(self) -> str:
        """As it may be shown: the file, or the URL without its secrets."""
        return str(self.file) if self.file is not None else hidden(self.url)

    def scrub(self, text: str) -> str:
        """A message without the secrets of this address."""
        secrets = [self.url.password, *(value for key, value in self.url.query.items() if key.casefold() in _SECRETS)]
        for secret in secrets:
            for part in (secret,) if isinstance(secret, str) else secret or ():
                text = text.replace(part, _HIDDEN) if part else text
        return text


def hidden(url: object) -> str:
    """A URL without its secrets, whether they stand before the server or among the options."""
    from sqlalchemy import URL

    assert isinstance(url, URL)
    return url.set(
        drivername=url.get_backend_name(),
        query={key: _HIDDEN if key.casefold() in _SECRETS else value for key, value in url.query.items()},
    ).render_as_string(hide_password=True)

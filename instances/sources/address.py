"""The address of a database: which URLs are one, and how an address is shown without its secrets.

What is hidden is found by our own reading of the text, not by that of a library, so that a password is kept out of messages in an
address that nobody can use too. Where it is not clear what is secret, more is hidden rather than less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, quote_plus, unquote, unquote_plus

HIDDEN = "***"
SHORT = 4
"""Secrets below this length are taken out of a text only where they stand as a word, lest nothing of the text be left."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*)://")
_OPEN_KEYS = frozenset(
    [
        "application_name",
        "channel_binding",
        "connect_timeout",
        "dbname",
        "gssencmode",
        "host",
        "hostaddr",
        "keepalives",
        "options",
        "port",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
        "user",
    ]
)
"""What may be asked for behind the question mark and be shown; everything else is hidden."""
_PAIR = re.compile(r"[A-Za-z_]+=[^=@]*")


def is_url(text: str) -> bool:
    """Whether a text is an address such as `sqlite:///region.db`, of whatever kind; no file has such a name."""
    return _SCHEME.match(text) is not None


def scheme_of(url: str) -> str:
    """The kind of database without the driver: `postgresql` of `postgresql+psycopg://...`; in small letters."""
    match = _SCHEME.match(url)
    return "" if match is None else match[1].partition("+")[0].casefold()


def hidden(url: str) -> str:
    """The address with each secret as `***`: the password, and whatever is asked for behind `?` that is not known to be harmless."""
    start, user, _, rest, query = _parts(url)
    shown = start + user
    if query is None:
        return shown + rest
    pairs = [pair if _is_open(pair) else f"{pair.partition('=')[0]}={HIDDEN}" if "=" in pair else HIDDEN for pair in query.split("&")]
    return f"{shown}{rest}?{'&'.join(pairs)}"


def scrub(text: str, url: str) -> str:
    """A text, such as a driver's message, without the secrets of an address, in whatever way they are written in it."""
    text = text.replace(url, hidden(url))
    secrets = {form for secret in _secrets(url) for form in _forms(secret)}
    for secret in sorted(secrets, key=lambda one: (-len(one), one)):
        pattern = re.escape(secret)
        text = re.sub(pattern if len(secret) >= SHORT else rf"(?<![A-Za-z0-9]){pattern}(?![A-Za-z0-9])", HIDDEN, text)
    return text


def _parts(url: str) -> tuple[str, str, str, str, str | None]:
    """Scheme, user with the password hidden, password, what follows them, and what stands behind the question mark."""
    match = _SCHEME.match(url)
    if match is None:
        return "", "", "", url, None
    start, rest = url[: match.end()], url[match.end() :]
    before, mark, query = rest.partition("?")
    if mark and not all(_PAIR.fullmatch(pair) for pair in query.split("&")) and "@" in query:
        before, mark, query = rest, "", ""  # a question mark or an at sign in a password that should have been written as %3F or %40
    user, at, place = before.rpartition("@")
    name, colon, password = user.partition(":")
    shown = f"{name}{colon}{HIDDEN if password else ''}{at}"
    return start, shown, password, place, query if mark else None


def _is_open(pair: str) -> bool:
    return pair.partition("=")[0].casefold() in _OPEN_KEYS


def _secrets(url: str) -> Iterator[str]:
    _, _, password, _, query = _parts(url)
    yield password
    for pair in query.split("&") if query is not None else ():
        if not _is_open(pair):
            yield pair.partition("=")[2] or pair


def _forms(secret: str) -> set[str]:
    """A secret as it stands, decoded, and encoded anew."""
    plain = {secret, unquote(secret), unquote_plus(secret)}
    return {form for text in plain for form in (text, quote(text), quote(text, safe=""), quote_plus(text), repr(text)[1:-1])} - {""}

"""Logs for a scheduler: with `--log-json` every line on stderr is one JSON object, and no secret of a URL is in any of them.

What libraries say through `logging` or `warnings`, and what anything else in this process prints on stderr, become such lines too.
Without the option nothing here has any effect.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import json
import logging
import math
import os
import re
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TextIO

from optimiser.errors import TRACEBACK_VARIABLE

HIDDEN = "***"
ALWAYS = ("started", "finished")
"""Events that `--quiet` leaves."""
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_SECRET_VARIABLES = ("PGPASSWORD",)
_ADDRESS_VARIABLES = ("OPTIMISER_STORE",)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://\S+")
_ARGUMENT = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://.+", re.DOTALL)
"""A URL as an argument, which may hold what has no place in a URL."""
_PASSWORD = re.compile(r"\b(passw(?:or)?d|pwd)(\s*=\s*)(?!\*)\S+", re.IGNORECASE)
_log = logging.getLogger("optimiser")


@dataclass(frozen=True)
class Lines:
    """How lines are made; another process takes it over with `join`.

    Attributes:
        command: Whose lines they are.
        quiet: Whether only warnings, errors, start and end are said.
        secrets: URLs and texts whose secrets are known and hidden wherever they appear; besides, those of every URL are.
    """

    command: str = ""
    quiet: bool = False
    secrets: tuple[str, ...] = ()


_on: Lines | None = None


def on() -> bool:
    """Whether stderr holds JSON lines."""
    return _on is not None


def command() -> str:
    """The command whose lines they are, as far as it is known."""
    return (_on.command if _on is not None else "") or "the command"


def shared() -> Lines | None:
    """What a process that works for this one takes over with `join`; None where there are no JSON lines."""
    return _on


def event(name: str, message: str, /, *, level: str = "info", **fields: Any) -> None:
    """A line of the log; nothing unless JSON lines are on.

    Args:
        name: What happened, in snake_case: `started`, `stage`, `progress`, `recorded`, `finished`, `failed` ...
        message: The same as a sentence.
        level: `info`, `warning` or `error`.
        fields: Whatever else is known of it; figures in GBP and shares.
    """
    if _on is not None:
        _log.log(_LEVELS[level], "%s", message, extra={"event": name, "fields": fields})


def say(name: str, message: str, /, *, level: str = "warning", **fields: Any) -> None:
    """Something that stderr has to say in any case: a line of JSON, or the message as it is."""
    if _on is None:
        print(message, file=sys.stderr)
    else:
        event(name, message, level=level, **fields)


def known_of(error: BaseException) -> dict[str, str]:
    """What a line says of an error besides its message: its type, and where it arose if that is asked for."""
    known = {"error": type(error).__name__}
    if os.environ.get(TRACEBACK_VARIABLE):
        known["traceback"] = "".join(traceback.format_exception(error))
    return known


@contextlib.contextmanager
def lines(command: str = "", *, quiet: bool = False, arguments: Iterable[str] = ()) -> Iterator[None]:
    """Turn stderr into JSON lines for as long as this lasts; within itself it does nothing.

    Args:
        command: Whose lines they are.
        quiet: Whether only warnings, errors, start and end are said.
        arguments: Of the command line; secrets of URLs among them are hidden in whatever form they appear.
    """
    if _on is not None:
        yield
        return
    may_hold = [*arguments, *(os.environ.get(name, "") for name in _ADDRESS_VARIABLES)]
    found = [match[0] for text in may_hold if (match := _ARGUMENT.search(text))]
    given = [os.environ.get(name, "") for name in _SECRET_VARIABLES]
    root, stream = logging.getLogger(), sys.stderr
    before = (root.level, _log.level)
    handler = _begin(Lines(command, quiet, tuple(text for text in (*found, *given) if text)), stream)
    said = _Said()
    try:
        with contextlib.redirect_stderr(said):
            yield
    finally:
        said.end()
        _end(handler, before)


def join(given: Lines | None) -> None:
    """Take over the lines of the process that this one works for, until it ends."""
    if given is not None and _on is None:
        _begin(given, sys.stderr)
        sys.stderr = _Said()


def _begin(given: Lines, stream: TextIO) -> logging.Handler:
    global _on
    handler = _Handler(stream)
    handler.addFilter(_Clean(given))
    handler.setFormatter(_Json(given.command))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)  # of libraries; what they only remark is not for a scheduler
    _log.setLevel(logging.INFO)
    logging.captureWarnings(True)
    _on = given
    return handler


def _end(handler: logging.Handler, levels: tuple[int, int]) -> None:
    global _on
    _on = None
    logging.captureWarnings(False)
    root = logging.getLogger()
    root.removeHandler(handler)
    root.setLevel(levels[0])
    _log.setLevel(levels[1])


def without_secrets(text: str, secrets: Iterable[str] = ()) -> str:
    """A text without the password of any URL in it, without the path of a web address, and without the secrets that are known."""
    for secret in secrets:
        text = _without(text, secret)
    if "://" in text:
        text = _URL.sub(lambda match: _shown(match[0]), text)
    return _PASSWORD.sub(rf"\1\2{HIDDEN}", text)


def is_web(text: str) -> bool:
    """Whether a text is a web address."""
    return text.casefold().startswith(("http://", "https://"))


def site(url: str) -> str:
    """Scheme and host of a web address: a webhook's path and query are as good as its password."""
    start, _, rest = url.partition("://")
    return f"{start}://{re.split(r'[/?#]', rest, maxsplit=1)[0].rpartition('@')[2]}"


def _shown(url: str) -> str:
    from instances.sources.address import hidden  # only what a URL is in needs it

    if not is_web(url):
        return hidden(url)
    shown = site(url)
    return shown if shown == url else f"{shown}/{HIDDEN}"


def _without(text: str, secret: str) -> str:
    """A text without the secrets of a URL, or without a secret as such."""
    from instances.sources.address import is_url, scrub

    if not is_url(secret):
        return re.sub(rf"(?<![A-Za-z0-9]){re.escape(secret)}(?![A-Za-z0-9])", HIDDEN, text)
    if is_web(secret):
        rest = secret.partition("://")[2].partition("/")[2]
        text = text.replace(secret, _shown(secret))
        return text.replace(rest, HIDDEN) if rest else text
    return scrub(text, secret)


class _Clean(logging.Filter):
    """Settles what is said of a record, without secrets, whoever made it."""

    def __init__(self, given: Lines) -> None:
        super().__init__()
        self._given = given

    def filter(self, record: logging.LogRecord) -> bool:
        name = getattr(record, "event", "warning" if record.name == "py.warnings" else "library")
        if self._given.quiet and record.levelno < logging.WARNING and name not in ALWAYS:
            return False
        fields = dict(getattr(record, "fields", {}))
        if not hasattr(record, "event"):
            fields["logger"] = record.name
        if record.exc_info and record.exc_info[1] is not None:
            fields |= known_of(record.exc_info[1]) | {"said": str(record.exc_info[1])}
        record.exc_info = record.exc_text = record.stack_info = None
        record.msg, record.args = self._text(_message(record)).strip(), None
        record.event, record.fields = name, self._plain(fields)
        return True

    def _text(self, text: str) -> str:
        return without_secrets(text, self._given.secrets)

    def _plain(self, value: Any) -> Any:
        """What JSON can hold, with texts without secrets."""
        if value is None or isinstance(value, bool | int):
            return value
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else None
        if isinstance(value, Mapping):
            return {str(key): self._plain(one) for key, one in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._plain(one) for one in value]
        return self._plain(value.item()) if hasattr(value, "item") else self._text(str(value))


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):  # what a library says may not fit its own format
        return str(record.msg)


class _Json(logging.Formatter):
    """A record, which has passed `_Clean`, as one line of JSON."""

    def __init__(self, command: str) -> None:
        super().__init__()
        self._command = command

    def format(self, record: logging.LogRecord) -> str:
        when = dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        said = {"time": when, "level": record.levelname.lower(), "event": getattr(record, "event", "library"), "message": record.msg}
        if self._command:
            said["command"] = self._command
        others = {name: value for name, value in getattr(record, "fields", {}).items() if name not in said}
        return json.dumps(said | others, ensure_ascii=False)


class _Handler(logging.StreamHandler[TextIO]):
    """Writes lines; a reader who has left, or a full disk, ends no run."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - a name of logging
        """Say nothing: what would be printed here is no JSON."""


class _Said(io.TextIOBase):
    """Stands for stderr: whatever is printed there becomes lines of JSON."""

    def __init__(self) -> None:
        self._rest = ""

    def write(self, text: str) -> int:
        *whole, self._rest = (self._rest + text).split("\n")
        for line in whole:
            if line.strip():
                event("stderr", line, level="warning")
        return len(text)

    def end(self) -> None:
        """Say what has no end of line yet."""
        if self._rest:
            self.write("\n")

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

"""Tells somebody what has happened: a web address gets it as JSON, or a command gets it on its standard input.

A web address often is a secret in its path, and a command in its arguments: neither is shown further than host or program.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from instances.sources import is_url
from optimiser import logs
from optimiser.errors import OptimiserError, UsageError

if TYPE_CHECKING:
    from urllib.request import OpenerDirector, Request

ANSWER_SECONDS = 20.0
"""How long a server may take to connect or to answer."""
COMMAND_SECONDS = 120.0
RETRIES = 3
WAIT_SECONDS = 1.0
"""Before the first retry; twice as long before the next."""
_NAME = re.compile(r"[\w.-]+")
_TOO_MANY = 429
_SAID = 20
"""Lines of a command's last words in an error."""
_LONG = 8
"""An argument this long that a command repeats is taken for a secret unless it is a file."""


class NotifyError(OptimiserError):
    """Nobody was told; the message names only the host or the program."""

    exit_code = 1


class _PassingError(NotifyError):
    """Trouble that may have passed by the next attempt."""


def notify(target: str, event: Mapping[str, Any]) -> None:
    """Tell a target of an event.

    Args:
        target: A web address, which is sent the event as JSON; or a command line, which reads it. The command is run without a shell and
            has `OPTIMISER_EVENT` and `OPTIMISER_RUN` in its environment.
        event: What happened; `event` and `run` name it.

    Raises:
        UsageError: There is no such target.
        NotifyError: It was not told.
    """
    check_target(target)
    document = json.dumps(event, ensure_ascii=False, allow_nan=False, default=str).encode()
    if logs.is_web(target):
        _post(target, document)
    else:
        _run(target, document, event)
    logs.event("notified", f"{shown(target)} was told", target=shown(target))


def shown(target: str) -> str:
    """What may be shown of a target: scheme and host, or the program's name."""
    if is_url(target):
        return logs.site(target)
    try:
        words = _words(target)
    except UsageError:
        return "the command"
    name = Path(words[0]).name
    return name if "=" not in name and shutil.which(words[0]) else "the command"


def check_target(target: str) -> None:
    """Refuse what cannot be told, before any work is done.

    Raises:
        UsageError: The web address is malformed, or the command is not there.
    """
    if is_url(target):
        _address(target)
        return
    program = _words(target)[0]
    if shutil.which(program) is None:
        plain = program if _NAME.fullmatch(program) else "the command"
        raise UsageError(f"nobody can be notified: {plain} is not found; name a program, or a URL that begins with https://")


def _address(url: str) -> SplitResult:
    """The parts of a web address.

    Raises:
        UsageError: It is malformed.
    """
    advice = "write https://HOST/PATH, with special characters as %20 and so on"
    if not logs.is_web(url):
        raise UsageError(f"{logs.site(url).partition('://')[0]}:// cannot be notified; {advice}")
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and (parts.port is None or parts.port > 0)
        _ = (parts.hostname or "").encode("idna")
    except ValueError:
        sound = False
    if not sound or not url.isascii() or not url.isprintable() or " " in url:
        raise UsageError(f"the URL to notify is not a web address that can be used; {advice}")
    return urlsplit(url)


def _post(url: str, document: bytes) -> None:
    from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential

    opener, request = _opener(), _request(url, document)
    attempts = Retrying(
        retry=retry_if_exception_type(_PassingError),
        stop=stop_after_attempt(1 + RETRIES),
        wait=wait_exponential(multiplier=WAIT_SECONDS, max=30),
        reraise=True,
    )
    attempts(_send, opener, request, shown(url))


def _request(url: str, document: bytes) -> Request:
    from urllib.request import Request

    parts = _address(url)
    user, at, host = parts.netloc.rpartition("@")
    headers = {"Content-Type": "application/json", "User-Agent": "shared-services-optimiser"}
    if at:
        headers["Authorization"] = "Basic " + base64.b64encode(unquote(user).encode()).decode()
    return Request(parts._replace(netloc=host, fragment="").geturl(), data=document, headers=headers, method="POST")


def _opener() -> OpenerDirector:
    """Follows no redirect: what is sent is for the address that was named."""
    from urllib.request import HTTPRedirectHandler, build_opener

    class Stays(HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    return build_opener(Stays)


def _send(opener: OpenerDirector, request: Request, host: str) -> None:
    from http.client import HTTPException
    from urllib.error import HTTPError, URLError

    try:
        with opener.open(request, timeout=ANSWER_SECONDS):
            return
    except HTTPError as error:
        error.close()
        raise _refused(error.code, host) from None
    except URLError as error:
        raise _PassingError(f"{host} was not told: {_reason(error.reason)}") from None
    except (OSError, HTTPException) as error:
        raise _PassingError(f"{host} was not told: {_reason(error)}") from None


def _refused(code: int, host: str) -> NotifyError:
    if code == _TOO_MANY or code >= 500:
        return _PassingError(f"{host} was not told: it answers {code}, after {RETRIES} retries too")
    if 300 <= code < 400:
        return NotifyError(f"{host} was not told: it answers with a redirect ({code}), which is not followed; name the address it leads to")
    return NotifyError(f"{host} was not told: it answers {code}; is the address still right?")


def _reason(error: Any) -> str:
    """Trouble with a connection in words, which hold nothing of the address."""
    if isinstance(error, TimeoutError):
        return f"no answer within {ANSWER_SECONDS:g} seconds"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def _words(command: str) -> list[str]:
    """A command line as a shell would split it.

    Raises:
        UsageError: It has no program, or a quotation mark without its fellow.
    """
    windows = os.name == "nt"
    try:
        words = shlex.split(command, posix=not windows)
    except ValueError as error:
        raise UsageError(f"the command to notify cannot be read: {error}") from None
    if windows:  # quotation marks are left on there, since a backslash has to stay
        words = [word[1:-1] if len(word) > 1 and word[0] == word[-1] and word[0] in "\"'" else word for word in words]
    if not words or not words[0]:
        raise UsageError("the command to notify is empty")
    return words


def _run(command: str, document: bytes, event: Mapping[str, Any]) -> None:
    words = _words(command)
    known = {"OPTIMISER_EVENT": str(event.get("event") or ""), "OPTIMISER_RUN": str(event.get("run") or "")}
    name = shown(command)
    try:
        process = subprocess.Popen(
            [shutil.which(words[0]) or words[0], *words[1:]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **known},
            start_new_session=os.name != "nt",
        )
    except OSError as error:
        raise NotifyError(f"{name} could not be started: {error.strerror or type(error).__name__}") from None
    with process, _ended(process):
        try:
            output, _ = process.communicate(document, timeout=COMMAND_SECONDS)
        except subprocess.TimeoutExpired:
            raise NotifyError(f"{name} did not finish within {COMMAND_SECONDS:g} seconds and was stopped") from None
    said = _without_arguments(output.decode(errors="replace"), words[1:]).splitlines()
    if process.returncode:
        code = process.returncode
        how = f"ended with exit code {code}" if code > 0 else f"was stopped by signal {-code}"
        last = [line for line in said if line.strip()][-_SAID:]
        raise NotifyError("\n".join([f"{name} {how}{':' if last else ' and said nothing'}", *(f"  {line}" for line in last)]))
    for line in said:
        logs.say("notify_output", line, level="info")


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leave nothing of a command running, neither it nor what it has started."""
    try:
        yield
    except BaseException:
        if os.name == "nt":
            process.kill()
        else:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        raise


def _without_arguments(text: str, arguments: Sequence[str]) -> str:
    """What a command said without what it was given: tokens and addresses that a tool repeats."""
    for argument in sorted(arguments, key=len, reverse=True):
        if len(argument) >= _LONG and not Path(argument).exists():
            text = text.replace(argument, logs.HIDDEN)
    return logs.without_secrets(text)

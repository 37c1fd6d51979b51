"""Telling somebody: a real server on this machine and real commands; what is told, what is tried again, what is never shown."""

from __future__ import annotations

import base64
import http.server
import json
import shlex
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from optimiser import logs, notify
from optimiser.errors import UsageError
from optimiser.notify import NotifyError, check_target, shown

EVENT = {"event": "resolved", "run": "7b4893d7ac5a", "instance": "Ōtāhuhu £5", "npv": 1.5, "before": None}
SECRET = "T0ken-42"
PATH = f"/services/{SECRET}?key={SECRET}"


class Hooks:
    """A server that answers as it is told, and keeps what it was sent."""

    def __init__(self) -> None:
        self.answers: list[int] = []
        self.got: list[tuple[str, str, dict[str, str], bytes]] = []
        self.delay = 0.0
        hooks = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hooks.got.append(("POST", self.path, dict(self.headers), body))
                self.answer()

            def do_GET(self) -> None:
                hooks.got.append(("GET", self.path, {}, b""))
                self.answer()

            def answer(self) -> None:
                time.sleep(hooks.delay)
                code = hooks.answers.pop(0) if hooks.answers else 200
                if not code:  # hangs up
                    self.close_connection = True
                    return
                self.send_response(code)
                if 300 <= code < 400:
                    self.send_header("Location", f"/elsewhere/{SECRET}")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}{PATH}"


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting between attempts, and no proxy in between."""
    monkeypatch.setattr(notify, "WAIT_SECONDS", 0.0)
    monkeypatch.setenv("no_proxy", "*")


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    """A server that runs."""
    made = Hooks()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def python(code: str, *arguments: str) -> str:
    """A command line that runs some Python."""
    return shlex.join([sys.executable, "-c", code, *arguments])


def refused(target: str, error: type[Exception] = NotifyError) -> str:
    """What the error says; it never holds the secret."""
    with pytest.raises(error) as caught:
        notify.notify(target, EVENT)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_a_server_gets_the_event_as_json(hooks: Hooks) -> None:
    """Once, by POST, with its type; nothing of it is lost on the way."""
    notify.notify(hooks.url, EVENT)
    ((method, path, headers, body),) = hooks.got
    assert (method, path, headers["Content-Type"]) == ("POST", PATH, "application/json")
    assert json.loads(body) == EVENT
    assert "Authorization" not in headers


def test_a_name_and_password_are_sent_as_such(hooks: Hooks) -> None:
    """As basic authentication, decoded."""
    notify.notify(f"http://me:p%40ss@{hooks.host}/x#part", EVENT)
    ((_, path, headers, _),) = hooks.got
    assert path == "/x"
    assert base64.b64decode(headers["Authorization"].removeprefix("Basic ")) == b"me:p@ss"


@pytest.mark.parametrize("answers", [[500, 200], [503, 429, 500, 204], [0, 200]], ids=str)
def test_trouble_that_passes_is_waited_for(hooks: Hooks, answers: list[int]) -> None:
    """A server in trouble, too many requests, a connection that breaks."""
    hooks.answers = list(answers)
    notify.notify(hooks.url, EVENT)
    assert len(hooks.got) == len(answers)
    assert {body for *_, body in hooks.got} == {json.dumps(EVENT, ensure_ascii=False).encode()}


@pytest.mark.parametrize(
    ("code", "attempts", "said"),
    [
        (500, 4, "answers 500"),
        (429, 4, "answers 429"),
        (404, 1, "answers 404"),
        (403, 1, "answers 403"),
        (302, 1, "redirect"),
        (308, 1, "redirect"),
    ],
)
def test_trouble_that_stays_is_an_error(hooks: Hooks, code: int, attempts: int, said: str) -> None:
    """Three retries, or none where another attempt would end the same way; a redirect is not followed."""
    hooks.answers = [code] * 10
    message = refused(hooks.url)
    assert message.startswith(f"http://{hooks.host} was not told")
    assert said in message
    assert [method for method, *_ in hooks.got] == ["POST"] * attempts


def test_nobody_listens() -> None:
    """A refused connection."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{free.getsockname()[1]}"
    assert refused(f"http://{host}{PATH}") == f"http://{host} was not told: Connection refused"


def test_a_server_that_does_not_answer(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every attempt has its time."""
    monkeypatch.setattr(notify, "ANSWER_SECONDS", 0.1)
    hooks.delay = 0.3
    assert "no answer within 0.1 seconds" in refused(hooks.url)
    assert len(hooks.got) == 4


def test_a_command_reads_the_event(tmp_path: Path) -> None:
    """JSON on its standard input, event and run in its environment; no shell in between."""
    out = tmp_path / "out put.json"
    code = "import os, sys; open(sys.argv[1], 'wb').write(sys.stdin.buffer.read() + os.environ['OPTIMISER_EVENT'].encode() + os.environ['OPTIMISER_RUN'].encode())"
    notify.notify(python(code, str(out)), EVENT)
    text = out.read_text(encoding="utf-8")
    assert text.endswith("resolved7b4893d7ac5a")
    assert json.loads(text.removesuffix("resolved7b4893d7ac5a")) == EVENT
    notify.notify(python(code, str(out)) + " ; rm x && $(rm x) | rm > x", {"event": "resolved"})
    assert out.read_text(encoding="utf-8") == '{"event": "resolved"}resolved'


def test_what_a_command_says_goes_to_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    """Of both its outputs, without what it was given and without secrets of URLs."""
    code = "import sys; print('told', sys.argv[1]); sys.stdout.flush(); print('at https://hooks.example.org/0ther-secret', file=sys.stderr)"
    notify.notify(python(code, SECRET), EVENT)
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == "told ***\nat https://hooks.example.org/***\n"


def test_a_command_that_fails() -> None:
    """What it said last, and how it ended."""
    assert refused(python("import sys; print('no way,', sys.argv[1]); sys.exit(3)", SECRET)) == (
        f"{Path(sys.executable).name} ended with exit code 3:\n  no way, ***"
    )
    assert refused(python("import os; os.kill(os.getpid(), 9)")).endswith("was stopped by signal 9 and said nothing")


def test_a_command_that_does_not_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is stopped with all that it has started."""
    monkeypatch.setattr(notify, "COMMAND_SECONDS", 0.4)
    sign = tmp_path / "sign"
    late = f"import time; time.sleep(0.8); open({str(sign)!r}, 'w')"
    message = refused(python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {late!r}])"))
    assert "did not finish within 0.4 seconds" in message
    time.sleep(1.0)
    assert not sign.exists()


def test_a_command_that_does_not_read() -> None:
    """It need not."""
    notify.notify("true", {"event": "resolved", "long": "x" * 1_000_000})


def test_a_command_that_is_no_program(tmp_path: Path) -> None:
    """It cannot be started."""
    script = tmp_path / "script"
    script.write_bytes(b"\x00\x01")
    script.chmod(0o755)
    assert refused(shlex.join([str(script)])) == "script could not be started: Exec format error"


@pytest.mark.parametrize(
    "target",
    [
        f"http:///{SECRET}",
        f"https://host:99999/{SECRET}",
        f"https://host:port/{SECRET}",
        f"https://[::1/{SECRET}",
        f"https://host/{SECRET} x",
        f"https://host/{SECRET}\n",
        f"https://host/{SECRET}é",
        f"https://{'x' * 80}.org/{SECRET}",
        f"ftp://host/{SECRET}",
        f"postgresql://u:{SECRET}@host/x",
        f"hooks.example.org/services/{SECRET}",
        f"TOKEN={SECRET} sh -c true",
        f"/nowhere/{SECRET}",
        f"sh -c '{SECRET}",
        "nobody-has-this-program",
        "",
        "   ",
        "''",
    ],
    ids=lambda target: target.replace(SECRET, "SECRET"),
)
def test_what_is_no_target_is_refused_before_any_work(target: str) -> None:
    """Exit code 2, and no secret in what is said of it."""
    with pytest.raises(UsageError) as caught:
        check_target(target)
    assert SECRET not in str(caught.value)
    assert SECRET not in shown(target)
    refused(target, UsageError)


@pytest.mark.parametrize(
    ("target", "what"),
    [
        (f"https://hooks.example.org{PATH}", "https://hooks.example.org"),
        (f"https://me:{SECRET}@hooks.example.org:8443/{SECRET}", "https://hooks.example.org:8443"),
        (f"https://hooks.example.org?{SECRET}", "https://hooks.example.org"),
        (f"sh -c 'post {SECRET}'", "sh"),
        (f"sh -c 'curl https://hooks.example.org/{SECRET}'", "sh"),
        ("nobody-has-this-program x", "the command"),
    ],
)
def test_what_is_shown_of_a_target(target: str, what: str) -> None:
    """Scheme and host, or the program."""
    assert shown(target) == what


def test_a_target_that_can_be_told() -> None:
    """Nothing is said, nothing is sent."""
    for target in ("https://hooks.example.org/x?y=%20", "http://[::1]:8080/x", "sh -c true", f"{sys.executable} -V"):
        check_target(target)


@pytest.mark.parametrize("answers", [[200], [404]], ids=["told", "not told"])
def test_the_log_holds_no_secret(hooks: Hooks, capsys: pytest.CaptureFixture[str], answers: list[int]) -> None:
    """Whether it was told or not."""
    hooks.answers = list(answers)
    with logs.lines("resolve", arguments=["--notify", hooks.url]):
        said = _told_or_not(lambda: notify.notify(hooks.url, EVENT))
        logs.event("odd", f"{hooks.url} and {PATH}")
    text = capsys.readouterr().err
    assert SECRET not in text + said
    lines = [json.loads(line) for line in text.splitlines()]
    assert [line["event"] for line in lines] == (["odd"] if said else ["notified", "odd"])
    if not said:
        assert lines[0]["target"] == f"http://{hooks.host}"


def _told_or_not(work: Callable[[], None]) -> str:
    try:
        work()
    except NotifyError as error:
        return str(error)
    return ""

"""`--log-json`: every line on stderr is one JSON object, none holds a secret, and stdout is what it is without."""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from benchmarks.region import write_region
from errands import Length, talkative
from postgres import ENCODED, Server, needs_postgres
from postgres import PASSWORD as DATABASE_PASSWORD
from typer.testing import CliRunner, Result

import optimiser.pipeline
from instances import read as read_instance
from optimiser import logs
from optimiser.cli import app
from optimiser.progress import reporter, study_bar
from optimiser.whatif import Runner, Task, base_of
from solvers import Progress

CASE = "bromsgrove-redditch"
PASSWORD = "s3cr%40t/Pass"
SECRETS = (PASSWORD, "s3cr@t", "s3cr%40t")
URL = f"postgresql://bob:{PASSWORD}@127.0.0.1:1/region"


def run(*arguments: object, code: int = 0) -> Result:
    """Run the command in this process."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert result.exit_code == code, (result.output, result.exception)
    return result


def read(text: str) -> list[dict[str, Any]]:
    """The lines of a log; each is a JSON object with what every line has."""
    found = [json.loads(line) for line in text.splitlines()]
    for line in found:
        assert list(line)[:4] == ["time", "level", "event", "message"]
        assert dt.datetime.fromisoformat(line["time"]).utcoffset() == dt.timedelta(0)
        assert line["level"] in ("info", "warning", "error")
        assert line["event"].islower()
    return found


def logged(*arguments: object, code: int = 0) -> list[dict[str, Any]]:
    """What the command logs."""
    return read(run(*arguments, "--log-json", code=code).stderr)


def events(found: list[dict[str, Any]]) -> list[str]:
    """Their names."""
    return [line["event"] for line in found]


@pytest.fixture(autouse=True)
def everything_is_put_back() -> Iterator[None]:
    """What the command changes of logging is as it was once it has ended."""
    root, shown = logging.getLogger(), warnings.showwarning
    before = (list(root.handlers), root.level, logging.getLogger("optimiser").level, sys.stderr)
    yield
    assert (list(root.handlers), root.level, logging.getLogger("optimiser").level, sys.stderr) == before
    assert warnings.showwarning is shown
    assert not logs.on()


@pytest.mark.parametrize("form", [(), ("--json",)], ids=["summary", "json"])
def test_a_solve(tmp_path: Path, form: tuple[str, ...]) -> None:
    """Start, stages, files, record and end, in order; stdout is the same as without."""
    store = tmp_path / "store.db"
    result = run("solve", CASE, "--out", tmp_path / "plan", "--store", store, "--log-json", *form)
    found = read(result.stderr)
    assert events(found)[0] == "started"
    assert found[0]["version"]
    assert [line["stage"] for line in found if line["event"] == "stage"] == ["price", "solve", "settle ties", "audit"]
    assert events(found)[-3:] == ["written", "recorded", "finished"]
    assert {line["command"] for line in found} == {"solve"}
    plan = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    last = found[-1]
    assert (last["exit_code"], last["status"], last["run"], last["npv"], last["gap"]) == (0, "optimal", plan["run"], plan["npv"], 0.0)
    assert found[-2]["run"] == plan["run"]
    assert found[-2]["store"] == str(store)
    plain = run("solve", CASE, "--out", tmp_path / "plan", "--overwrite", "--store", "none", *form)
    assert (result.stdout, plain.stderr) == (plain.stdout, "")


def test_every_command_has_the_option() -> None:
    """None is left out; `runs` itself has no work of its own."""
    from typer.main import get_command

    def commands(group: Any, name: str = "") -> Iterator[tuple[str, Any]]:
        for key, one in group.commands.items():
            yield from commands(one, f"{name}{key} ") if hasattr(one, "commands") else [(f"{name}{key}", one)]

    found = dict(commands(get_command(app)))
    assert "runs list" in found
    assert [name for name, one in found.items() if not any("--log-json" in option.opts for option in one.params)] == []


def test_commands_are_named_in_full(tmp_path: Path) -> None:
    """Of a command within a group too; each ends with a last line."""
    run("solve", CASE, "--out", tmp_path / "plan", "--store", tmp_path / "store.db", "--quiet")
    for arguments in (["runs", "list", "--store", tmp_path / "store.db"], ["validate", CASE], ["new", tmp_path / "mine"]):
        found = logged(*arguments)
        assert found[-1]["event"] == "finished"
        assert {line["command"] for line in found} == {" ".join(str(one) for one in arguments[: 2 if arguments[0] == "runs" else 1])}


def test_faults_are_a_line_each(tmp_path: Path) -> None:
    """Exit code 2: what stderr holds otherwise, line by line, and an end."""
    run("new", tmp_path / "mine")
    plain = run("validate", tmp_path / "mine", code=2).stderr
    found = logged("validate", tmp_path / "mine", code=2)
    assert events(found) == ["started", *["fault"] * len(plain.splitlines()), "failed"]
    assert [line["message"] for line in found[1:-1]] == [line.strip() for line in plain.splitlines()]
    assert {line["level"] for line in found[1:]} == {"error"}
    assert (found[-1]["exit_code"], found[-1]["status"], found[-1]["error"]) == (2, "invalid", "InstanceError")


def test_no_plan(tmp_path: Path) -> None:
    """Exit code 3: the reasons are lines."""
    case = tmp_path / "case"
    run("new", case, "--from", CASE)
    (case / "commitments.csv").write_text(
        "council,service,decision,other,go_live\nRedditch,,shares_with,Bromsgrove,\nRedditch,,stays_out,,\n", encoding="utf-8"
    )
    found = logged("solve", case, "--out", tmp_path / "plan", code=3)
    assert any("Redditch is to share" in line["message"] for line in found if line["event"] == "fault")
    assert (found[-1]["event"], found[-1]["exit_code"], found[-1]["status"]) == ("failed", 3, "infeasible")


def test_a_time_limit(tmp_path: Path) -> None:
    """Exit code 5, the only message in the last line."""
    write_region(tmp_path / "region", councils=8, services=4, tranches=4, seed=1)
    found = logged("solve", tmp_path / "region", "--time-limit", "0.0001", "--out", tmp_path / "plan", code=5)
    assert "fault" not in events(found)
    assert (found[-1]["event"], found[-1]["exit_code"], found[-1]["status"]) == ("failed", 5, "no_plan")
    assert "stopped at the time limit" in found[-1]["message"]


@pytest.mark.parametrize("asked", ["", "1"], ids=["without traceback", "with traceback"])
def test_a_defect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    """Type and message; where it arose is a field of one line, and only if asked for."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError(f"oh\nno, {URL}")

    monkeypatch.setattr(optimiser.pipeline, "solve", fail)
    monkeypatch.setenv("OPTIMISER_TRACEBACK", asked)
    result = run("solve", CASE, "--out", tmp_path / "plan", "--log-json", code=1)
    found = read(result.stderr)
    assert any("ZeroDivisionError: oh\nno" in line["message"] for line in found)
    assert (found[-1]["event"], found[-1]["error"], found[-1]["exit_code"]) == ("failed", "ZeroDivisionError", 1)
    assert ("in fail" in found[-1].get("traceback", "")) == bool(asked)
    assert not any(secret in result.stderr for secret in SECRETS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["solve"], "INSTANCE"),
        (["solve", CASE, "--nonsense"], "--nonsense"),
        (["solve", CASE, "--threads", "none"], "--threads"),
        (["runs", "lst"], "lst"),
        (["nonsense"], "nonsense"),
    ],
    ids=["nothing to solve", "unknown option", "bad value", "unknown command of a group", "unknown command"],
)
def test_what_is_wrong_with_the_command_line(arguments: list[str], said: str) -> None:
    """Exit code 2 and one line."""
    (line,) = logged(*arguments, code=2)
    assert (line["event"], line["level"], line["exit_code"]) == ("failed", "error", 2)
    assert said in line["message"]


def test_a_defect_of_the_command_line_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even that is one line."""
    monkeypatch.setattr("optimiser.commands.run", lambda *_, **__: 1 // 0)
    (line,) = logged("validate", CASE, code=1)
    assert (line["event"], line["error"]) == ("failed", "ZeroDivisionError")


def test_help_is_as_ever() -> None:
    """On stdout, with nothing in the log."""
    result = run("solve", "--help", "--log-json")
    assert "Usage" in result.stdout
    assert result.stderr == ""


def test_a_result_that_cannot_be_printed_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """What goes wrong after the work is a line too."""

    def fail(*_: object) -> None:
        raise UnicodeEncodeError("ascii", "£", 0, 1, "no room for it")

    monkeypatch.setattr("optimiser.commands._console", fail)
    found = logged("validate", CASE, code=1)
    assert (found[-1]["event"], found[-1]["error"]) == ("failed", "UnicodeEncodeError")


def test_quiet_leaves_start_end_and_warnings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No stages, no progress."""
    arguments = ("solve", CASE, "--out", tmp_path / "plan", "--quiet")
    assert events(logged(*arguments)) == ["started", "finished"]
    solve = optimiser.pipeline.solve

    def warns(*given: Any) -> Any:
        logs.event("doubtful", "this is odd", level="warning", share=0.5)
        return solve(*given)

    monkeypatch.setattr(optimiser.pipeline, "solve", warns)
    assert events(logged(*arguments, "--overwrite")) == ["started", "doubtful", "finished"]


def test_what_libraries_say_is_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records, warnings and prints; none of it on stdout, none with a secret."""
    solve = optimiser.pipeline.solve

    def talkative(*given: Any) -> Any:
        logging.getLogger("pyomo.core").warning("model at %s is odd", URL)
        logging.getLogger("somebody").info("remark")
        try:
            raise RuntimeError(f"no way to {URL}")
        except RuntimeError:
            logging.getLogger("somebody").exception("trouble")
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(f"old way to {URL}", UserWarning, stacklevel=1)
        print(f"printed {URL}\n\nand", "more", file=sys.stderr)
        print("without an end", file=sys.stderr, end="")
        return solve(*given)

    plain = run("solve", CASE, "--out", tmp_path / "plan").stdout
    monkeypatch.setattr(optimiser.pipeline, "solve", talkative)
    result = run("solve", CASE, "--out", tmp_path / "plan", "--overwrite", "--log-json")
    assert result.stdout == plain
    found = read(result.stderr)
    shown = "postgresql://bob:***@127.0.0.1:1/region"
    said = [(line["event"], line.get("logger"), line["message"]) for line in found if line["event"] in ("library", "stderr")]
    assert said == [
        ("library", "pyomo.core", f"model at {shown} is odd"),
        ("library", "somebody", "trouble"),
        ("stderr", None, f"printed {shown}"),
        ("stderr", None, "and more"),
        ("stderr", None, "without an end"),
    ]
    (warning,) = (line for line in found if line["event"] == "warning")
    assert f"UserWarning: old way to {shown}" in warning["message"]
    (trouble,) = (line for line in found if line["message"] == "trouble")
    assert (trouble["error"], trouble["said"]) == ("RuntimeError", f"no way to {shown}")


@pytest.mark.parametrize(
    "arguments",
    [
        ["runs", "list", "--store", URL],
        ["runs", "list", f"--store={URL}"],
        ["solve", URL],
        ["solve", CASE, "--store", URL],
        ["validate", URL, "--json"],
        ["solve", CASE, URL],
        ["solve", CASE, "--threads", URL],
        ["new", URL, "--from", CASE],
    ],
    ids=lambda arguments: " ".join(arguments[:3]).replace(URL, "URL"),
)
def test_no_secret_of_a_url_is_said(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the log nor on stdout, whatever is wrong."""
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [*arguments, "--log-json"])
    assert result.exit_code in (1, 2)
    assert read(result.stderr)[-1]["event"] == "failed"
    assert not any(secret in result.stdout + result.stderr for secret in SECRETS)


def test_secrets_that_are_known_are_hidden_wherever_they_appear(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By themselves, decoded, in fields however deep; those of a web address with its path; that of PGPASSWORD."""
    monkeypatch.setenv("OPTIMISER_STORE", "postgresql://eve:An0ther@db/store")
    monkeypatch.setenv("PGPASSWORD", "Th1rd-one")
    hook = "https://hooks.example.org/services/T0/B0/tok3n?key=v4lue"
    with logs.lines("test", arguments=["solve", f"--store={URL}", hook]):
        logs.event(
            "odd",
            f"the server said s3cr@t/Pass, An0ther, Th1rd-one, services/T0/B0/tok3n?key=v4lue; see {hook}",
            deep={"list": [f"a {URL} b", Path(f"x/{'An0ther'}")], "number": 1.5, "nan": float("nan"), "none": None, "yes": True},
            other="mysql://u:unkn0wn@h/d?password=hidden2 and http://u:unkn0wn@host:8080/unkn0wn and password=unkn0wn",
        )
    text = capsys.readouterr().err
    (line,) = read(text)
    for secret in (*SECRETS, "An0ther", "Th1rd-one", "tok3n", "v4lue", "unkn0wn", "hidden2"):
        assert secret not in text, secret
    assert "https://hooks.example.org/***" in line["message"]
    shown = line["deep"]
    assert shown == {
        "list": ["a postgresql://bob:***@127.0.0.1:1/region b", "x/***"],
        "number": 1.5,
        "nan": None,
        "none": None,
        "yes": True,
    }
    assert line["other"] == "mysql://u:***@h/d?password=*** and http://host:8080/*** and password=***"


def test_what_is_no_secret_stays(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The name of a file, and words in which a short password happens to stand."""
    monkeypatch.setenv("PGPASSWORD", "own")
    for store in ("none", "/srv/shared-services/store.db"):
        monkeypatch.setenv("OPTIMISER_STORE", store)
        with logs.lines("test", arguments=["solve", "region", "--store=sqlite:///other.db"]):
            logs.event("odd", f"none known in {store}, sqlite:///other.db or /other.db")
        (line,) = read(capsys.readouterr().err)
        assert line["message"] == f"none known in {store}, sqlite:///other.db or /other.db"


def test_progress_comes_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In pounds and shares, though stderr is no terminal; not more often than every few seconds."""
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    with logs.lines("test"), reporter(enabled=False) as report, study_bar(enabled=False) as bar:
        report.stage("solve", "compact")
        bar.begin("draws", 100, 3)
        for _ in range(40):
            now += 0.5
            report.progress(Progress(now - 100, 1_000_000.0, 1_100_000.0, 0.1))
            bar.done()
    found = read(capsys.readouterr().err)
    assert [line["message"] for line in found[:2]] == ["Solving (compact)", "draws: 100 to do, 3 of them known already"]
    solving = [line for line in found if line["event"] == "progress" and "bound" in line]
    assert [line["seconds"] for line in solving] == [5.0, 10.0, 15.0, 20.0]
    assert (solving[0]["incumbent"], solving[0]["bound"], solving[0]["gap"]) == (1_000_000.0, 1_100_000.0, 0.1)
    assert [line["done"] for line in found if line["event"] == "progress" and "done" in line] == [13, 23, 33, 43]


def test_compare_names_its_stage_on_a_terminal() -> None:
    """Every stage that a command has can be shown."""
    from optimiser.progress import _Status

    shown: list[str] = []

    class Line:
        def update(self, text: str) -> None:
            shown.append(text)

    _Status(Line()).stage("compare", "no-test")
    assert shown == ["Comparing (no-test) ..."]


def test_nothing_is_said_without_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    """An event is for the log alone; what has to be said in any case is printed as it is."""
    logs.event("odd", "this")
    logs.say("odd", "that")
    assert capsys.readouterr().err == "that\n"


def test_lines_are_whole_whoever_writes_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """Several threads."""
    with logs.lines("test"):
        threads = [threading.Thread(target=lambda: [logs.event("odd", "x" * 200) for _ in range(50)]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert events(read(capsys.readouterr().err)) == ["odd"] * 200


def test_another_process_takes_over() -> None:
    """What a worker says, or what is printed as it dies, is a line of the same log."""
    code = (
        "import logging, warnings\nfrom optimiser import logs\n"
        f"logs.join(logs.Lines('sweep', False, ({URL!r},)))\n"
        "logs.event('solved', 'case 7 is solved', case=7)\nwarnings.warn('old')\n"
        "logging.getLogger('somebody').error('does not %d fit', 'really')\nraise ValueError('s3cr@t/Pass')\n"
    )
    environment: Mapping[str, str] = {key: value for key, value in os.environ.items() if key != "PYTHONWARNINGS"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    found = read(done.stderr)
    assert events(found)[:3] == ["solved", "warning", "library"]
    assert found[2]["message"] == "does not %d fit"
    assert {line["command"] for line in found} == {"sweep"}
    assert found[-1]["message"] == "ValueError: ***"


def test_processes_of_a_study_write_into_the_same_log(capfd: pytest.CaptureFixture[str]) -> None:
    """What is logged or printed in them is a line too, without secrets."""
    base = base_of(read_instance(CASE))
    with logs.lines("sensitivity", arguments=[URL]), Runner(base, jobs=2) as runner:
        runner.run("words", talkative, [Task(word, word) for word in ("one", URL)], Length)
    text = capfd.readouterr().err
    assert sorted(line["message"] for line in read(text)) == sorted(
        f"{how} {what}" for how in ("logged", "printed") for what in ("one", "postgresql://bob:***@127.0.0.1:1/region")
    )
    assert not any(secret in text for secret in SECRETS)


@needs_postgres
def test_a_store_that_is_there_is_shown_without_its_password(tmp_path: Path, server: Server) -> None:
    """In the log, and in the files of the run."""
    url = server.database()
    result = run("solve", CASE, "--out", tmp_path / "plan", "--store", url, "--log-json")
    (line,) = (line for line in read(result.stderr) if line["event"] == "recorded")
    assert line["store"] == url.replace(ENCODED, "***")
    for secret in (DATABASE_PASSWORD, ENCODED):
        assert secret not in result.stdout + result.stderr
        assert not any(secret.encode() in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_reader_who_has_left_ends_no_run(tmp_path: Path) -> None:
    """Nobody reads the log any more: the plan is written, and the exit code is that of the plan."""
    command = [sys.executable, "-m", "optimiser", "solve", CASE, "--out", str(tmp_path / "plan"), "--log-json"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.close()
    assert process.returncode == 0
    assert (tmp_path / "plan" / "plan.json").is_file()

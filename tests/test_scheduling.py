"""docs/scheduling.md: its examples are what cron, systemd and GitHub can read, and its commands are those of the program."""

from __future__ import annotations

import configparser
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from optimiser.cli import app
from optimiser.commands import DEFECT, INFEASIBLE, INTERRUPTED, OPTIMAL, STOPPED_WITH_PLAN, USAGE
from optimiser.errors import NoPlanError

PAGE = (Path(__file__).resolve().parent.parent / "docs" / "scheduling.md").read_text(encoding="utf-8")
PROGRAM = "/srv/shared-services/venv/bin/optimiser"
CRON = re.compile(r"(?:(?:\*|[0-9]+(?:-[0-9]+)?(?:,[0-9]+)*)(?:/[0-9]+)?\s+){5}")
ENDS = frozenset("|;&<>{}()")
CHANGED = 6


def blocks(kind: str) -> list[str]:
    """The examples of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def commands(text: str) -> Iterator[list[str]]:
    """The arguments of every `optimiser` in a text, up to where the shell's own begins."""
    for line in text.replace("\\\n", " ").splitlines():
        if not re.search(r"(?:^|[\s/])optimiser\s", line):
            continue
        words = shlex.shlex(re.sub(r"(?<=\s)[0-9](?=>)", "", line.strip()), posix=True, punctuation_chars=True)
        words.whitespace_split = True
        found = list(words)
        for place, word in enumerate(found):
            if word == "optimiser" or word.endswith("/optimiser"):
                yield list(takewhile(lambda one: not set(one) <= ENDS, found[place + 1 :]))


EXAMPLES = [
    *(arguments for text in blocks(r"\w+") for arguments in commands(text)),
    *(arguments for text in re.findall(r"`(optimiser [^`]+)`", PAGE) for arguments in commands(text)),
    *(arguments for line in re.findall(r"^    (optimiser .*)$", PAGE, re.MULTILINE) for arguments in commands(re.sub(r"[\[\]]", "", line))),
]


def parse(arguments: list[str]) -> None:
    """Have the program read a command line, and do nothing."""
    group: Any = get_command(app)
    name, *rest = arguments
    while hasattr(group.commands[name], "commands"):
        group = group.commands[name]
        name, *rest = rest
    group.commands[name].make_context(name, rest)


def test_examples_are_found() -> None:
    """Those in blocks, in the text, and the one at the head of the page."""
    assert ["runs", "adopt", "RUN"] in EXAMPLES
    assert sum(arguments[0] == "resolve" for arguments in EXAMPLES) >= 6
    assert list(commands("cd /x && y/optimiser solve a --gap 0.1 > out.txt 2>> log || { optimiser runs list; }")) == [
        ["solve", "a", "--gap", "0.1"],
        ["runs", "list"],
    ]
    assert list(commands("x/optimiser solve a \\\n  --quiet 2>> log")) == [["solve", "a", "--quiet"]]


@pytest.mark.parametrize("arguments", EXAMPLES, ids=" ".join)
def test_every_command_is_one_of_the_program(arguments: list[str]) -> None:
    """Its options are there, their values are of the right kind, and nothing is missing."""
    parse(arguments)


@pytest.mark.parametrize("arguments", [["solve"], ["solve", "x", "--nonsense"], ["solve", "x", "--threads", "y"], ["runs", "list", "x"]])
def test_a_command_that_is_none_would_be_seen(arguments: list[str]) -> None:
    """The test above can fail."""
    with pytest.raises(Exception, match=r"."):
        parse(arguments)


def test_the_crontab_is_one() -> None:
    """Variables, and lines of five fields and a command; a percent sign would end it."""
    (text,) = blocks("crontab")
    variables, jobs = [], []
    for line in text.splitlines():
        (variables if re.match(r"[A-Z_]+=", line) else jobs).append(line)
    assert variables
    assert jobs
    for job in jobs:
        fields = CRON.match(job)
        assert fields, job
        assert "%" not in job
        assert subprocess.run(["sh", "-n", "-c", job[fields.end() :]], capture_output=True, text=True, check=False).stderr == ""
        assert list(commands(job))


def units() -> dict[str, str]:
    """The units by the names that the page gives them."""
    names = re.findall(r"`/etc/systemd/system/(\S+)`:", PAGE)
    return dict(zip(names, blocks("ini"), strict=True))


def test_the_units_are_units() -> None:
    """Sections and keys, no key twice; a service and its timer, which belong together by name."""
    found = {}
    for name, text in units().items():
        parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#", ";"))
        parser.optionxform = str  # type: ignore[assignment,method-assign]
        parser.read_string(text)
        found[name.rpartition(".")[2]] = parser
    assert len({name.rpartition(".")[0] for name in units()}) == 1
    service = found["service"]["Service"]
    assert service["Type"] == "oneshot"
    assert service["SuccessExitStatus"] == str(CHANGED)
    assert shlex.split(service["ExecStart"])[0] == PROGRAM
    assert service["WorkingDirectory"].startswith(service["ReadWritePaths"])
    assert "EnvironmentFile" in service
    assert "Restart" not in service
    assert "postgresql://" not in units()["shared-services-resolve.service"]
    assert found["timer"]["Timer"]["Persistent"] == "true"
    assert found["timer"]["Install"]["WantedBy"] == "timers.target"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    """Every key and every value, with a program in place of ours that is there; and the time is one."""
    for name, text in units().items():
        (tmp_path / name).write_text(text.replace(PROGRAM, shutil.which("true") or ""), encoding="utf-8")
    files = [str(tmp_path / name) for name in units()]
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *files], capture_output=True, text=True, check=False)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "shared-services" in line]
    assert said == []
    (when,) = re.findall(r"^OnCalendar=(.*)$", "\n".join(units().values()), re.MULTILINE)
    assert subprocess.run(["systemd-analyze", "calendar", when], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_would_refuse_another(tmp_path: Path) -> None:
    """The test above can fail."""
    file = tmp_path / "shared-services-x.service"
    file.write_text("[Service]\nType=oneshot\nExecStart=/bin/true\nSuccesExitStatus=6\n", encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(file)], capture_output=True, text=True, check=False)
    assert "SuccesExitStatus" in done.stdout + done.stderr


def test_the_workflow_is_one() -> None:
    """It parses; what it starts on, its steps and its use of the exit code fit together; no secret stands in it."""
    workflow, steps = (yaml.safe_load(text) for text in blocks("yaml"))
    on = workflow[True]  # `on` is a truth value to YAML 1.1
    assert [CRON.fullmatch(one["cron"] + " ") is not None for one in on["schedule"]] == [True]
    assert on["push"]["paths"] == ["region/**"]
    assert workflow["permissions"]["issues"] == "write"
    assert workflow["concurrency"]["cancel-in-progress"] is False
    (job,) = workflow["jobs"].values()
    (resolve,) = (step for step in job["steps"] if step.get("id") == "resolve")
    assert resolve["env"]["OPTIMISER_STORE"] == "${{ secrets.OPTIMISER_STORE }}"
    assert any(step.get("if") == f"steps.resolve.outputs.code == '{CHANGED}'" for step in job["steps"])
    for step in (*job["steps"], *steps):
        assert ("uses" in step) != ("run" in step)
        if "run" in step:
            text = re.sub(r"\$\{\{.*?\}\}", "x", step["run"])
            assert subprocess.run(["bash", "-n", "-c", text], capture_output=True, text=True, check=False).stderr == ""
    saved, restored = steps[-1], steps[0]
    assert saved["if"] == "always()"
    assert saved["with"]["key"] == restored["with"]["key"]
    assert saved["with"]["path"] == restored["with"]["path"]


@pytest.mark.parametrize(
    ("code", "ends"),
    [(0, 0), (6, 0), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)],
)
def test_the_step_ends_as_the_page_says(tmp_path: Path, code: int, ends: int) -> None:
    """Run as GitHub does, with a program that ends with each code: 0 and 6 are no failure, and the code is told to later steps."""
    workflow = yaml.safe_load(blocks("yaml")[0])
    (text,) = (step["run"] for step in workflow["jobs"]["resolve"]["steps"] if step.get("id") == "resolve")
    fake = tmp_path / "optimiser"
    fake.write_text(f"#!/bin/sh\necho report\nexit {code}\n", encoding="utf-8")
    fake.chmod(0o755)
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "GITHUB_OUTPUT": str(tmp_path / "out"),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "sum"),
    }
    done = subprocess.run(["bash", "-e", "-c", text], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == ends
    assert (tmp_path / "out").read_text(encoding="utf-8") == f"code={code}\n"
    assert (tmp_path / "sum").read_text(encoding="utf-8") == "    report\n"


@pytest.mark.parametrize("code", [0, 6, 2])
def test_the_cron_line_prints_only_what_is_worth_a_mail(tmp_path: Path, code: int) -> None:
    """Nothing where the code is 0; report and end of the log otherwise."""
    (job,) = (line for line in blocks("crontab")[0].splitlines() if CRON.match(line))
    program = tmp_path / "venv" / "bin" / "optimiser"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho report\necho log >&2\nexit {code}\n", encoding="utf-8")
    program.chmod(0o755)
    text = re.sub(CRON, "", job).replace("/srv/shared-services", shlex.quote(str(tmp_path)))
    done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout == ("report\nlog\n" if code else "")
    assert (tmp_path / "resolve.log").read_text(encoding="utf-8") == "log\n"


@pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
def test_the_log_is_read_as_the_page_says(tmp_path: Path) -> None:
    """Both lines of jq."""
    (tmp_path / "resolve.log").write_text(
        '{"time": "t", "level": "info", "event": "started", "message": "a"}\n'
        '{"time": "t", "level": "error", "event": "failed", "message": "b", "exit_code": 2}\n',
        encoding="utf-8",
    )
    lines = [line for text in blocks("sh") for line in text.splitlines() if line.startswith("jq ")]
    said = [subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True, check=True).stdout for line in lines]
    assert said == ["t\t2\tb\n", "b\n"]


def test_scripts_are_sound() -> None:
    """A shell reads them."""
    for text in blocks("sh"):
        assert subprocess.run(["sh", "-n", "-c", text], capture_output=True, text=True, check=False).stderr == ""


def test_exit_codes_are_those_of_the_program() -> None:
    """Each code of the program is in the table, and no other."""
    table = PAGE.split("## Exit codes")[1].split("\n## ")[0]
    said = {int(code) for cell in re.findall(r"^\| ([0-9, ]+) \|", table, re.MULTILINE) for code in cell.split(",")}
    ours = {OPTIMAL, DEFECT, USAGE, INFEASIBLE, STOPPED_WITH_PLAN, INTERRUPTED, NoPlanError.exit_code, CHANGED}
    assert said == ours

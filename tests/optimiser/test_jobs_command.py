"""`jobs` lists what scheduled jobs have come to, and shows every report again: also of a start that ended before it had printed its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jobs import resolved, run, write_job
from postgres import ENCODED, PASSWORD, Server

from optimiser.resolve import command

IMPOSSIBLE = "minimum_total_saving = { amount = 900_000_000, year = 2 }"
Ask = Callable[..., Any]


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store of either kind can be."""
    return str(tmp_path / "store.db") if request.param == "sqlite" else str(request.getfixturevalue("server").database())


@pytest.fixture
def ask(store: str) -> Ask:
    """What a command of `jobs` prints, or its document."""

    def asked(*arguments: object, form: str = "json", code: int = 0) -> Any:
        result = run("jobs", *arguments, "--store", store, *(["--json"] if form == "json" else []), code=code)
        return result.stderr if code else json.loads(result.stdout) if form == "json" else result.stdout

    return asked


@pytest.fixture
def nights(tmp_path: Path, store: str) -> list[dict[str, Any]]:
    """The reports of five nights: first, another plan, another price, a comment, and data that allow no plan."""
    source = write_job(tmp_path / "shire")
    reports = [resolved(source, store)]
    reports.append(resolved(write_job(source, integration=120_000), store, "--notify", "true"))
    reports.append(resolved(write_job(source, cost=140_000, integration=120_000), store, "--seed", 1))
    with (source / "instance.toml").open("a", encoding="utf-8") as file:
        file.write("# looked through\n")
    reports.append(resolved(source, store, "--seed", 1))
    reports.append(resolved(write_job(source, rules=IMPOSSIBLE), store, "--seed", 1, code=3))
    assert resolved(source, store, "--seed", 1, code=3)["status"] == "unchanged"  # which is not recorded
    return reports


def test_the_jobs_of_a_store(tmp_path: Path, nights: list[dict[str, Any]], store: str, ask: Ask) -> None:
    """By name, each with the last that it came to, whether that is a plan, and how many reports are still to be told."""
    source = write_job(tmp_path / "shire")
    run("resolve", source, "--job", "a quick look", "--store", store, "--notify", "false", code=1)
    quick, shire = ask("list")["jobs"]
    assert (quick["job"], quick["status"], quick["to_tell"], quick["told"], quick["owed"]) == ("a quick look", "first", True, None, 1)
    assert quick["npv"] == nights[0]["npv"]
    assert (shire["job"], shire["status"], shire["run"], shire["npv"], shire["owed"]) == ("shire", "no_plan", nights[-1]["run"], None, 0)
    lines = [" ".join(line.split()) for line in ask("list", form="words").splitlines()]
    assert lines[0] == "job last resolved (UTC) came to run NPV still to be told"
    assert re.fullmatch(rf"a quick look 20\S+ \S+ first recommendation {quick['run']} £\S+( million)? 1 report", lines[2])
    assert re.fullmatch(rf"shire 20\S+ \S+ no plan {shire['run']} - -", lines[3])


def test_the_history_of_a_job(nights: list[dict[str, Any]], ask: Ask) -> None:
    """The last first: what it came to, what changed in short, and who was told when."""
    found = ask("history", "shire")["resolutions"]
    assert [one["status"] for one in found] == ["no_plan", "same_data", "plan_stays", "plan_changed", "first"]
    assert [one["run"] for one in found] == [report["run"] for report in reversed(nights)]
    assert [one["changes"] for one in found] == [3, 0, 1, 1, 0]  # with the rule come cost and integration back, which write_job resets
    assert [one["because"] for one in found] == [[], [], ["settings"], [], []]
    assert [one["recommendation_changed"] for one in found] == [False, False, False, True, False]
    assert found[3]["differences"] == nights[1]["comparison"]["differences"] != []
    assert [(one["target"], one["told"] is not None) for one in found] == [(None, False)] * 3 + [("true", True), (None, False)]
    assert len(ask("history", "shire", "--limit", 2)["resolutions"]) == 2
    assert len(ask("history", "shire", "--limit", 0)["resolutions"]) == 5
    shown = " ".join(ask("history", "shire", form="words").split())
    for words in ("no plan", "same data", "plan stays", "plan changed", "first recommendation", "1 change of the data; settings"):
        assert words in shown


def test_reports_are_shown_as_they_were_printed(tmp_path: Path, nights: list[dict[str, Any]], store: str, ask: Ask) -> None:
    """Each, by its number; unless one is given the last that said more than that the data are the same."""
    numbers = [one["number"] for one in reversed(ask("history", "shire")["resolutions"])]
    assert [ask("show", "shire", "--number", number) for number in numbers] == nights
    assert ask("show", "shire") == nights[-1]
    source = write_job(tmp_path / "shire")
    printed = run("resolve", source, "--store", store).stdout
    with (source / "instance.toml").open("a", encoding="utf-8") as file:
        file.write("# looked through\n")
    comment = run("resolve", source, "--store", store).stdout
    shown = ask("show", "shire", form="words")
    assert re.fullmatch(r"Resolved 20\S+ \S+ UTC; nobody was to be told\.\n", shown.removesuffix(f"\n{printed}")), shown
    last = ask("history", "shire")["resolutions"][0]["number"]
    assert ask("show", "shire", "--number", last, form="words").endswith(f"\n\n{comment}")
    assert "; true was told 20" in ask("show", "shire", "--number", numbers[1], form="words")


def test_the_report_of_a_start_that_was_ended(tmp_path: Path, store: str, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for its stdout finds it in the store."""
    source = write_job(tmp_path / "shire")

    def ended(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(command, "_reported", ended)
        assert run("resolve", source, "--store", store, "--notify", "true", code=130).stdout == ""
    assert ask("show", "shire")["status"] == "first"
    assert "The first recommendation of this job." in ask("show", "shire", form="words")
    run("resolve", write_job(source, cost=140_000), "--store", store, "--notify", "false", code=1)
    assert "; nobody has been told yet: the next start with --notify tells." in ask("show", "shire", form="words")


def test_names_that_nobody_knows(nights: list[dict[str, Any]], ask: Ask, store: str) -> None:
    """Exit code 2, with the nearest that there is; so with a number of no resolution, or of another job's."""
    for words in (["history", "shrie"], ["show", "shrie"], ["show", "shrie", "--number", 1]):
        said = ask(*words, code=2)
        assert said.endswith(" has no job 'shrie'; did you mean 'shire'? `optimiser jobs list` shows those that it has\n")
    assert ask("show", "devon", code=2).endswith(" has no job 'devon'; `optimiser jobs list` shows those that it has\n")
    assert ask("show", "shire", "--number", 99, code=2) == (
        "job 'shire' has no number 99; `optimiser jobs history` shows those that it has\n"
    )
    assert "--number" in ask("show", "shire", "--number", 0, code=2)


def test_a_store_without_jobs(tmp_path: Path) -> None:
    """No store, and one with runs only."""
    source = write_job(tmp_path / "shire")
    given = ["--store", tmp_path / "store.db"]
    assert "there is no store at " in run("jobs", "list", *given, code=2).stderr
    run("solve", source, "--quiet", "--out", tmp_path / "plan", *given)
    assert run("jobs", "list", *given).stdout == "No jobs.\n"
    assert "has no job 'shire'; `optimiser jobs list`" in run("jobs", "show", "shire", *given, code=2).stderr


def test_lists_load_nothing_heavy(nights: list[dict[str, Any]], store: str) -> None:
    """Neither tables nor solvers: a list is there at once."""
    for words in (["list"], ["history", "shire"]):
        code = (
            f"import json, sys\nfrom optimiser.cli import app\ntry:\n    app({['jobs', *words, '--store', store]!r})\n"
            "except SystemExit as left:\n    assert not left.code, left.code\n"
            "print(json.dumps([name for name in ('highspy', 'networkx', 'pandas', 'pyomo', 'scipy', 'alembic') if name in sys.modules]))"
        )
        shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert json.loads(shown.stdout.splitlines()[-1]) == []


def test_secrets_are_not_shown(tmp_path: Path, server: Server) -> None:
    """Neither the password of the store nor what the command that is told was given."""
    url, token = server.database(), "tok-4f7e91d2c6"
    run("resolve", write_job(tmp_path / "shire"), "--store", url, "--notify", f"true {token}")
    shown = [
        run("jobs", *words, "--store", url, *form, code=code).output
        for words, code in ((["list"], 0), (["history", "shire"], 0), (["show", "shire"], 0), (["show", "shrie"], 2))
        for form in ([], ["--json"])
    ]
    assert not [secret for secret in (PASSWORD, ENCODED, token) if secret in "".join(shown)]

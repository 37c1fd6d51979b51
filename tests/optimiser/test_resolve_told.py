"""Whoever is to know what the job came to is told once, or again rather than not at all; pruning leaves what that needs."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from jobs import adds, kept, resolved, run, told, write_job
from sqlalchemy import inspect

from optimiser.store import Store, check, resolutions
from optimiser.store.migrate import configuration

IMPOSSIBLE = "minimum_total_saving = { amount = 900_000_000, year = 2 }"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The data."""
    return write_job(tmp_path / "shire")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store of either kind can be."""
    return str(tmp_path / "store.db") if request.param == "sqlite" else str(request.getfixturevalue("server").database())


def test_nobody_could_be_told(source: Path, either: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 1 with all of it recorded; the next start tells without solving anything, once, and then nothing has changed."""
    resolved(source, either)
    write_job(source, cost=140_000)
    said = run("resolve", source, "--store", either, "--notify", "sh -c 'echo no line; exit 3'", code=1)
    assert said.stderr == "sh ended with exit code 3:\n  no line\n"
    assert said.stdout == ""
    assert kept(either) == (2, "plan_stays")
    monkeypatch.setattr("optimiser.resolve.command._solved", lambda *given: pytest.fail("neither the answer nor a step to it"))
    given = ["resolve", source, "--store", either, "--notify"]
    assert run(*given, "false", code=1).stderr == "false ended with exit code 1 and said nothing\n"
    shown = run(*given, adds(tmp_path / "told")).stdout
    assert "UTC, told now:\nSmall\nThe recommended plan stays as it was.\n" in shown
    (report,) = told(tmp_path / "told")
    assert report["status"] == "plan_stays"
    assert resolved(source, either, "--notify", "false")["status"] == "unchanged"
    assert kept(either) == (2, "plan_stays")
    with Store(either) as opened:
        last = resolutions.last(opened, "shire")
    assert last is not None
    assert (last.report, last.target, last.owed) == (report, "sh", False)


def test_what_could_not_be_told_is_told_before_what_is_new(source: Path, either: str, tmp_path: Path) -> None:
    """Each report once and in order, across changes that matter and one that does not; one that changed the plan counts, though told late."""
    resolved(source, either)
    write_job(source, integration=120_000)
    run("resolve", source, "--store", either, "--notify", "false", code=1)
    with (source / "instance.toml").open("a", encoding="utf-8") as file:
        file.write("# looked through\n")
    run("resolve", source, "--store", either, "--notify", "false", code=1)
    assert kept(either) == (2, "same_data")
    write_job(source, cost=140_000, integration=120_000)
    out = tmp_path / "out"
    shown = run("resolve", source, "--store", either, "--notify", adds(tmp_path / "told"), "--exit-code", "--out", out, code=6).stdout
    first, second = told(tmp_path / "told")
    assert [(one["status"], one["comparison"]["changes"][0]["path"]) for one in (first, second)] == [
        ("plan_changed", "services.waste.integration_cost"),
        ("plan_stays", "baselines.Ash.payroll.annual_cost"),
    ]
    assert second["before"] == first["run"]
    assert shown.index("The recommended plan has changed.") < shown.index("The recommended plan stays as it was.")
    assert shown.count("told now") == 1
    assert json.loads((out / "resolve.json").read_text(encoding="utf-8")) == second
    assert resolved(source, either, "--notify", "false", "--exit-code")["status"] == "unchanged"


def test_where_the_second_of_two_fails(source: Path, either: str, tmp_path: Path) -> None:
    """The first is not told again."""
    for cost in (100_000, 140_000):
        run("resolve", write_job(source, cost=cost), "--store", either, "--notify", "false", code=1)
    once = f"sh -c {shlex.quote(f'cat >> {tmp_path}/told; echo >> {tmp_path}/told; test $(wc -l < {tmp_path}/told) = 1')}"
    run("resolve", source, "--store", either, "--notify", once, code=1)
    assert [one["status"] for one in told(tmp_path / "told")] == ["first", "plan_stays"]
    (tmp_path / "told").unlink()
    assert resolved(source, either, "--notify", adds(tmp_path / "told"))["status"] == "plan_stays"
    assert [one["status"] for one in told(tmp_path / "told")] == ["plan_stays"]


def test_a_start_that_tells_nobody_leaves_it_to_the_next(source: Path, either: str, tmp_path: Path) -> None:
    """Somebody looks by hand: he is told that others are not, and nothing is settled by that."""
    run("resolve", source, "--store", either, "--notify", "false", code=1)
    said = run("resolve", source, "--store", either)
    assert said.stdout.startswith("Nothing has changed since ")
    assert said.stderr == (
        "nobody has been told of 1 earlier report of shire yet: the next start with --notify tells, and `optimiser jobs` shows\n"
    )
    write_job(source, cost=140_000)
    assert "1 earlier report of shire" in run("resolve", source, "--store", either).stderr
    write_job(source, rules=IMPOSSIBLE)
    last = resolved(source, either, code=3)
    given = ["resolve", source, "--store", either, "--out", tmp_path / "out", "--notify", adds(tmp_path / "told")]
    shown = run(*given, code=3).stdout
    assert [one["status"] for one in told(tmp_path / "told")] == ["first"]
    assert shown.index("UTC, told now:\nSmall\nThe first recommendation") < shown.index("\n\nNothing has changed since ")
    assert f"run {last['run']} stands, which gave no plan" in shown
    assert not (tmp_path / "out").exists()  # what holds now was reported before
    assert run("resolve", source, "--store", either, code=3).stderr == ""


def test_what_an_older_version_came_to_is_told_already(source: Path, either: str) -> None:
    """It told first and recorded then: its last resolution stands, and nobody is told of it again."""
    resolved(source, either)
    with Store(either) as opened, opened.transaction(writes=True) as connection:
        command.downgrade(configuration(connection), "0002")
        assert not inspect(connection).has_table("told_resolutions")
    assert resolved(source, either, "--notify", "false")["status"] == "unchanged"
    assert kept(either) == (1, "first")


def test_pruning_leaves_what_is_still_to_be_told(source: Path, either: str, tmp_path: Path) -> None:
    """However many are: none of them is the last of the job any more, but somebody is to know."""
    for cost in (100_000, 101_000, 102_000):
        run("resolve", write_job(source, cost=cost), "--store", either, "--notify", "false", code=1)
    for dry in (["--dry-run"], []):
        assert json.loads(run("runs", "prune", "--keep", 0, "--store", either, "--json", *dry).stdout)["pruned"] == []
    resolved(source, either, "--notify", adds(tmp_path / "told"))
    assert len(told(tmp_path / "told")) == 3
    assert len(json.loads(run("runs", "prune", "--keep", 0, "--store", either, "--json").stdout)["pruned"]) == 2
    assert kept(either) == (1, "plan_stays")


def test_what_a_job_comes_to_as_runs_are_pruned(source: Path, either: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which runs are to go is known by then, and it has come to one of them: that stays."""
    from optimiser import runs

    run("solve", source, "--store", either, "--quiet", "--out", source.parent / "plan")
    real = runs._superfluous

    def meanwhile(*given: Any) -> Any:
        going = real(*given)
        assert [one.run for one in going] == [resolved(source, either)["run"]]
        return going

    monkeypatch.setattr(runs, "_superfluous", meanwhile)
    assert json.loads(run("runs", "prune", "--keep", 0, "--store", either, "--json").stdout)["pruned"] == []
    assert kept(either) == (1, "first")


def test_pruned_while_it_is_at_work(source: Path, either: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its run stays unless it is named; if it is gone, that is said, and the next start begins anew."""
    resolved(source, either)
    write_job(source, cost=140_000)
    real = resolutions.record

    def pruned_before(opened: Store, found: resolutions.Resolution) -> resolutions.Resolution:
        run("runs", "prune", "--keep", 0, "--store", either)
        assert found.run in {one.run for one in opened.runs()}
        run("runs", "prune", found.run, "--store", either)
        return real(opened, found)

    with monkeypatch.context() as patch:
        patch.setattr("optimiser.resolve.command.record", pruned_before)
        said = run("resolve", source, "--store", either, code=1).stderr
    assert re.fullmatch(r"run \w{12} was pruned while job 'shire' was at work; the next start begins anew\n", said), said
    assert kept(either) == (1, "first")
    assert resolved(source, either)["status"] == "plan_stays"


def test_pruned_while_somebody_is_told(source: Path, either: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing left to note, and no trouble; the number, which may be given again, does no harm."""
    from optimiser import notify

    def pruned(target: str, report: Mapping[str, Any]) -> None:
        run("runs", "prune", report["run"], "--store", either)
        resolved(source, either, "--job", "another")

    monkeypatch.setattr(notify, "notify", pruned)
    assert resolved(source, either, "--notify", "true")["status"] == "first"
    with Store(either) as opened:
        assert check(opened) == []
        assert [(one.job, one.told) for one in resolutions.jobs(opened)] == [("another", None)]

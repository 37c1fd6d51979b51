"""Malformed instances: every fault is said in full, all of them at once, and nothing is written.

Each file in tests/malformed is one of them: the sound instance in tests/malformed/base with a few changes, and the exact
lines that are expected. `replace` holds [file, old text, new text]; `append` adds rows; `files` gives whole files; `absent`
removes some and `folders` puts folders in their place; `latin1` and `utf16` save some in another encoding; `set` and
`scenario` are asked for.
"""

from __future__ import annotations

import json
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from instances import InstanceError, read, shipped
from optimiser.cli import app

FOLDER = Path(__file__).parent / "malformed"
BASE = FOLDER / "base"
CASES = {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.toml"))}
KEYS = {"faults", "replace", "append", "files", "absent", "folders", "latin1", "utf16", "set", "scenario"}


def write(folder: Path, case: dict[str, Any]) -> None:
    """Write the instance of a case."""
    shutil.copytree(BASE, folder)
    for name, text in case.get("files", {}).items():
        (folder / name).write_text(text, encoding="utf-8")
    for name, old, new in case.get("replace", ()):
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    for name, row in case.get("append", {}).items():
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(f"{row}\n")
    for name in case.get("absent", ()):
        (folder / name).unlink()
    for name in case.get("folders", ()):
        (folder / name).mkdir()
    for encoding, key in (("latin-1", "latin1"), ("utf-16", "utf16")):
        for name in case.get(key, ()):
            (folder / name).write_bytes((folder / name).read_text(encoding="utf-8").encode(encoding))


def run(folder: Path | str, case: dict[str, Any], *command: str) -> Any:
    """Run a command on an instance."""
    asked = [*(f"--set={text}" for text in case.get("set", ())), *(f"--scenario={name}" for name in case.get("scenario", ()))]
    return CliRunner().invoke(app, [command[0], str(folder), *asked, *command[1:]])


def entries(folder: Path) -> set[Path]:
    """Everything below a folder."""
    return set(folder.rglob("*"))


def test_there_are_cases_enough() -> None:
    """And each of them uses keys that are understood, so that none passes by accident."""
    assert len(CASES) >= 90
    assert not {key for case in CASES.values() for key in case} - KEYS
    assert all(case["faults"] for case in CASES.values())


@pytest.mark.parametrize("name", CASES)
def test_reading_names_every_fault(name: str, tmp_path: Path) -> None:
    """Where, what, what instead: exactly these lines in this order."""
    write(tmp_path / name, CASES[name])
    with pytest.raises(InstanceError) as error:
        read(tmp_path / name, scenarios=CASES[name].get("scenario", ()), overrides=CASES[name].get("set", ()))
    assert [str(fault) for fault in error.value.faults] == CASES[name]["faults"]


@pytest.mark.parametrize("name", CASES)
def test_commands_print_every_fault_and_write_nothing(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 2, the faults on stderr, nothing on stdout, no file anywhere, no traceback."""
    case = CASES[name]
    write(tmp_path / name, case)
    monkeypatch.chdir(tmp_path)
    before = entries(tmp_path)
    count = len(case["faults"])
    expected = [f"{count} fault{'s' if count > 1 else ''} in '{name}'", *(f"  {line}" for line in case["faults"])]
    for command in (("validate",), ("solve", "--out", "plan")):
        result = run(name, case, *command)
        assert result.exit_code == 2, result.output
        assert result.stderr.splitlines() == expected
        assert result.stdout == ""
        assert entries(tmp_path) == before


@pytest.mark.parametrize("command", [("validate",), ("solve", "--out", "plan")])
@pytest.mark.parametrize("name", ["several_faults", "unknown_council_invisible", "file_not_utf8", "override_each_reported"])
def test_json_is_one_document_with_the_faults(name: str, command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each fault by its parts, which make the same lines."""
    case = CASES[name]
    write(tmp_path / name, case)
    monkeypatch.chdir(tmp_path)
    before = entries(tmp_path)
    result = run(name, case, *command, "--json")
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert document["status"] == "invalid"
    assert [set(fault) for fault in document["faults"]] == [{"table", "row", "column", "problem", "expected", "nearest"}] * len(
        case["faults"]
    )
    for fault, line in zip(document["faults"], case["faults"], strict=True):
        assert line.startswith(fault["table"] + ("" if fault["row"] is None else f" row {fault['row']}"))
        assert fault["problem"] in line
        assert fault["nearest"] is None or line.endswith(f"did you mean '{fault['nearest']}'?")
    assert entries(tmp_path) == before


def test_the_base_is_sound() -> None:
    """Otherwise no case would show what its own change does."""
    instance = read(BASE, scenarios=["no_distance", "dear_payroll"])
    assert sorted(instance.councils) == ["Ash", "Elm", "Oak"]
    assert instance.notes == ()
    assert run(BASE, {}, "validate").exit_code == 0


def faults_of(source: Path | str) -> list[str]:
    """The faults of what is no instance at all."""
    with pytest.raises(InstanceError) as error:
        read(source)
    return [str(fault) for fault in error.value.faults]


def shipped_cases() -> str:
    """What is offered where there is no folder."""
    return f"give a folder or one of the shipped cases: {', '.join(shipped())}"


def test_no_such_folder(tmp_path: Path) -> None:
    """The shipped cases are named; nothing resembles this."""
    source = tmp_path / "nowhere"
    assert faults_of(source) == [f"{source}: there is no such folder; {shipped_cases()}"]
    result = run(source, {}, "solve", "--out", str(tmp_path / "plan"))
    assert result.exit_code == 2
    assert result.stderr.splitlines()[0] == f"1 fault in '{source}'"
    assert not entries(tmp_path)


def test_misspelt_folder(tmp_path: Path) -> None:
    """The instance beside it is offered."""
    shutil.copytree(BASE, tmp_path / "three_councils")
    source = tmp_path / "tree_councils"
    assert faults_of(source) == [f"{source}: there is no such folder; {shipped_cases()}; did you mean '{tmp_path / 'three_councils'}'?"]


def test_misspelt_case(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The nearest shipped case is offered."""
    monkeypatch.chdir(tmp_path)
    assert faults_of("east_kent") == [f"east_kent: there is no such folder; {shipped_cases()}; did you mean 'east-kent'?"]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [("instance.toml", "give its folder, '{}'"), ("baselines.csv", "give its folder, '{}'"), ("book.pdf", "give a folder of tables")],
)
def test_a_file_is_not_a_folder(name: str, remedy: str, tmp_path: Path) -> None:
    """The folder that was meant is named where the file belongs to one."""
    source = tmp_path / name
    source.write_text("", encoding="utf-8")
    assert faults_of(source) == [f"{source}: is a file, not a folder; {remedy.format(tmp_path)}"]


def test_an_empty_folder(tmp_path: Path) -> None:
    """Everything that is required is said to be missing."""
    assert [line.split(":")[0] for line in faults_of(tmp_path)] == ["instance.toml", "councils.csv", "services.csv", "baselines.csv"]


@pytest.mark.parametrize("source", ["", "x" * 5000, "a\0b"])
def test_names_that_no_file_system_takes(source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """An odd name is a fault like any other; the empty name is the folder one is in, which holds nothing."""
    monkeypatch.chdir(tmp_path)
    assert faults_of(source)

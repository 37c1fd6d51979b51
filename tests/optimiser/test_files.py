"""Files of a run: whole or not at all."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest

from instances import read
from instances.reading import locate
from optimiser import Plan, files, solve
from optimiser.errors import UsageError
from optimiser.plan import OptionTaken


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A small plan."""
    return solve(read("bromsgrove-redditch"))


def test_tables_agree_with_the_document(plan: Plan, tmp_path: Path) -> None:
    """The CSV files add up to what plan.json says."""
    out = files.write_run(plan, tmp_path / "plan")
    document = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    members = pd.read_csv(out / "partnerships.csv")
    assert members["npv"].sum() == pytest.approx(document["npv"], abs=0.01)
    assert pd.read_csv(out / "councils.csv")["npv"].sum() == pytest.approx(document["npv"], abs=0.01)
    assert pd.read_csv(out / "cashflow.csv")["amount"].sum() == pytest.approx(document["summary"]["net_saving"], abs=0.01)
    assert sum(head["npv"] for head in document["heads"]) == pytest.approx(document["npv"], abs=0.01)
    assert sum(head["amount"] for head in document["heads"]) == pytest.approx(document["summary"]["net_saving"], abs=0.01)


def test_manifest_alone_tells_time(plan: Plan, tmp_path: Path) -> None:
    """plan.json holds the manifest without times and the name of a folder; manifest.json adds them."""
    out = files.write_run(plan, tmp_path / "plan")
    document = json.loads((out / "plan.json").read_text(encoding="utf-8"))
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert {"finished", "seconds", "run", "instance"} == set(manifest) - set(document["manifest"])
    assert set(manifest["seconds"]) == {"price", "solve", "settle ties", "audit"}
    assert {"digests", "settings", "overrides", "versions", "status", "bound", "gap", "objective"} <= set(manifest)


def test_options_have_a_file_where_there_are_any(plan: Plan, tmp_path: Path) -> None:
    """options.csv, with the run's id; a run that has it may be replaced by one that has not."""
    taken = OptionTaken(
        council="Bromsgrove",
        service="management_team",
        option="outsource",
        tranche=0,
        start=dt.date(2008, 4, 1),
        npv=1.0,
        annual_saving=1.0,
        one_off=0.0,
        baseline=1.0,
    )
    document = plan.document.model_copy(update={"options": (taken,)})
    out = files.write_run(Plan(document), tmp_path / "plan")
    assert pd.read_csv(out / "options.csv")["run"].tolist() == [document.run]
    files.write_run(plan, tmp_path / "plan", overwrite=True)
    assert not (out / "options.csv").exists()


def test_a_failure_while_writing_leaves_nothing(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder, and no temporary one."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_csv", refuse)
    with pytest.raises(OSError, match="No space left"):
        files.write_run(plan, tmp_path / "plan")
    assert not any(tmp_path.iterdir())


def test_a_failure_while_overwriting_keeps_the_old_run(plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The earlier run stands until the new one does."""
    out = files.write_run(plan, tmp_path / "plan")
    before = (out / "plan.json").read_bytes()
    monkeypatch.setattr(pd.DataFrame, "to_csv", lambda *_, **__: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(OSError, match="No space left"):
        files.write_run(plan, out, overwrite=True)
    assert (out / "plan.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_a_file_in_the_way_is_refused(plan: Plan, tmp_path: Path) -> None:
    """--out names a folder."""
    (tmp_path / "plan").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        files.write_run(plan, tmp_path / "plan", overwrite=True)


def test_run_id_stands_for_data_settings_and_plan(tmp_path: Path) -> None:
    """The same run has the same id, whatever its folder is called; another figure or seed another."""
    shutil.copytree(locate("bromsgrove-redditch"), tmp_path / "renamed")
    same, renamed = solve(read("bromsgrove-redditch")), solve(read(tmp_path / "renamed"))
    assert files.to_json(same.document) == files.to_json(renamed.document)
    assert files.default_out(renamed) == Path("runs") / "renamed" / same.document.run
    ids = {
        "renamed": renamed.document.run,
        "same": same.document.run,
        "again": solve(read("bromsgrove-redditch")).document.run,
        "seed": solve(read("bromsgrove-redditch"), seed=7).document.run,
        "data": solve(read("bromsgrove-redditch", overrides=["economics.discount_rate = 0.03"])).document.run,
    }
    assert ids["same"] == ids["again"] == ids["renamed"]
    assert len(set(ids.values())) == 3

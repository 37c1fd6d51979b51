"""The benchmark runs and measures what it says; its regions are the same for the same seed."""

from __future__ import annotations

import importlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from benchmarks.region import write_region
from pyomo.environ import Constraint

import formulations
import solvers
from instances import read
from instances.rules import Rules
from optimiser import solve
from solvers.base import Limits

BENCHMARKS = Path(__file__).resolve().parent / "benchmarks"
GENERATOR = f"""\
import sys
from pathlib import Path

sys.path.insert(0, {str(BENCHMARKS)!r})
from region import write_region

councils, services, tranches, _, seed, folder = sys.argv[1:]
write_region(Path(folder), int(councils), int(services), int(tranches), int(seed))
(Path(folder) / "tiers.csv").unlink()
"""
"""A region generator as the benchmarks take it: ours, without purchasing."""


@pytest.fixture
def generator(tmp_path: Path) -> Path:
    program = tmp_path / "make_region.py"
    program.write_text(GENERATOR, encoding="utf-8")
    return program


def run(program: str, *arguments: object, code: int = 0) -> list[str]:
    """Lines that a benchmark prints; of a refusal its last line."""
    answer = subprocess.run([sys.executable, str(BENCHMARKS / program), *map(str, arguments)], capture_output=True, text=True)
    assert answer.returncode == code, answer.stderr
    return answer.stdout.splitlines() if code == 0 else answer.stderr.splitlines()[-1:]


def test_benchmark_prints_a_line_for_each_region() -> None:
    """Moves, rows, seconds of each stage, root gap, proven gap, share of pricing and building, memory."""
    answer = subprocess.run(
        [sys.executable, str(BENCHMARKS / "stages.py"), "5x2x3", "--seeds", "1", "2"], capture_output=True, text=True, check=True
    )
    head, *lines = answer.stdout.splitlines()
    assert "root gap" in head
    assert [line.split()[:2] for line in lines] == [["5x2x3", "1"], ["5x2x3", "2"]]
    assert all(len(line.split()) == 12 for line in lines)
    assert all(int(line.split()[2].replace(",", "")) > 0 for line in lines)


def test_benchmark_of_rules_leaves_none_out() -> None:
    """Every rule of the instance format is switched on or off in some line, and most lines have a plan."""
    answer = subprocess.run([sys.executable, str(BENCHMARKS / "families.py"), "4x3x3"], capture_output=True, text=True, check=True)
    head, first, *lines = answer.stdout.splitlines()
    assert "root gap" in head
    assert first.startswith("as it is")
    assert {line.split()[0].rstrip(",") for line in lines} == {*Rules.model_fields, "tiers"}
    assert sum("no plan" in line for line in lines) <= 2


def test_benchmark_of_methods_compares_the_same_data(generator: Path) -> None:
    """Of decomposition and each rival seconds and gap; how many times as long the quickest of either kind of model took."""
    rivals = ["highs", "plain-highs"]
    head, line = run("methods.py", "6x3x3x5", "--generator", generator, "--gap", 0.01, "--rivals", ",".join(rivals))
    assert head.split() == ["region", "moves", "seconds", "gap", "MB", "highs", "gap", "plain-highs", "gap", "tightened", "plain"]
    name, seed, moves, seconds, gap, _, tight, tight_gap, plain, plain_gap, *ratios = line.split()
    assert (name, seed, int(moves.replace(",", "")) > 0) == ("6x3x3x5", "1", True)
    assert all(0 <= float(one.rstrip("%")) <= 1 for one in (gap, tight_gap, plain_gap))
    for ratio, rival in zip(ratios, (tight, plain), strict=True):  # seconds are shown to a hundredth, ratios to a tenth
        least, most = ((float(rival) + off) / (float(seconds) - off) for off in (-0.005, 0.005))
        assert least - 0.051 <= float(ratio) <= most + 0.051


def test_benchmark_of_the_scheduled_job(generator: Path) -> None:
    """Seconds of a cold start, of a changed one and of one with nothing changed; both proven to the gap; shares as they follow."""
    head, line = run("resolve.py", "6x3x3x5", "--generator", generator, "--gap", 0.01)
    assert head.split() == ["region", "cold", "solving", "changed", "solving", "same", "gap", "gap", "solving", "whole"]
    name, seed, *times, cold_gap, gap, _, whole = line.split()
    assert (name, seed) == ("6x3x3x5", "1")
    assert all(0 <= float(one.rstrip("%")) <= 1 for one in (cold_gap, gap))
    cold, solving, changed, again, same = map(float, times)
    assert solving < cold
    assert again < changed
    assert 0 < same < changed
    assert abs(float(whole.rstrip("%")) - 100 * changed / cold) <= 1.5


def test_times_of_a_rival_that_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A rival that proved the gap goes before a quicker one that did not; where none did it is a lower bound; nothing without our own proof."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    times = importlib.import_module("methods").times
    ours, slow, stopped = ({"seconds": seconds, "gap": gap} for seconds, gap in ((2.0, 0.01), (30.0, 0.0), (20.0, 0.2)))
    assert times(ours, [slow, stopped], 0.01) == "15.0"
    assert times(ours, [stopped, {"seconds": 21.0, "gap": None}], 0.01) == ">10.0"
    assert times(stopped, [slow], 0.01) == "-"


@pytest.mark.parametrize("seed", [2, 3, 4])
def test_plain_model_has_our_optimum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Two models that share no row give one NPV; the figures of the rules are such that each costs something in some of these regions."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    plain = importlib.import_module("plain")
    write_region(tmp_path, councils=7, services=4, tranches=3, seed=seed)
    (tmp_path / "tiers.csv").unlink()
    figures = ["rules.delivery_capacity = 1", "rules.minimum_saving = 0.14", "rules.compatibility.minimum = 0.5"]
    instance = read(tmp_path, overrides=figures)
    model = plain.build(formulations.price(instance))
    assert all(len(rows) for rows in model.component_objects(Constraint))
    result = solvers.get("highs").solve(model, Limits())
    assert result.objective == pytest.approx(solve(instance, gap=0.0, method="compact").npv / 1000)
    assert result.objective > 0


def test_plain_model_refuses_what_it_does_not_know(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rule and table besides its own is named."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    plain = importlib.import_module("plain")
    write_region(tmp_path, councils=4, services=2, tranches=2, seed=1)
    overrides = ["rules.payback = 3", "rules.hosting_limit = 1", "baselines.*.*.host_capacity = 1_000_000"]
    with pytest.raises(plain.NotPlainError, match=r"does not know rule host_capacity, rule payback, rule hosting_limit, table tiers"):
        plain.build(formulations.price(read(tmp_path, overrides=overrides)))


def test_regions_repeat_and_are_sound(tmp_path: Path) -> None:
    """The same arguments write the same bytes, another seed others; the reader finds no fault."""
    for name, seed in (("one", 1), ("again", 1), ("other", 2)):
        write_region(tmp_path / name, councils=6, services=4, tranches=3, seed=seed)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "again" / name).read_bytes() for name in files)
    assert (tmp_path / "one" / "baselines.csv").read_bytes() != (tmp_path / "other" / "baselines.csv").read_bytes()
    instance = read(tmp_path / "one")
    assert (len(instance.councils), len(instance.services), instance.calendar.tranches) == (6, 4, 3)
    assert {"adjacency", "contracts", "compatibility", "tiers"} <= {name for name, rows in instance.tables.items() if rows}


def test_benchmark_of_contiguity_compares_exact_ways() -> None:
    """Four ways, one optimum: no relaxation lies below it, each way has rows that the one before lacks, and none is looser than the flow."""
    command = [sys.executable, str(BENCHMARKS / "contiguity.py"), "7x2x3", "--seeds", "1"]
    head, *lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert "root gap" in head
    facts = [line.split() for line in lines]
    gaps = [float(words[-2].rstrip("%")) for words in facts]
    assert len(lines) == 4
    assert all(words[-1] == "0.000%" for words in facts)
    assert min(gaps) >= -1e-3
    assert max(gaps[1:]) <= gaps[0] + 1e-3


def test_benchmark_of_growth_measures_each_size_once(generator: Path) -> None:
    """Moves, seconds, memory, gap and audit of each size, a size of both series once; then a line on how seconds grow with each."""
    sizes = ["--councils", 5, 7, "--at-services", 2, "--services", 1, 2, "--at-councils", 5, "--tranches", 3, "--nearest", 4]
    head, *lines, councils, services = run("growth.py", "--generator", generator, *sizes)
    assert head.split() == ["region", "seed", "moves", "seconds", "MB", "gap", "audit"]
    assert [line.split()[0] for line in lines] == ["5x2x3x4", "7x2x3x4", "5x1x3x4"]
    assert all(line.split()[-1] == "passed" for line in lines)
    assert all(float(line.split()[-2].rstrip("%")) <= 1 for line in lines)
    assert councils.startswith("councils 5 to 7: seconds = ")
    assert services.startswith("services 1 to 2: seconds = ")


def test_exponent_of_growth(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seconds that grow as the square have exponent 2, whatever the run that was stopped took; one size says nothing."""
    monkeypatch.syspath_prepend(BENCHMARKS)
    growth = importlib.import_module("growth")

    def took(councils: int, seconds: float, gap: float) -> Any:
        return growth.Run(councils, 5, 1, {"seconds": seconds, "MB": 200, "moves": 9, "gap": gap, "audit": "passed"}, 0.01)

    runs = [took(10, 3.0, 0.0), took(20, 12.0, 0.01), took(40, 100.0, 0.5)]
    assert growth.growth(runs, "councils") == "councils 10 to 20: seconds = 0.03 * councils ** 2.00 (runs: 2; 1 not proven, left out)"
    assert growth.growth(runs[1:], "councils") == "councils: fewer than two sizes proven, so no exponent"


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_growth_is_plotted(generator: Path, tmp_path: Path, kind: str) -> None:
    """A file of the kind asked for; without matplotlib a message that says what to install, and any other kind is refused, before any run."""
    sizes = ["--generator", generator, "--councils", 4, "--at-services", 1, "--services", "--tranches", 2]
    chart = tmp_path / f"growth.{kind}"
    if find_spec("matplotlib") is None:
        assert "pip install -e '.[bench]'" in run("growth.py", *sizes, "--plot", chart, code=2)[0]
        return
    run("growth.py", *sizes, "--plot", chart)
    assert chart.read_bytes().startswith({"png": b"\x89PNG", "svg": b"<?xml"}[kind])
    assert ".png or .svg" in run("growth.py", *sizes, "--plot", tmp_path / "growth.txt", code=2)[0]


def test_warm_starts_print_a_line_for_each_region(generator: Path) -> None:
    """Four solves, each proven, and the shares of the warm ones."""
    head, line = run("warm.py", "--generator", generator, "--gap", "0.01", "6x3x3x5")
    assert head.split() == ["region", "moves", "cold", "gap", "warm", "gap", "changed", "gap", "warm", "gap", "same", "changed"]
    cells = line.split()
    assert len(cells) == 13
    assert all(float(gap.rstrip("%")) <= 1.0 for gap in cells[4:11:2])

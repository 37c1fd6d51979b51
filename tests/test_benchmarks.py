"""The benchmark runs and measures what it says; its regions are the same for the same seed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from benchmarks.region import write_region

from instances import read
from instances.rules import Rules

BENCHMARKS = Path(__file__).resolve().parent / "benchmarks"


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


def test_benchmark_of_methods_compares_the_same_data(tmp_path: Path) -> None:
    """Region, moves, seconds, gap and memory of decomposition; seconds and gap of the rival; how many times as long it took."""
    write_region(tmp_path / "shire", councils=6, services=3, tranches=3, seed=1)
    command = [sys.executable, str(BENCHMARKS / "methods.py"), str(tmp_path / "shire"), "--gap", "0.01"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    head, line = answer.stdout.splitlines()
    assert head.split() == ["region", "moves", "seconds", "gap", "MB", "highs", "gap", "times"]
    name, moves, seconds, gap, _, rival, rivals_gap, times = line.split()
    assert (name, int(moves.replace(",", "")) > 0) == ("shire", True)
    assert all(0 <= float(one.rstrip("%")) <= 1 for one in (gap, rivals_gap))
    assert float(times) == pytest.approx(float(rival) / float(seconds), abs=0.1)


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

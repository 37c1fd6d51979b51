"""Sweeps that are killed at random moments: nothing that was reported is lost, nothing is half there, no process is left, the next goes on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from killed_sweeps import MORE
from postgres import Server

KILLS = int(os.environ.get("SWEEP_KILLS", "8"))
"""How many in all, half of them in each of two stores at a time; SWEEP_KILLS=200 before a release."""
TESTS = Path(__file__).resolve().parents[1]

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="needs Linux, whose kernel says which processes are there"),
]


def killing(address: object, folder: Path, seed: int, kills: int) -> subprocess.Popen[str]:
    """Begin sweeps that are killed, on one store."""
    return subprocess.Popen(
        [sys.executable, str(TESTS / "killed_sweeps.py"), *map(str, (address, folder, seed, kills))],
        env={**os.environ, "PYTHONPATH": str(TESTS), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def what_is_left(driver: subprocess.Popen[str], kills: int) -> None:
    """Every kill has met a sweep that was under way, and nothing was wrong afterwards."""
    out, said = driver.communicate(timeout=20 * kills + 60)
    assert driver.returncode == 0, said[-2000:]
    found = json.loads(out)
    assert found["trouble"] == []
    assert found["killed"] >= 0.8 * kills
    assert found["recorded"] == found["known"] > 0
    assert found["known"] + found["finished"] == kills + MORE + 1


def test_killed_at_random_moments(tmp_path: Path) -> None:
    """On two stores at a time."""
    drivers = [killing(tmp_path / f"{seed}.db", tmp_path / f"shire-{seed}", seed, KILLS // 2) for seed in (1, 2)]
    for driver in drivers:
        what_is_left(driver, KILLS // 2)


def test_killed_with_postgresql(tmp_path: Path, server: Server) -> None:
    """The same on a server, a few times."""
    what_is_left(killing(server.database(), tmp_path / "shire", 3, 3), 3)

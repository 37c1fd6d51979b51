"""What holds for all tests."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from postgres import server  # noqa: F401 - a fixture, and one server for all tests of a process
from warmed import warmed  # noqa: F401 - another, for commands that begin at once

gc.set_threshold(100_000)  # the models of tests are small objects without end, and looking through them took a tenth of the time


@pytest.fixture(autouse=True, scope="session")
def nothing_is_recorded() -> Iterator[None]:
    """Commands record no runs unless a test names a store: tests run where the program is developed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTIMISER_STORE", "none")
        yield

"""What holds for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgres import server  # noqa: F401 - a fixture, and one server for all tests of a process
from warmed import warmed  # noqa: F401 - another, for commands that begin at once


@pytest.fixture(autouse=True, scope="session")
def nothing_is_recorded() -> Iterator[None]:
    """Commands record no runs unless a test names a store: tests run where the program is developed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTIMISER_STORE", "none")
        yield

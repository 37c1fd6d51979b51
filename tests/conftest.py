"""What holds for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgres import server


@pytest.fixture(autouse=True, scope="session")
def nothing_is_recorded() -> Iterator[None]:
    """Commands record no runs unless a test names a store: tests run where the program is developed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OPTIMISER_STORE", "none")
        yield


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL server of one's own; skipped where none is installed."""
    with server() as url:
        yield url

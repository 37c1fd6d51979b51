"""Fixtures of the tests of instances."""

from __future__ import annotations

from pathlib import Path

import pytest
from reorganised import carried_out

from instances import Instance, read
from instances.reorganisation import Reorganised


@pytest.fixture
def merged(tmp_path: Path) -> tuple[Instance, Reorganised]:
    """The county with its successors as councils."""
    target, report = carried_out(tmp_path, "successors")
    return read(target), report

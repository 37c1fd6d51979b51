"""The shire, as an instance and as a model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import small

from formulations import build, price
from instances import Instance


@pytest.fixture
def shire(tmp_path: Path) -> Callable[..., Instance]:
    """Four councils 11 km apart on a line run payroll, Ash and Elm may host; two yearly tranches, three years, no figures."""
    return partial(small.shire, tmp_path)


@pytest.fixture
def shire_model(shire: Callable[..., Instance]) -> Callable[..., Any]:
    """The model of the shire with some settings and tables replaced."""

    def make(calendar: str = "12 2 3", **changes: str) -> Any:
        return build(price(shire(calendar, **changes)), presolve=False)

    return make


@pytest.fixture
def two_services() -> dict[str, str]:
    """Tables with which Ash and Elm run waste too, and only Ash may host it."""
    return small.TWO_SERVICES

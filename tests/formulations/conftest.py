"""The shire, as an instance, as a model and as a plan."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import small

from formulations import Objective, build, price
from instances import Instance
from optimiser import solve


@pytest.fixture
def shire(tmp_path: Path) -> Callable[..., Instance]:
    """Four councils 11 km apart on a line run payroll, Ash and Elm may host; two yearly tranches, three years, no figures."""
    return partial(small.shire, tmp_path)


@pytest.fixture
def shire_model(shire: Callable[..., Instance]) -> Callable[..., Any]:
    """The model of the shire with some settings and tables replaced."""

    def make(calendar: str = "12 2 3", objective: Objective | None = None, **changes: str) -> Any:
        return build(price(shire(calendar, **changes)), objective=objective, presolve=False)

    return make


@pytest.fixture
def shire_plan(shire: Callable[..., Instance]) -> Callable[..., tuple[float, dict[tuple[str, str], tuple[Any, ...]]]]:
    """The best plan of the shire with some settings and tables replaced: its objective value, and who does what; audited."""

    def make(calendar: str = "12 2 3", objective: Objective | None = None, **changes: str) -> Any:
        plan = solve(shire(calendar, **changes), objective=objective or Objective())
        return plan.document.objective_value, small.arrangements(plan)

    return make


@pytest.fixture
def two_services() -> dict[str, str]:
    """Tables with which Ash and Elm run waste too, and only Ash may host it."""
    return small.TWO_SERVICES

"""Instances that fit on a screen, and the models built from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small import settings, write_instance

from formulations import build, price
from instances import Instance, read

SHIRE = {
    "councils": """
        council, latitude, longitude
        Ash,     51.0,     0.0
        Elm,     51.1,     0.0
        Oak,     51.2,     0.0
        Yew,     51.3,     0.0
        """,
    "services": """
        service
        payroll
        """,
    "baselines": """
        council, service, annual_cost, fixed_cost, procured_cost, volume, can_host
        Ash,     payroll, 100000,      40000,      20000,         1000,   yes
        Elm,     payroll, 150000,      50000,      30000,         500,    yes
        Oak,     payroll, 80000,       20000,      40000,         400,    no
        Yew,     payroll, 60000,       30000,      10000,         300,    no
        """,
}


@pytest.fixture
def shire(tmp_path: Path) -> Callable[..., Instance]:
    """Four councils 11 km apart on a line run payroll, Ash and Elm may host; two yearly tranches, three years, no figures."""

    def make(calendar: str = "12 2 3", *, economics: str = "", rules: str = "", **tables: str) -> Instance:
        return read(write_instance(tmp_path, settings(calendar, economics=economics, rules=rules), **(SHIRE | tables)))

    return make


@pytest.fixture
def shire_model(shire: Callable[..., Instance]) -> Callable[..., Any]:
    """The model of the shire with some settings and tables replaced."""

    def make(calendar: str = "12 2 3", **changes: str) -> Any:
        return build(price(shire(calendar, **changes)))

    return make


@pytest.fixture
def two_services() -> dict[str, str]:
    """Tables with which Ash and Elm run waste too, and only Ash may host it."""
    waste = "Ash, waste, 50000, 0, 0, 100, yes\n        Elm, waste, 50000, 0, 0, 100, no\n        "
    return {"services": "service\npayroll\nwaste\n", "baselines": SHIRE["baselines"] + waste}

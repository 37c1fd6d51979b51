"""Every field of an instance says what it means, and every number in what unit."""

from __future__ import annotations

import typing
from typing import Any

import pytest
from pydantic import BaseModel

from instances.settings import Settings
from instances.tables import TABLES, unit


def models() -> list[type[BaseModel]]:
    """All row models and all sections of the settings."""
    found: list[type[BaseModel]] = []
    pending: list[Any] = [*TABLES.values(), Settings]
    while pending:
        one = pending.pop()
        if isinstance(one, type) and issubclass(one, BaseModel):
            if one not in found:
                found.append(one)
                pending += [field.annotation for field in one.model_fields.values()]
        else:
            pending += typing.get_args(one)
    return found


FIELDS = [pytest.param(model, name, id=f"{model.__name__}.{name}") for model in models() for name in model.model_fields]


@pytest.mark.parametrize(("model", "name"), FIELDS)
def test_field_has_a_meaning(model: type[BaseModel], name: str) -> None:
    """A description in words."""
    assert model.model_fields[name].description


@pytest.mark.parametrize(
    ("model", "name"), [field for field in FIELDS if "float" in str(field.values[0].model_fields[field.values[1]].annotation)]
)
def test_number_has_a_unit(model: type[BaseModel], name: str) -> None:
    """Pounds, years, shares, scores ..."""
    assert unit(model.model_fields[name]) or model.__name__ == "Range", f"{model.__name__}.{name}"


@pytest.mark.parametrize("model", models())
def test_models_are_frozen_and_closed(model: type[BaseModel]) -> None:
    """Nothing changes after reading, and nothing unknown is let in."""
    assert model.model_config.get("frozen")
    assert model.model_config.get("extra") == "forbid"

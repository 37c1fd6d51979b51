"""What gave a plan: data, overrides, settings, versions; and what stands for it. Nothing depends on the day or the speed of the machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from instances import Instance
from optimiser.asked import said
from optimiser.plan import PlanDocument
from optimiser.versions import versions

if TYPE_CHECKING:
    from optimiser.pipeline import SolveSettings

__all__ = ["of_data", "of_settings", "request_id", "run_id", "versions"]


def of_data(instance: Instance) -> dict[str, Any]:
    """Digests of the tables, what overrides changed, the settings of the instance, and what the reader wants said."""
    return {
        "digests": instance.digests(),
        "overrides": [{"override": c.override, "path": c.path, "old": _plain(c.old), "new": _plain(c.new)} for c in instance.overrides],
        "settings": instance.settings.model_dump(mode="json", exclude={"ranges", "scenarios"}),
        "notes": list(instance.notes),
    }


def of_settings(instance: Instance, settings: SolveSettings) -> dict[str, Any]:
    """How it is to be solved, as it is asked for: gap and method may be left open."""
    return {
        "solver": settings.solver,
        "method": settings.method,
        "gap": settings.gap,
        "time_limit": settings.time_limit,
        "threads": settings.threads,
        "seed": settings.seed,
        "objective": settings.objective.kind,
        "objective_year": settings.objective.year,
        "change_cost": settings.objective.change_cost,
        "adopted": _digest_of(settings.objective.adopted),
        "warm_start": None if settings.start is None else settings.start.run,
        **({"asked": said(instance, settings.asked)} if settings.asked else {}),
    }


def request_id(instance: Instance, settings: SolveSettings) -> str:
    """Stands for what is asked: the same data, overrides, settings and versions have the same, before anything is solved."""
    data = of_data(instance)
    del data["notes"]
    asked = {**data, "solve": of_settings(instance, settings), "ties": settings.settle_ties, "versions": versions()}
    return _sha256(asked)


def run_id(found: PlanDocument) -> str:
    """Twelve characters that stand for a run: the same data, settings, versions and plan give the same id, whatever the folder's name."""
    return _sha256(found.model_dump(mode="json", exclude={"run"}))[:12]


def _digest_of(adopted: Mapping[tuple[str, str], tuple[str, str, int]] | None) -> str | None:
    """Stands for the arrangements of an adopted plan."""
    if adopted is None:
        return None
    return hashlib.sha256(json.dumps(sorted((*key, *found) for key, found in adopted.items()), ensure_ascii=False).encode()).hexdigest()


def _sha256(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """A figure as JSON has it."""
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value)

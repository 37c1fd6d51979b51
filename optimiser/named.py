"""A run that an option names: by its folder, its plan.json, or its id in the store."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from optimiser.errors import UsageError
from optimiser.files import PLAN_FILE
from optimiser.plan import Plan
from optimiser.start import FILE as LEARNED_FILE
from optimiser.start import Learned
from optimiser.store import Store, StoreError, UnknownRunError
from optimiser.store.address import chosen


def named(name: Path, option: str, store: str | None = None) -> Plan:
    """The plan of a run, with what was learned where the run has it.

    Args:
        name: A folder, a plan.json, or an id or its beginning; what is there as a file goes first.
        option: Which option names it.
        store: The store that is named; else that of the environment, or the default.

    Raises:
        UsageError: There is no such run, or it is of another version.
        StoreError: The store cannot be read.
    """
    if not name.exists() and (found := _in_store(str(name), option, store)) is not None:
        return found
    file = name / PLAN_FILE if name.is_dir() else name
    try:
        document = Plan.from_json(file).document
    except OSError as error:
        raise UsageError(f"{option} {name} cannot be read: {error.strerror}; name the folder of a run") from error
    except (ValidationError, UnicodeDecodeError) as error:
        raise UsageError(f"{option} {name} is not a plan of this version; name the folder of a run") from error
    return Plan(document, learned=_learned(file.parent / LEARNED_FILE, f"{option} {name}"))


def _in_store(name: str, option: str, store: str | None) -> Plan | None:
    """The plan of a run in the store; None where it may be a path, or there is no store."""
    address = chosen(store)
    if address is None or not name.isalnum():
        return None
    try:
        with Store(address, create=False) as opened:
            return opened.plan(name)
    except UnknownRunError as error:
        raise UsageError(f"{option} {name} is no folder of a run, and {error}") from error
    except ValidationError as error:
        raise StoreError(f"{option} {name} is of another version of the optimiser") from error


def _learned(file: Path, what: str) -> Learned:
    try:
        return Learned.model_validate_json(file.read_bytes()) if file.is_file() else Learned()
    except (OSError, ValidationError) as error:
        raise UsageError(f"{what}: {LEARNED_FILE} cannot be used; take it away to start from the plan alone") from error

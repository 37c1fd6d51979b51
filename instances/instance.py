"""An instance: settings and tables, frozen, in one canonical order whatever the order of the rows in the files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar, cast

import pandas as pd

from instances.calendar import Calendar
from instances.rule_figures import CompatibilityRule, DistanceLimit, QualityRule
from instances.rules import Rules
from instances.settings import Economics, Settings
from instances.sources.places import FOLDER, Places
from instances.tables import TABLES, Baseline, Contract, Council, Option, Pair, Row, Service, Vehicle

LEAD_AUTHORITY = "lead_authority"
"""The delivery vehicle where the data name none: the host employs, at neutral figures."""
AnyRow = TypeVar("AnyRow", bound=Row)


def row_key(row: Row) -> tuple[Any, ...]:
    """The key of a row; blank parts read as empty text, the two councils of a pair in order."""
    values = ["" if value is None else value for value in (getattr(row, column) for column in row.key)]
    if isinstance(row, Pair):
        values[:2] = sorted(values[:2])
    return tuple(values)


@dataclass(frozen=True, slots=True)
class OverrideChange:
    """What one override did to one figure."""

    override: str
    path: str
    old: Any
    new: Any


@dataclass(frozen=True)
class Instance:
    """Everything that is known of a region before anything is decided.

    Attributes:
        name: Name of the folder, of the shipped case, of the workbook without its ending, or of the database; a label only.
        settings: The sections of instance.toml.
        tables: Rows of each table, sorted by key.
        lines: Spreadsheet row number of each row, in the same order; 0 where there is none. Of a database, a number for its key.
        notes: What the reader accepted but wants said, and what has no effect.
        overrides: What scenarios and overrides changed, with old and new value.
        places: How messages name what stands in the source.
    """

    name: str
    settings: Settings
    tables: Mapping[str, tuple[Row, ...]]
    lines: Mapping[str, tuple[int, ...]] = field(default_factory=dict, compare=False, repr=False)
    notes: tuple[str, ...] = field(default=(), compare=False)
    overrides: tuple[OverrideChange, ...] = ()
    places: Places = field(default=FOLDER, compare=False, repr=False)

    def rows(self, model: type[AnyRow]) -> tuple[AnyRow, ...]:
        """The rows of the table that has this row model."""
        name = next(table for table, row in TABLES.items() if row is model)
        return cast("tuple[AnyRow, ...]", self.tables.get(name, ()))

    @property
    def calendar(self) -> Calendar:
        """Periods and tranches."""
        return self.settings.calendar

    @property
    def economics(self) -> Economics:
        """Defaults of the service parameters, discounting, optimism bias."""
        return self.settings.economics

    @property
    def rules(self) -> Rules:
        """The rules by name."""
        return self.settings.rules

    @cached_property
    def councils(self) -> dict[str, Council]:
        """Councils by name, sorted."""
        return {row.council: row for row in self.rows(Council)}

    @cached_property
    def services(self) -> dict[str, Service]:
        """Services by name, sorted."""
        return {row.service: row for row in self.rows(Service)}

    @cached_property
    def baselines(self) -> dict[tuple[str, str], Baseline]:
        """Baselines by (council, service), sorted."""
        return {(row.council, row.service): row for row in self.rows(Baseline)}

    @cached_property
    def contracts(self) -> dict[tuple[str, str], Contract]:
        """Contracts by (council, service)."""
        return {(row.council, row.service): row for row in self.rows(Contract)}

    @cached_property
    def options(self) -> dict[tuple[str, str, str], Option]:
        """Alternatives to sharing by (council, service, option), sorted."""
        return {(row.council, row.service, row.option): row for row in self.rows(Option)}

    def vehicles(self, service: str) -> dict[str, Vehicle]:
        """Delivery vehicles that may run a service, by name; without a table one, the lead authority, with neutral figures."""
        rows = self.rows(Vehicle)
        if not rows:
            return {LEAD_AUTHORITY: Vehicle(vehicle=LEAD_AUTHORITY)}
        return {row.vehicle: row for row in rows if row.service_names is None or service in row.service_names}

    def parameter(self, service: str, name: str) -> float:
        """A service parameter: the service's own figure, else the default of `[economics]`, else 0."""
        own = getattr(self.services[service], name)
        value = getattr(self.economics, name) if own is None else own
        return 0.0 if value is None else float(value)

    def phase_in(self, service: str) -> tuple[float, ...]:
        """Part of the full saving realised in the first, second ... year after go-live; the last value holds."""
        return self.services[service].phase_in or self.economics.phase_in or (1.0,)

    def figure(self, rule: str) -> dict[str, float]:
        """The figure of a rule for each service where it is on: such as minimum_saving, maximum_partnerships, payback, compatibility's minimum.

        `false` in instance.toml switches the rule off for all services; otherwise a column of services.csv
        goes before the figure of instance.toml.
        """
        setting = getattr(self.rules, rule)
        if setting is False:
            return {}
        if isinstance(setting, CompatibilityRule):
            setting = setting.minimum
        figures: dict[str, float] = {}
        for name, service in self.services.items():
            own = getattr(service, Rules.columns[rule])
            value = setting.get(name) if isinstance(setting, dict) else setting
            value = value if own is None else own
            if value is not None and value is not False:
                figures[name] = value
        return figures

    def distance_limit(self, rule: str) -> dict[str, DistanceLimit]:
        """maximum_distance or maximum_span for each service where it is on, in km or minutes."""
        setting = getattr(self.rules, rule)
        if setting is False:
            return {}
        limits = {}
        for name, service in self.services.items():
            own = getattr(service, rule)
            limit = setting if own is None else DistanceLimit(km=own)
            if limit is not None:
                limits[name] = limit
        return limits

    @property
    def compatibility_scope(self) -> str:
        """Whether rule compatibility is about all pairs of members or each member with the host."""
        rule = self.rules.compatibility
        return rule.scope if isinstance(rule, CompatibilityRule) else "all_pairs"

    def quality(self) -> dict[str, QualityRule]:
        """Rule quality for each service where it is on."""
        setting = self.rules.quality
        if setting is False:
            return {}
        result = {}
        for name, service in self.services.items():
            minimum = service.quality if service.quality is not None else (setting.minimum if setting else None)
            tolerance = service.quality_tolerance if service.quality_tolerance is not None else (setting.tolerance if setting else None)
            if minimum is not None or tolerance is not None:
                result[name] = QualityRule(minimum=minimum, tolerance=tolerance)
        return result

    def contiguity(self) -> frozenset[str]:
        """Services for which rule contiguity is on."""
        setting = self.rules.contiguity
        if setting is False:
            return frozenset()
        named = set(self.services) if setting is True else set(setting or ())
        named -= {name for name, service in self.services.items() if service.contiguity is False}
        return frozenset(named | {name for name, service in self.services.items() if service.contiguity})

    def partnership_size(self) -> dict[str, tuple[int, int | None]]:
        """Least and greatest number of members for each service, the host included; at least two always."""
        setting = self.rules.partnership_size
        sizes: dict[str, tuple[int, int | None]] = {}
        for name, service in self.services.items():
            if setting is False:
                sizes[name] = (2, None)
                continue
            least = service.partnership_size_minimum or (setting.minimum if setting else 2)
            most = service.partnership_size_maximum or (setting.maximum if setting else None)
            sizes[name] = (least, most)
        return sizes

    def frame(self, table: str) -> pd.DataFrame:
        """A table as a DataFrame, one column for each column of the row model, in canonical order."""
        columns = list(TABLES[table].model_fields)
        return pd.DataFrame([[getattr(row, column) for column in columns] for row in self.tables.get(table, ())], columns=columns)

    def digests(self) -> dict[str, str]:
        """SHA-256 of each table and of the settings; the same data give the same digest in any row order and from any source."""
        result = {name: _digest([_content(row) for row in self.tables.get(name, ())]) for name in TABLES}
        result["instance"] = _digest(self.settings.model_dump(mode="json"))
        return result

    def with_tables(self, changed: Mapping[str, Sequence[tuple[int, Row]]], **fields: Any) -> Instance:
        """A copy with some tables replaced, each given as (line, row), brought into canonical order."""
        rows, lines = dict(self.tables), dict(self.lines)
        for name, numbered in changed.items():
            rows[name], lines[name] = canonical(numbered)
        return replace(self, tables=rows, lines=lines, **fields)


def canonical(numbered: Sequence[tuple[int, Row]]) -> tuple[tuple[Row, ...], tuple[int, ...]]:
    """Rows and their line numbers, sorted by key."""
    ordered = sorted(numbered, key=lambda item: row_key(item[1]))
    return tuple(row for _, row in ordered), tuple(line for line, _ in ordered)


def _content(row: Row) -> dict[str, Any]:
    """The cells of a row, without blank ones of columns that came later."""
    return {column: value for column, value in row.model_dump(mode="json").items() if value is not None or column not in row.later}


def _digest(data: Any) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

"""The settings as rows for somebody to fill in: path, value, unit, meaning; every setting there is, given or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from instances.settings import Settings
from instances.sources.settings_rows import NAMED, described_settings, given_rows
from instances.tables import unit

EXAMPLES = {
    "instance.price_year": "2026 or 2026/27",
    "calendar.start": "2027-04-01",
    "calendar.period_months": "1, 3, 6 or 12",
    "economics.phase_in": "[0.5, 1.0]",
    "economics.discount_rate": '0.035, or { "2027-04-01" = 0.035, "2057-04-01" = 0.03 }',
    "rules.maximum_distance": "40, or { minutes = 45 }",
    "rules.maximum_span": "60, or { minutes = 60 }",
    "rules.compatibility": '{ minimum = 0.5, scope = "all_pairs" }; or "with_host"',
    "rules.quality": "{ minimum = 0.6, tolerance = 0.05 }",
    "rules.partnership_size": "{ minimum = 2, maximum = 6 }",
    "rules.maximum_partnerships": "2, or { payroll = 2 }",
    "rules.minimum_saving": "0.10, or { payroll = 0.05 }",
    "rules.contiguity": 'true, or ["waste_collection"]',
    "rules.minimum_total_saving": "{ amount = 5_000_000, year = 4 }",
    "rules.no_council_worse_off": "where_it_falls or compensated",
    "rules.payback": "5, or { payroll = 3 }",
    "rules.investment_limit": '{ programme = { "2026/27" = 3_000_000 }, council = 500_000, total = 8_000_000 }',
    "rules.delivery_capacity": "2",
    "rules.programme_capacity": "12",
    "rules.onboarding_capacity": "3, or { payroll = 3 }",
    "rules.hosting_limit": "4",
    "rules.each_hosts": "true",
    "rules.sequencing": '[{ service = "planning", after = ["payroll"], periods = 2 }]',
    "rules.bundle": '[["revenues", "benefits"]]',
    "rules.partner_limit": "6",
}
ON_ANYWAY = ("rules.contract_timing", "rules.host_capacity", "rules.commitments")
"""Rules that act wherever their data are given."""
NAMED_MEANING = {
    "ranges": "low and high for sensitivity: { low = 0.2, high = 0.7 } or [0.2, 0.7]",
    "scenarios": 'overrides in order: ["rules.minimum_saving = off"]; or { title = "...", overrides = [...] }',
}
"""What a range and a scenario look like; there may be any number of them."""


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting to write.

    Attributes:
        setting: Its path.
        value: The text of its value; blank where it is not given.
        unit: Its unit.
        meaning: What it is, and what a value looks like.
        field: Its pydantic field; None of ranges, scenarios and parts of tables.
    """

    setting: str
    value: str
    unit: str
    meaning: str
    field: Any = None


def setting_lines(settings: Settings) -> list[SettingLine]:
    """All settings, those that can be given once in their own order, then ranges and scenarios as they are given."""
    given = given_rows(settings)
    lines = []
    for path, field in described_settings().items():
        meaning = field.description or ""
        if field.is_required():
            meaning += " (required)"
        if path in EXAMPLES:
            meaning += f"; such as {EXAMPLES[path]}"
        if path in ON_ANYWAY:
            meaning += "; on unless false"
        lines.append(SettingLine(path, given.pop(path, ""), unit(field), meaning, field))
    for path, value in given.items():
        lines.append(SettingLine(path, value, "", NAMED_MEANING.get(path.partition(".")[0], "")))
    assert all(line.field is not None or line.setting.partition(".")[0] in NAMED for line in lines)
    return lines

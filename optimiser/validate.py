"""What an instance holds, for the command `validate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from instances import read
from instances.messages import show
from instances.tables import TABLES
from optimiser.money import pounds

if TYPE_CHECKING:
    from instances import Instance
    from instances.graph import CouncilGraph
    from optimiser.commands import Outcome


def validate_instance(source: str, *, scenarios: Sequence[str], overrides: Sequence[str], graphml: Path | None) -> Outcome:
    """Read and check an instance and say what it holds.

    Raises:
        InstanceError: Every fault at once.
    """
    from instances.graph import council_graph
    from optimiser.commands import Outcome

    instance = read(source, scenarios=scenarios, overrides=overrides)
    graph = council_graph(instance)
    if graphml is not None:
        graphml.parent.mkdir(parents=True, exist_ok=True)
        graph.write_graphml(graphml)
    facts = describe(instance, graph)
    return Outcome(facts, lambda console: _show(facts, console))


def describe(instance: Instance, graph: CouncilGraph) -> dict[str, Any]:
    """Counts, rules that are on, why moves do not exist, scenarios, overrides, notes."""
    rules = {name: value for name, value in instance.rules.model_dump(mode="json", exclude_none=True).items() if value is not False}
    for name, column in instance.rules.columns.items():
        own = {service: value for service, row in instance.services.items() if (value := getattr(row, column)) is not None}
        if own and getattr(instance.rules, name) is not False:
            rules[name] = {**({"default": rules[name]} if name in rules else {}), **own}
    calendar = instance.calendar
    return {
        "status": "valid",
        "instance": instance.name,
        "title": instance.settings.instance.title,
        "calendar": {
            "start": str(calendar.start),
            "period_months": calendar.period_months,
            "tranches": calendar.tranches,
            "horizon_years": calendar.horizon_years,
            "go_lives": [str(day) for day in calendar.tranche_dates],
        },
        "rows": {name: len(instance.tables.get(name, ())) for name in TABLES if instance.tables.get(name)},
        "ceases": {name: str(row.ceases) for name, row in instance.councils.items() if row.ceases is not None},
        "baseline": round(sum(row.annual_cost for row in instance.baselines.values()), 2),
        "rules": rules,
        "moves": len(graph.moves),
        "parts": len(graph.parts),
        "forbidden": graph.forbidden_by_rule(),
        "scenarios": list(instance.settings.scenarios),
        "ranges": len(instance.settings.ranges),
        "overrides": [{"path": c.path, "old": str(c.old), "new": str(c.new)} for c in instance.overrides],
        "notes": [instance.places.text(note) for note in instance.notes],
    }


def _show(facts: dict[str, Any], console: Any) -> None:
    calendar = facts["calendar"]
    console.print(facts["title"], style="bold")
    console.print(f"No faults. Rows: {', '.join(f'{name} {count:,}' for name, count in facts['rows'].items())}.")
    console.print(f"Baselines of {pounds(facts['baseline'])} a year in all.")
    console.print(
        f"From {calendar['start']} over {calendar['horizon_years']:g} years in periods of {calendar['period_months']} months; "
        f"tranches: {calendar['tranches']}, from {calendar['go_lives'][0]} to {calendar['go_lives'][-1]}."
    )
    console.print(f"{facts['moves']:,} moves in {facts['parts']:,} independent part{'' if facts['parts'] == 1 else 's'}.")
    if facts["ceases"]:
        console.print(f"Councils that cease: {', '.join(f'{name} on {day}' for name, day in facts['ceases'].items())}.")
    for title, entries in (("Rules", facts["rules"]), ("Moves that do not exist, by rule", facts["forbidden"])):
        if entries:
            console.print(f"{title}:")
            for name, value in entries.items():
                console.print(f"  {name}: {'on' if value is True else value if isinstance(value, str) else show(value)}")
    if facts["scenarios"]:
        console.print(f"Scenarios: {', '.join(facts['scenarios'])}.")
    if facts["overrides"]:
        console.print("Overrides:")
        for change in facts["overrides"]:
            console.print(f"  {change['path']}: {change['old']} -> {change['new']}")
    for note in facts["notes"]:
        console.print(f"Note: {note}", style="dim")

"""The explanation as a committee reads it."""

from __future__ import annotations

import shlex
from typing import Any

from instances.rules import Rules
from optimiser.explain.explanation import Clash, Explanation, Repair
from optimiser.explain.sentences import where
from optimiser.money import pounds


def print_explanation(found: Explanation, console: Any) -> None:
    """Print an explanation."""
    console.print(found.title, style="bold")
    for line in headline(found):
        console.print(line)
    print_repairs(found, console)


def print_repairs(found: Explanation, console: Any, *, with_clashes: bool = True) -> None:
    """Print the clashes and the repairs of an explanation, and what was not looked for."""
    for number, clash in enumerate(found.clash_list if with_clashes else (), 1):
        _print_clash(number, clash, console)
    if found.repair_list:
        console.print()
        console.print("Repairs, the one with the best plan first; each gives a plan by itself:", style="bold")
    for number, repair in enumerate(found.repair_list, 1):
        _print_repair(number, repair, console)
    for text in found.untried:
        console.print(f"Not looked for{_why(found)}: {text}.")


def headline(found: Explanation) -> list[str]:
    """What there is to say, in a sentence or two."""
    if found.status == "feasible":
        return ["There is a plan that meets all that is asked, so there is nothing to explain; `optimiser solve` finds the best."]
    if found.status == "unknown":
        return [f"Whether there is a plan is not known{_why(found)}."]
    count = len(found.clash_list)
    if not count:
        return ["No plan meets all that is asked."]
    clashes = "a clash" if count == 1 else f"{count} clashes"
    lines = [f"No plan meets all that is asked; there {'is' if count == 1 else 'are'} {clashes}."]
    if all(clash.minimal for clash in found.clash_list):
        lines.append("A clash holds nothing that is not needed: alone it has no plan, and without any one of its items it has.")
    return lines


def _why(found: Explanation) -> str:
    return {"": "", "time_limit": " for want of time", "interrupted": ", since the work was interrupted"}[found.stopped]


def _print_clash(number: int, clash: Clash, console: Any) -> None:
    console.print()
    unproven = "" if clash.minimal else " (the work was stopped; not all of it may be needed)"
    cannot = "these cannot all be had" if len(clash.items) > 1 else "this cannot be had"
    console.print(f"Clash {number}{unproven}: {cannot}", style="bold")
    for item in clash.items:
        console.print(f"  - {_sentence(item.says)}")
        console.print(f"    {where(item.table, item.row, item.column)}; taken out by {_typed(item.overrides)}", style="dim", soft_wrap=True)


def _sentence(text: str) -> str:
    """Text as a sentence; the name of a rule stays as it is."""
    named = text.partition(" ")[0].strip(":,") in Rules.model_fields
    return f"{text if named else text[:1].upper() + text[1:]}."


def _typed(overrides: tuple[str, ...]) -> str:
    """Overrides as they are typed."""
    return " ".join(f"--set {shlex.quote(text)}" for text in overrides)


def _print_repair(number: int, repair: Repair, console: Any) -> None:
    worth = "the best plan was not found in time" if repair.npv is None else f"NPV of the best plan {pounds(repair.npv)}"
    console.print(f"  {number}. {_sentence('; '.join(change.words for change in repair.changes))} {_sentence(worth)}")
    look = f"{_sentence(repair.plan)} " if repair.plan else ""
    console.print(f"     {look}Confirmed by: {repair.confirmed_by}.", style="dim")
    console.print(f"     {_typed(repair.overrides)}", style="dim", soft_wrap=True)

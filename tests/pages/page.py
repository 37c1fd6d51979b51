"""A page: what to take from it, the sections, and how to make it again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from instances.ranges import Range
from optimiser.differences import listed
from optimiser.sensitivity.dial import dial_of, in_words
from optimiser.sensitivity.words import input_name
from optimiser.summary import headline
from pages.figures import Figures
from pages.inputs import name, what_breaks, what_moves
from pages.prices import decided, hosts, pairs, rules
from pages.spread import all_at_once, beside_others, frontiers
from pages.studies import CHOSEN, DRAWS, GREEN_BOOK, POINTS, Study
from pages.text import table, tidy
from pages.withdrawal import withdrawal

SECTIONS: dict[str, Callable[[Study], Iterator[str]]] = {
    "What moves it most": what_moves,
    "What would bring it to nothing, or to another plan": what_breaks,
    "What the rules cost": rules,
    "What is decided beforehand": decided,
    "Who is kept apart": pairs,
    "Who hosts": hosts,
    "If a council leaves": withdrawal,
    "What less would cost": frontiers,
    "If everything moves at once": all_at_once,
    "Beside what others have saved": beside_others,
}


def page(study: Study) -> str:
    """The page of a case."""
    lines = [f"# {study.plan.document.title}", "", study.words.take.format_map(Figures(study)), "", "## The plan", "", *worth(study)]
    for title in SECTIONS:
        lines += ["", section(study, title)]
    return _joined([*lines, "", "## The ranges", "", *ranges(study)]) + "\n"


def section(study: Study, title: str) -> str:
    """One section of the page, with its heading."""
    return _joined([f"## {title}", "", *SECTIONS[title](study)])


def _joined(lines: list[str]) -> str:
    """Lines with no two empty ones together, and none at the end."""
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept).rstrip()


def worth(study: Study) -> Iterator[str]:
    """The plan in sentences, and who shares what."""
    yield from headline(study.plan, study.instance)
    rows = []
    for one in study.plan.document.partnerships:
        service = study.instance.services[one.service].name or one.service
        days = [m.go_live for m in one.members if m.tranche >= 0]
        first, last = (in_words(day, "") for day in (min(days), max(days))) if days else ("live already", "live already")
        others = ", ".join(m.council for m in one.members if m.council != one.host)
        rows.append([service, one.host, others, first if first == last else f"{first} to {last}"])
    for taken in study.plan.document.options:
        service = study.instance.services[taken.service].name or taken.service
        rows.append([service, f"{taken.council}: {taken.option.replace('_', ' ')}", "", in_words(taken.start, "")])
    if rows:
        yield from table(["Service", "Host", "With", "Goes live"], rows)


def ranges(study: Study) -> Iterator[str]:
    """Every range with its source, and the commands."""
    added = listed([input_name(study.instance, path) for path in study.common])
    yield f"Those of the case, and what all pages have in common where a case has no range of its own: {added}."
    yield "The discount rate is the Green Book's, written out so that it can be turned. Optimism bias can only lower savings and raise costs."
    if any(path in study.common for path in CHOSEN):
        yield "What a rule asks is chosen and not uncertain, so the draws leave it as it is."
    rows = [_range(study, path, given) for path, given in study.ranges.items()]
    yield from table(["Input", "Low", "High", "Where the range comes from"], rows)
    yield f"Seed 0, {DRAWS} draws, {POINTS} points of each frontier at most. The same again:"
    yield from ("", "```sh", *_commands(study), "```")


def _range(study: Study, path: str, given: Range) -> list[str]:
    unit = dial_of(study.instance, path).unit
    return [name(study.instance, path), tidy(in_words(given.low, unit)), tidy(in_words(given.high, unit)), given.source or "not stated"]


def _commands(study: Study) -> Iterator[str]:
    """What gives the same figures on the command line."""
    start = f"optimiser sensitivity {study.words.name} --set {GREEN_BOOK.replace(' ', '')}"
    given = {path: f"--range {path}={one.low},{one.high}" for path, one in study.common.items()}
    drawn = [words for path, words in given.items() if path not in CHOSEN]
    parts = "inputs,rules,pairs,decisions,withdrawal,frontier"
    yield " ".join([start, *given.values(), "--no-tipping", f"--points {POINTS}", f"--only {parts}"])
    yield " ".join([start, *drawn, f"--draws {DRAWS}", "--only uncertainty"])
    yield " ".join([start, *given.values(), "--only inputs"]) + "  # tipping values, of every range"

"""The index of the pages."""

from __future__ import annotations

from pathlib import Path

from instances import read
from pages.studies import DRAWS, written

FOLDER = Path(__file__).resolve().parent.parent.parent / "docs" / "case-studies"
HEAD = """# What would change the answer, case by case

A page for each case study that ships with the program, made by its sensitivity study: what the plan is worth, what moves it, what each rule
and decision costs, what happens when a council leaves. The words are explained in [sensitivity.md](../sensitivity.md). Every figure comes out of
the program; a test makes each page again and compares. What is published, and what is assumed, stands at the head of each case's
instance.toml. Uncertainty rests on {draws} draws on these pages.

"""


def index() -> str:
    """A line for each case."""
    lines = [f"- [{read(name).settings.instance.title}]({name}.md)" for name in sorted(written())]
    return HEAD.format(draws=DRAWS) + "\n".join(lines) + "\n"

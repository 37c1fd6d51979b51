"""Pages of the case studies: made again, and compared with what stands in docs/case-studies.

Of the cases that take longest, the parts that take longest are left to `python -m pages`, which makes everything again.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from cases import NAMES
from pages.index import FOLDER, index
from pages.page import SECTIONS, page, section, worth
from pages.studies import Study, written
from pages.text import lost, scale_of, tidy

FAST = ("bromsgrove-redditch",)
IN_PART = ("anglia-revenues", "coventry-region", "east-kent", "pannel", "south-hams-west-devon", "south-london-waste", "south-vale-waste")
"""Cases of which only some sections are made again here."""
SLOW = ("What moves it most", "What would bring it to nothing, or to another plan", "What less would cost", "If everything moves at once")
"""Sections that take most of the time; with them goes the reference class, which names a share of the draws."""
QUICK = [title for title in SECTIONS if title not in (*SLOW, "Beside what others have saved")]


def committed(name: str) -> str:
    """The page as it stands."""
    return (FOLDER / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in FAST else [pytest.mark.long]) for name in NAMES if name not in IN_PART]
)
def test_page_is_what_the_study_says(name: str, tmp_path: Path) -> None:
    """Every word of it."""
    assert page(Study(name, tmp_path)) == committed(name)


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if name == "south-london-waste" else [pytest.mark.long]) for name in IN_PART])
def test_prices_hosts_and_withdrawals_are_what_the_study_says(name: str, tmp_path: Path) -> None:
    """The plan, what rules, commitments and hosts cost, and what a withdrawal does."""
    study, text = Study(name, tmp_path), committed(name)
    assert "\n".join(worth(study)).strip() in text
    for title in QUICK:
        assert section(study, title) in text, title


def test_every_case_has_a_page_and_no_other() -> None:
    """And the index names them all."""
    assert sorted(written()) == NAMES
    assert sorted(path.name for path in FOLDER.glob("*.md")) == sorted(["README.md", *(f"{name}.md" for name in NAMES)])
    assert (FOLDER / "README.md").read_text(encoding="utf-8") == index()


def test_figures_are_written_as_people_write_them() -> None:
    """Two decimals of a percentage at most, scores with three, a gain as a gain."""
    assert tidy("8.374%, 50.0% and 0.466667 or 32.5838 km") == "8.37%, 50% and 0.467 or 32.584 km"
    assert [lost(1_234.4), lost(-1_234.4), lost(-0.3)] == ["£1,234", "gains £1,234", "£0"]
    assert scale_of([2e6]) == (1e6, 2, "£ million")
    assert scale_of([9e5]) == (1e3, 0, "£ thousand")

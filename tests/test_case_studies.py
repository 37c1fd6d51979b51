"""The shipped case studies: sound, sourced, solved to optimality, and true to the figures that are published of them."""

from __future__ import annotations

import re

import pytest
from cases import CASES, NAMES, plan_json, rows, solved
from expected import Figure, check, read_figures

from instances import read

MONEY_TABLES = ("baselines", "contracts", "estimates", "options", "services", "tiers", "vehicles")
"""Tables whose rows hold amounts or rates; each row says where they come from."""
ASSUMPTION = "assumption:"
DOCUMENT = re.compile(
    r"\b(Appendix|guide|report|return|budget|minutes|case study)\b|\.(csv|json|pdf|xlsx)\b|\w\.(com|org|net|gov\.uk|org\.uk)\b|https?://",
    re.IGNORECASE,
)
"""What names a document: a part of one, a kind of one, a file, a page."""
FIGURES = [
    (name, figure)
    for name in NAMES
    if (CASES / name / "expected.toml").is_file()
    for figure in read_figures(CASES / name / "expected.toml")
]


def test_there_are_cases() -> None:
    """The tests below run over something."""
    assert {"bromsgrove-redditch", "east-kent"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_case_has_published_figures(name: str) -> None:
    """Every case says what it is held against."""
    assert (CASES / name / "expected.toml").is_file(), f"{name} has no expected.toml"
    assert read_figures(CASES / name / "expected.toml")


@pytest.mark.parametrize(("name", "figure"), FIGURES, ids=[f"{name}: {figure.name}" for name, figure in FIGURES])
def test_plan_has_published_figure(name: str, figure: Figure) -> None:
    """The solved plan has the figure, by path, within its tolerance."""
    other = None if figure.less is None else plan_json(name, *figure.less)
    failure = check(figure, plan_json(name, figure.scenarios, figure.overrides), other)
    assert failure is None, f"{name}, {failure}"


@pytest.mark.parametrize("name", NAMES)
def test_case_is_sound(name: str) -> None:
    """A case reads without a fault, as it is and under each of its scenarios, and nothing in it has no effect."""
    instance = read(CASES / name)
    assert instance.notes == ()
    for scenario in instance.settings.scenarios:
        assert read(CASES / name, scenarios=[scenario]).overrides, scenario


@pytest.mark.parametrize("name", NAMES)
def test_ranges_are_overrides(name: str) -> None:
    """Both ends of every range give a sound instance."""
    for path, given in read(CASES / name).settings.ranges.items():
        for end in (given.low, given.high):
            assert read(CASES / name, overrides=[f"{path} = {end}"]).overrides, path


@pytest.mark.parametrize("name", NAMES)
def test_money_has_a_source(name: str) -> None:
    """Every row of amounts or rates says where it comes from: a document, or "assumption: ..."."""
    bare = []
    for table in MONEY_TABLES:
        for number, row in rows(name, table):
            source = (row.get("source") or "").strip()
            if not (source.startswith(ASSUMPTION) and source.removeprefix(ASSUMPTION).strip()) and not DOCUMENT.search(source):
                bare.append(f"{table}.csv row {number}: source '{source}' names no document and does not begin with '{ASSUMPTION}'")
    assert not bare, "\n".join(bare)


@pytest.mark.parametrize("name", NAMES)
def test_ranges_have_a_source(name: str) -> None:
    """Low and high are not out of the air either."""
    assert [path for path, given in read(CASES / name).settings.ranges.items() if not (given.source or "").strip()] == []


@pytest.mark.parametrize("name", NAMES)
def test_plan_is_optimal(name: str) -> None:
    """The plan is proven, without a gap; `solve` has audited it."""
    plan = solved(name)
    assert plan.status == "optimal"
    assert plan.gap == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize(
    ("source", "names_one"),
    [
        ("Guide, Appendix 2, Dorset", True),
        ("RA budget return 2023-24, line 591", True),
        ("localis.org.uk, Two councils to share managers", True),
        ("spend.csv", True),
        ("reasoning", False),
        ("our estimate", False),
        ("", False),
    ],
)
def test_what_counts_as_a_document(source: str, names_one: bool) -> None:
    """A source that names nothing to look up is no document."""
    assert bool(DOCUMENT.search(source)) == names_one

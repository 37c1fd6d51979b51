"""Compatibility: given scores first, otherwise a weighted mean of what is known of the pair."""

from __future__ import annotations

from pathlib import Path

import pytest
from small import TWO_SERVICES, shire

from instances.compatibility import derived_scores, score_matrices

HISTORY = "council_a, council_b, years, what\n"


def councils(control: tuple[str, str] = ("", ""), culture: tuple[str, str] = ("", "")) -> str:
    """The table of councils with facts about Ash and Elm."""
    rows = [f"{c}, {a}, {b}" for c, a, b in zip(("Ash", "Elm"), control, culture, strict=True)]
    return "\n".join(["council, control, culture", *rows, "Oak, ,", "Yew, ,", ""])


@pytest.mark.parametrize(
    ("control", "score"),
    [
        (("Labour", "Labour"), 1.0),
        (("Labour", "labour"), 1.0),
        (("Labour", "Green"), 0.4),
        (("Labour", "NOC"), 0.7),
        (("no overall control", "Green"), 0.7),
        (("NOC", "No Overall Control"), 1.0),
        (("Labour", ""), 1.0),
        (("", "NOC"), 1.0),
        (("", ""), 1.0),
    ],
)
def test_politics(tmp_path: Path, control: tuple[str, str], score: float) -> None:
    """Same 1, one under no overall control 0.7, different 0.4; where one is blank nothing is known, which is 1."""
    scores = derived_scores(shire(tmp_path, councils=councils(control)))
    assert scores[0, 1] == scores[1, 0] == pytest.approx(score)


@pytest.mark.parametrize(("culture", "score"), [(("lean", "lean"), 1.0), (("lean", "outsourced"), 0.5), (("lean", ""), 1.0)])
def test_culture(tmp_path: Path, culture: tuple[str, str], score: float) -> None:
    """The same label 1, another 0.5."""
    assert derived_scores(shire(tmp_path, councils=councils(culture=culture)))[1, 0] == pytest.approx(score)


@pytest.mark.parametrize(
    ("history", "score"),
    [
        ("Ash, Elm, 4, waste\n", 0.4),
        ("Elm, Ash, 25, waste\n", 1.0),
        ("Ash, Elm, 0, waste\n", 0.0),
        ("Ash, Elm, 2, waste\nElm, Ash, 3, payroll\n", 0.5),
        ("", 1.0),
    ],
)
def test_history(tmp_path: Path, history: str, score: float) -> None:
    """A tenth for each year of joint working, all rows of the pair together, up to 1; known only where there is a row."""
    scores = derived_scores(shire(tmp_path, history=HISTORY + history))
    assert scores[0, 1] == scores[1, 0] == pytest.approx(score)
    assert scores[0, 2] == 1


@pytest.mark.parametrize(
    ("weights", "score"),
    [
        ("", (0.4 + 0.5 + 0.3) / 3),
        ("compatibility_weights = { politics = 2.0, culture = 0.0, history = 1.0 }", (0.8 + 0.3) / 3),
        ("compatibility_weights = { politics = 0.0, culture = 0.0, history = 0.0 }", 1.0),
        ("compatibility_scores = { different_control = 0.1, different_culture = 0.2, history_years = 30 }", (0.1 + 0.2 + 0.1) / 3),
    ],
)
def test_weighted_mean(tmp_path: Path, weights: str, score: float) -> None:
    """Different control 0.4, different culture 0.5, three years 0.3; weights and scores are data."""
    facts = councils(("Labour", "Green"), ("lean", "outsourced"))
    assert derived_scores(shire(tmp_path, economics=weights, councils=facts, history=HISTORY + "Ash, Elm, 3,\n"))[0, 1] == pytest.approx(
        score
    )


def test_mean_of_what_is_known(tmp_path: Path) -> None:
    """Culture is not known, so politics and history alone make the score."""
    facts = councils(("Labour", "Green"), ("lean", ""))
    assert derived_scores(shire(tmp_path, councils=facts, history=HISTORY + "Ash, Elm, 2,\n"))[0, 1] == pytest.approx((0.4 + 0.2) / 2)


def test_given_scores_win(tmp_path: Path) -> None:
    """A score for the service goes before one for all services, that before what is derived; both directions are one."""
    given = "council_a, council_b, service, score\nElm, Ash, , 0.9\nAsh, Elm, waste, 0\nAsh, Oak, payroll, 0.2\n"
    scores = score_matrices(shire(tmp_path, compatibility=given, councils=councils(("Labour", "Green")), **TWO_SERVICES))
    assert [scores[s][a, b] for s in ("payroll", "waste") for a, b in ((0, 1), (1, 0))] == [0.9, 0.9, 0, 0]
    assert (scores["payroll"][0, 2], scores["waste"][0, 2], scores["payroll"][1, 2]) == (0.2, 1, 1)

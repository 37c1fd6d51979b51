"""First-order indices: of functions whose indices are known, and of draws that are too few."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import qmc

from optimiser.sensitivity.uncertainty import Array, first_order


def drawn(draws: int, inputs: int, value: Callable[[Array], Array], seed: int = 0) -> tuple[Array, float]:
    """Indices of a function of inputs between -1 and 1."""
    positions = 2 * qmc.LatinHypercube(inputs, seed=seed).random(draws) - 1
    return first_order(positions, value(positions))


def test_a_sum_is_explained_in_full() -> None:
    """Variances 9/3, 1/3 and 4 * 4/45 (of a square); by hand."""
    shares, explained = drawn(200, 4, lambda x: 3 * x[:, 0] + x[:, 1] + 2 * x[:, 2] ** 2 + 100)
    parts = np.array([3, 1 / 3, 16 / 45, 0])
    assert shares == pytest.approx(parts / parts.sum(), abs=0.005)
    assert explained == pytest.approx(1.0)


def test_few_draws_do_for_what_is_nearly_linear() -> None:
    """Twenty inputs, forty draws; and the order is that of the effects."""
    effects = np.arange(20, 0, -1.0)
    shares, explained = drawn(40, 20, lambda x: x @ effects + 0.1 * x[:, 0] * x[:, 1])
    assert shares == pytest.approx(effects**2 / (effects**2).sum(), abs=0.01)
    assert explained > 0.99


def test_what_matters_only_together_is_of_nobody() -> None:
    """A product has no first-order effect, and with one part of each half its variance is explained."""
    shares, explained = drawn(400, 2, lambda x: x[:, 0] * x[:, 1])
    assert explained < 0.05
    assert shares.max() < 0.05
    shares, explained = drawn(400, 2, lambda x: x[:, 0] + np.sqrt(3) * x[:, 0] * x[:, 1])
    assert shares == pytest.approx([0.5, 0.0], abs=0.06)


@pytest.mark.parametrize("draws", [2, 5, 12, 20])
def test_noise_is_explained_by_nothing_however_few_the_draws(draws: int) -> None:
    """Values that have nothing to do with ten inputs: on average less than half is explained, mostly far less."""
    random = np.random.default_rng(1)
    explained = [drawn(draws, 10, lambda x: random.normal(size=len(x)), seed)[1] for seed in range(30)]
    assert np.mean(explained) < 0.5


def test_nothing_to_explain() -> None:
    """One draw, no input, the same value always, an input that does not move."""
    assert first_order(np.ones((1, 2)), np.ones(1))[1] == 0
    assert first_order(np.ones((5, 0)), np.arange(5.0))[1] == 0
    assert first_order(np.random.default_rng(0).random((5, 2)), np.ones(5))[1] == 0
    positions = np.column_stack([np.linspace(-1, 1, 30), np.ones(30)])
    shares, explained = first_order(positions, positions[:, 0])
    assert shares == pytest.approx([1.0, 0.0])
    assert explained == pytest.approx(1.0)

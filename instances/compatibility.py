"""Compatibility of councils: given scores first; otherwise a weighted mean of what is known of the pair.

Politics comes from control, culture from the label, history from years of joint working; weights and scores are data
(`economics.compatibility_weights`, `economics.compatibility_scores`). The guide finds that working well together is not
evidently related to party politics, so the derived score is an assumption to be varied, not a finding.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from instances.instance import Instance
from instances.tables import Compatibility, History

Matrix = NDArray[np.float64]
NO_OVERALL_CONTROL = {"noc", "no overall control"}


def derived_scores(instance: Instance) -> Matrix:
    """Scores of all pairs from politics, culture and history, shape (n, n); 1 where nothing is known."""
    total, weight = _weighted(instance)
    return np.where(weight > 0, total / np.where(weight > 0, weight, 1.0), 1.0)


def known_pairs(instance: Instance) -> dict[str, NDArray[np.bool_]]:
    """Pairs of whose compatibility anything is known, for each service: a score, or a part of the derived score that weighs."""
    position = {council: index for index, council in enumerate(instance.councils)}
    common = _weighted(instance)[1] > 0
    found = {service: common.copy() for service in instance.services}
    for row in instance.rows(Compatibility):
        a, b = position[row.council_a], position[row.council_b]
        for service in instance.services if row.service is None else (row.service,):
            found[service][a, b] = found[service][b, a] = True
    return found


def _weighted(instance: Instance) -> tuple[Matrix, Matrix]:
    """Sum of weight times score of what is known of each pair, and the sum of the weights, shape (n, n)."""
    councils = list(instance.councils.values())
    weights, scores = instance.economics.compatibility_weights, instance.economics.compatibility_scores
    control = [_control(row.control) for row in councils]
    politics = _compare(control, scores.same_control, scores.different_control)
    unled = np.array([label == "noc" for label in control])
    one_unled = unled[:, None] ^ unled[None, :]
    politics[one_unled & ~np.isnan(politics)] = scores.no_overall_control
    culture = _compare([row.culture or "" for row in councils], scores.same_culture, scores.different_culture)
    parts = [(weights.politics, politics), (weights.culture, culture), (weights.history, _history(instance))]
    total = np.zeros_like(politics)
    weight = np.zeros_like(politics)
    for share, part in parts:
        known = ~np.isnan(part)
        total[known] += share * part[known]
        weight[known] += share
    return total, weight


def _control(control: str | None) -> str:
    label = (control or "").strip().casefold()
    return "noc" if label in NO_OVERALL_CONTROL else label


def _compare(labels: list[str], same: float, different: float) -> Matrix:
    """`same` or `different` for each pair of labels; NaN where one is blank."""
    array = np.array(labels, dtype=object)
    blank = np.array([not label for label in labels])
    result = np.where(array[:, None] == array[None, :], same, different).astype(float)
    result[blank, :] = np.nan
    result[:, blank] = np.nan
    return result


def _history(instance: Instance) -> Matrix:
    """min(1, years / history_years) where a pair has a history; NaN elsewhere."""
    position = {council: index for index, council in enumerate(instance.councils)}
    years = np.full((len(position), len(position)), np.nan)
    for row in instance.rows(History):
        a, b = position[row.council_a], position[row.council_b]
        years[a, b] = years[b, a] = row.years + (0.0 if np.isnan(years[a, b]) else years[a, b])
    return np.minimum(1.0, years / instance.economics.compatibility_scores.history_years)


def score_matrices(instance: Instance) -> dict[str, Matrix]:
    """Compatibility of all pairs for each service; services without scores of their own share one matrix."""
    position = {council: index for index, council in enumerate(instance.councils)}
    common = derived_scores(instance)
    own: dict[str, list[tuple[int, int, float]]] = {}
    for row in instance.rows(Compatibility):
        a, b = position[row.council_a], position[row.council_b]
        if row.service is None:
            common[a, b] = common[b, a] = row.score
        else:
            own.setdefault(row.service, []).append((a, b, row.score))
    matrices = dict.fromkeys(instance.services, common)
    for service, entries in own.items():
        matrix = common.copy()
        for a, b, score in entries:
            matrix[a, b] = matrix[b, a] = score
        matrices[service] = matrix
    return matrices

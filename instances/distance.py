"""Distances between councils: given ones first, great circles between coordinates otherwise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from instances.instance import Instance
from instances.tables import Distance

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""

Matrix = NDArray[np.float64]


def great_circle_km(latitude: Matrix, longitude: Matrix) -> Matrix:
    """Haversine distances in km between all places given in degrees; shape (n, n), NaN where a coordinate is NaN."""
    phi, theta = np.radians(latitude), np.radians(longitude)
    across = np.sin((phi[:, None] - phi[None, :]) / 2) ** 2
    along = np.sin((theta[:, None] - theta[None, :]) / 2) ** 2
    inside = across + np.cos(phi)[:, None] * np.cos(phi)[None, :] * along
    km: Matrix = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(1.0, inside)))
    return km


def distance_matrices(instance: Instance) -> tuple[Matrix, Matrix]:
    """Km and minutes between all councils, in the order of `instance.councils`; NaN where neither given nor computable."""
    councils = list(instance.councils.values())
    position = {row.council: index for index, row in enumerate(councils)}
    nan = float("nan")
    latitude = np.array([nan if row.latitude is None else row.latitude for row in councils])
    longitude = np.array([nan if row.longitude is None else row.longitude for row in councils])
    km = great_circle_km(latitude, longitude)
    minutes = np.full_like(km, nan)
    np.fill_diagonal(minutes, 0.0)
    for row in instance.rows(Distance):
        a, b = position[row.council_a], position[row.council_b]
        if row.km is not None:
            km[a, b] = km[b, a] = row.km
        if row.minutes is not None:
            minutes[a, b] = minutes[b, a] = row.minutes
    return km, minutes

"""What holds between two councils: how far apart they are, whether they are neighbours, how well they fit (model.md, sections 3, 4)."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

from instances import Instance
from instances.tables import Adjacency, Compatibility, Council, Distance, History

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth, km (model.md, section 3)."""
NO_OVERALL_CONTROL = frozenset({"noc", "no overall control"})


def great_circle(a: Council, b: Council) -> float | None:
    """Distance along the surface between two councils, km; None where coordinates are not given.

    Haversine: `2 R asin(sqrt(sin²(Δlat/2) + cos(lat_a) cos(lat_b) sin²(Δlon/2)))`, R = 6371.0088 km (model.md, section 3).
    """
    if a.latitude is None or a.longitude is None or b.latitude is None or b.longitude is None:
        return None
    latitude_a, latitude_b = radians(a.latitude), radians(b.latitude)
    north, east = latitude_b - latitude_a, radians(b.longitude - a.longitude)
    square = sin(north / 2) ** 2 + cos(latitude_a) * cos(latitude_b) * sin(east / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(square)))


class Pairs:
    """Distances, neighbours and compatibility of pairs; the order of the two councils never matters."""

    def __init__(self, instance: Instance) -> None:
        """Index the rows about pairs."""
        self._instance = instance
        self._distances = {_pair(row.council_a, row.council_b): row for row in instance.rows(Distance)}
        self._neighbours = {_pair(row.council_a, row.council_b) for row in instance.rows(Adjacency)}
        self._scores = {(_pair(row.council_a, row.council_b), row.service): row.score for row in instance.rows(Compatibility)}
        self._history: dict[tuple[str, str], float] = {}
        for row in instance.rows(History):
            pair = _pair(row.council_a, row.council_b)
            self._history[pair] = self._history.get(pair, 0.0) + row.years
        self._derived: dict[tuple[str, str], float] = {}

    def km(self, a: str, b: str) -> float:
        """Distance in km: the row of distances, else the great circle (model.md, section 3).

        Raises:
            ValueError: Neither is given; the instance's own checks let no such instance through.
        """
        row = self._distances.get(_pair(a, b))
        if row is not None and row.km is not None:
            return row.km
        circle = great_circle(self._instance.councils[a], self._instance.councils[b])
        if circle is None:
            raise ValueError(f"no distance is given between {a} and {b}, and not the coordinates of both")
        return circle

    def minutes(self, a: str, b: str) -> float:
        """Travel time in minutes, which has to be given.

        Raises:
            ValueError: It is not; the instance's own checks let no such instance through.
        """
        row = self._distances.get(_pair(a, b))
        if row is None or row.minutes is None:
            raise ValueError(f"no minutes are given between {a} and {b}")
        return row.minutes

    def adjacent(self, a: str, b: str) -> bool:
        """Whether two councils are neighbours by the table of adjacency."""
        return _pair(a, b) in self._neighbours

    def compatibility(self, a: str, b: str, service: str) -> float:
        """Score of a pair in [0, 1]: given for the service, else for every service, else derived (model.md, section 4)."""
        pair = _pair(a, b)
        for key in ((pair, service), (pair, None)):
            if key in self._scores:
                return self._scores[key]
        if pair not in self._derived:
            self._derived[pair] = self._derive(*pair)
        return self._derived[pair]

    def _derive(self, a: str, b: str) -> float:
        """Weighted mean of politics, culture and history as far as they are given; 1 where nothing is."""
        weights = self._instance.economics.compatibility_weights
        parts = [
            (weights.politics, self._politics(a, b)),
            (weights.culture, self._culture(a, b)),
            (weights.history, self._joint_working(a, b)),
        ]
        known = [(weight, score) for weight, score in parts if score is not None]
        total = sum(weight for weight, _ in known)
        return sum(weight * score for weight, score in known) / total if total > 0 else 1.0

    def _politics(self, a: str, b: str) -> float | None:
        """Same control, one side under no overall control, or different; None where one is blank."""
        scores = self._instance.economics.compatibility_scores
        one, two = _control(self._instance.councils[a]), _control(self._instance.councils[b])
        if not one or not two:
            return None
        if one == two:
            return scores.same_control
        return scores.no_overall_control if "noc" in (one, two) else scores.different_control

    def _culture(self, a: str, b: str) -> float | None:
        """Same label or a different one; None where one is blank."""
        scores = self._instance.economics.compatibility_scores
        one, two = self._instance.councils[a].culture, self._instance.councils[b].culture
        if not one or not two:
            return None
        return scores.same_culture if one == two else scores.different_culture

    def _joint_working(self, a: str, b: str) -> float | None:
        """Years of joint working over the years that score 1, at most 1; None where there is no row."""
        years = self._history.get((a, b))
        return None if years is None else min(1.0, years / self._instance.economics.compatibility_scores.history_years)


def _pair(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a <= b else (b, a)


def _control(council: Council) -> str:
    """Control in lower case, so that spelling in capitals makes no difference; no overall control under one name."""
    control = (council.control or "").casefold()
    return "noc" if control in NO_OVERALL_CONTROL else control

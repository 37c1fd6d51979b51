"""What holds between two councils: how far apart they are, and how well they fit."""

from math import asin, cos, radians, sin, sqrt

from .read import Data, number

EARTH_RADIUS_KM = 6371.0088
NO_CONTROL = {"noc", "no overall control"}


def km(data: Data, a: str, b: str) -> float:
    """The distance given for the pair, else the great circle between the coordinates."""
    given = number(data.distances.get(frozenset((a, b)), {}), "km")
    if given is not None:
        return given
    lat_a, lon_a, lat_b, lon_b = (radians(float(data.councils[c][axis])) for c in (a, b) for axis in ("latitude", "longitude"))
    half_chord = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half_chord))


def minutes(data: Data, a: str, b: str) -> float:
    """The travel time of the pair; it has to be given, for nothing can stand in for it."""
    given = number(data.distances.get(frozenset((a, b)), {}), "minutes")
    if given is None:
        raise ValueError(f"a limit in minutes needs the minutes between {a} and {b}")
    return given


def compatibility(data: Data, a: str, b: str, service: str) -> float:
    """The score given for this service, else for all services, else the mean of what is known of the two."""
    pair = frozenset((a, b))
    for key in ((pair, service), (pair, "")):
        if key in data.compatibility:
            return data.compatibility[key]
    given = {"politics": politics(data, a, b), "culture": culture(data, a, b), "history": joint_working(data, a, b)}
    weights = data.economics.get("compatibility_weights", {})
    known = [(weights.get(name, 1), score) for name, score in given.items() if score is not None]
    weight = sum(w for w, _ in known)
    return sum(w * score for w, score in known) / weight if weight else 1.0


def politics(data: Data, a: str, b: str) -> float | None:
    """Same control 1.0, one side under no overall control 0.7, different 0.4, unless the data have other scores."""
    one, two = (data.councils[c].get("control", "").lower() for c in (a, b))
    one, two = ("noc" if side in NO_CONTROL else side for side in (one, two))
    if not one or not two:
        return None
    if one == two:
        return score(data, "same_control", 1.0)
    return score(data, "no_overall_control", 0.7) if "noc" in (one, two) else score(data, "different_control", 0.4)


def culture(data: Data, a: str, b: str) -> float | None:
    """Same label 1.0, different 0.5, unless the data have other scores."""
    one, two = (data.councils[c].get("culture", "") for c in (a, b))
    if not one or not two:
        return None
    return score(data, "same_culture", 1.0) if one == two else score(data, "different_culture", 0.5)


def joint_working(data: Data, a: str, b: str) -> float | None:
    """Ten years together (or as many as the data say) count in full, fewer in proportion."""
    years = data.history.get(frozenset((a, b)))
    return None if years is None else min(1.0, years / score(data, "history_years", 10))


def score(data: Data, name: str, default: float) -> float:
    """A figure of compatibility_scores, or what it is where the data say nothing."""
    return float(data.economics.get("compatibility_scores", {}).get(name, default))

"""Moves of one service: which (council, host, tranche) exist, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from instances.calendar import LIVE
from instances.pairs import Matrix, Pairs

TOLERANCE = 1e-9
MOVE_COLUMNS = ("council", "service", "host", "tranche", "km", "minutes", "compatibility", "charge")
FORBIDDEN_COLUMNS = ("council", "service", "host", "tranche", "rule", "value", "limit", "unit")

Mask = NDArray[np.bool_]


def incompatible(scores: Matrix, minimum: float) -> Mask:
    """Pairs below the minimum, and vetoes: a score of 0 is one whatever the minimum."""
    mask: Mask = (scores < minimum - TOLERANCE) | (scores == 0)
    return mask


@dataclass(frozen=True)
class _Links:
    """Councils (rows) and hosts (columns) of one service, as positions in the matrices."""

    service: str
    councils: NDArray[np.intp]
    hosts: NDArray[np.intp]

    def part(self, matrix: NDArray[np.generic]) -> NDArray[np.generic]:
        """The part of a matrix over all councils that is about these links."""
        return matrix[np.ix_(self.councils, self.hosts)]


def service_moves(pairs: Pairs, service: str) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """The moves of one service, and why its other moves do not exist."""
    instance = pairs.instance
    names = pairs.runs[service]
    live = {host for (_, s), (host, _) in pairs.decided.live.items() if s == service}  # they host, whatever can_host says
    hosts = [council for council in names if instance.baselines[council, service].can_host or council in live]
    links = _Links(
        service, np.array([pairs.position[c] for c in names], dtype=np.intp), np.array([pairs.position[c] for c in hosts], dtype=np.intp)
    )
    allowed = np.ones((len(names), len(hosts)), dtype=bool)
    refused: list[pd.DataFrame] = []
    for rule, mask, value, limit, unit in _link_rules(pairs, links):
        allowed &= ~mask
        refused.append(_refusals(pairs, links, rule, mask, value, limit, unit))
    barred = [council for council in names if council not in set(hosts)]
    refused.append(
        _frame(
            {
                "council": None,
                "service": service,
                "host": barred,
                "tranche": None,
                "rule": "can_host",
                "value": 0.0,
                "limit": 1.0,
                "unit": "",
            }
        )
    )
    refused += _window_refusals(pairs, service, names)
    refused += _ceased_refusals(pairs, service, names, hosts)
    return _cross(pairs, links, allowed), [frame for frame in refused if len(frame)]


def _link_rules(pairs: Pairs, links: _Links) -> Iterator[tuple[str, Mask, Matrix, Matrix, str]]:
    """Each rule about a council and its host: where it forbids, the value, the limit, the unit."""
    instance, service = pairs.instance, links.service
    shape = (len(links.councils), len(links.hosts))
    own = links.councils[:, None] == links.hosts[None, :]
    for rule in ("maximum_distance", "maximum_span"):
        limit = instance.distance_limit(rule).get(service)
        if limit is not None:
            unit, bound = ("km", limit.km) if limit.km is not None else ("minutes", limit.minutes)
            value = links.part(pairs.km if unit == "km" else pairs.minutes).astype(float)
            yield rule, (value > float(bound or 0.0) + TOLERANCE) & ~own, value, np.full(shape, bound), unit
    minimum = instance.figure("compatibility").get(service)
    if minimum is not None:
        value = links.part(pairs.scores[service]).astype(float)
        yield "compatibility", incompatible(value, minimum) & ~own, value, np.full(shape, minimum), "score"
    quality = instance.quality().get(service)
    if quality is not None:
        yield from _quality(pairs, links, quality.minimum, quality.tolerance, own)
    yield "commitments", _decided_against(pairs, links), np.zeros(shape), np.ones(shape), ""


def _quality(
    pairs: Pairs, links: _Links, minimum: float | None, tolerance: float | None, own: Mask
) -> Iterator[tuple[str, Mask, Matrix, Matrix, str]]:
    """The host's performance is at least the minimum, and at least the member's less the tolerance."""

    def performance(positions: NDArray[np.intp]) -> Matrix:
        scores = [pairs.instance.baselines[pairs.councils[place], links.service].performance for place in positions]
        return np.array([float("nan") if score is None else score for score in scores])

    host = np.broadcast_to(performance(links.hosts)[None, :], own.shape)
    member = np.broadcast_to(performance(links.councils)[:, None], own.shape)
    if minimum is not None:
        yield "quality", ~(host >= minimum - TOLERANCE), host, np.full(own.shape, minimum), "score"
    if tolerance is not None:
        limit = member - tolerance
        yield "quality", (host < limit - TOLERANCE) & ~own, host, limit, "score"


def _decided_against(pairs: Pairs, links: _Links) -> Mask:
    """Links that what is already decided rules out."""
    mask = np.zeros((len(links.councils), len(links.hosts)), dtype=bool)
    row = {place: index for index, place in enumerate(links.councils)}
    column = {place: index for index, place in enumerate(links.hosts)}
    choices, place, service = pairs.decided, pairs.position, links.service
    for council, s in choices.hosts:
        if s == service:
            mask[row[place[council]], [index for other, index in column.items() if other != place[council]]] = True
    for (council, s), hosts in choices.shares_with.items():
        if s == service:
            for chosen in hosts:
                mask[row[place[council]], [index for other, index in column.items() if other != place[chosen]]] = True
    for a, b in pairs.never_with(service):
        for member, host in ((a, b), (b, a)):
            if host in column:
                mask[row[member], column[host]] = True
    return mask


def _cross(pairs: Pairs, links: _Links, allowed: Mask) -> pd.DataFrame:
    """Links times tranches in which both can be live: the council's own window, a host that can have opened by then."""
    service, tranches = links.service, pairs.instance.calendar.tranches
    windows = pairs.windows.allowed[[pairs.baseline_position[pairs.councils[c], service] for c in links.councils]].reshape(-1, tranches)
    row = {place: index for index, place in enumerate(links.councils)}
    own_row = np.array([row[place] for place in links.hosts], dtype=np.intp)
    own = links.councils[:, None] == links.hosts[None, :]
    can_open = (
        windows[own_row] & allowed[own_row, np.arange(len(links.hosts))][:, None]
        if len(links.hosts)
        else np.zeros((0, tranches), dtype=bool)
    )
    live_hosts = {pairs.position[host] for (council, s), (host, _) in pairs.decided.live.items() if s == service and council == host}
    has_opened = np.logical_or.accumulate(can_open, axis=1) | np.array([place in live_hosts for place in links.hosts], dtype=bool)[:, None]
    has_opened &= ~pairs.windows.ceased[[pairs.baseline_position[pairs.councils[h], service] for h in links.hosts]].reshape(-1, tranches)
    exists = allowed[:, :, None] & windows[:, None, :] & np.where(own[:, :, None], can_open[None, :, :], has_opened[None, :, :])
    joined = (exists & ~own[:, :, None]).any(axis=(0, 2)) | np.array([place in live_hosts for place in links.hosts], dtype=bool)
    exists &= joined[None, :, None]
    host_index, council_index, tranche = np.nonzero(exists.transpose(1, 0, 2))
    moves = _move_frame(pairs, service, links.councils[council_index], links.hosts[host_index], tranche)
    choices = pairs.decided
    live = [
        (pairs.position[key[0]], pairs.position[host])
        for key, (host, _) in choices.live.items()
        if key[1] == service and choices.live_is_kept(key)
    ]
    if live:
        councils, hosts = np.array(live, dtype=np.intp).T
        moves = pd.concat([_move_frame(pairs, service, councils, hosts, np.full(len(live), LIVE)), moves], ignore_index=True)
        moves = moves.sort_values(["host", "council", "tranche"], kind="stable", ignore_index=True)
    return moves


def _move_frame(pairs: Pairs, service: str, councils: NDArray[np.intp], hosts: NDArray[np.intp], tranche: NDArray[np.intp]) -> pd.DataFrame:
    names = np.array(pairs.councils, dtype=object)
    rows = np.array([pairs.baseline_position[pairs.councils[c], service] for c in councils], dtype=np.intp)
    charge = np.where(tranche == LIVE, 0.0, pairs.windows.charge[rows, np.maximum(tranche, 0)]) if len(rows) else np.zeros(0)
    return pd.DataFrame(
        {
            "council": names[councils],
            "service": service,
            "host": names[hosts],
            "tranche": tranche,
            "km": np.where(councils == hosts, 0.0, pairs.km[councils, hosts]),
            "minutes": np.where(councils == hosts, 0.0, pairs.minutes[councils, hosts]),
            "compatibility": np.where(councils == hosts, 1.0, pairs.scores[service][councils, hosts]),
            "charge": charge,
        }
    )


def _refusals(pairs: Pairs, links: _Links, rule: str, mask: Mask, value: Matrix, limit: Matrix, unit: str) -> pd.DataFrame:
    names = np.array(pairs.councils, dtype=object)
    rows, columns = np.nonzero(mask)
    return _frame(
        {
            "council": names[links.councils[rows]],
            "service": links.service,
            "host": names[links.hosts[columns]],
            "tranche": None,
            "rule": rule,
            "value": value[rows, columns],
            "limit": limit[rows, columns],
            "unit": unit,
        }
    )


def _window_refusals(pairs: Pairs, service: str, names: list[str]) -> Iterator[pd.DataFrame]:
    """Tranches that a council's contract or an earlier decision closes to it, as days from the tranche to the first day allowed."""
    dates = pairs.instance.calendar.tranche_dates
    places = [pairs.baseline_position[council, service] for council in names]
    council = np.array(names, dtype=object)
    rows, tranche = np.nonzero(pairs.windows.too_early[places].reshape(-1, len(dates)))
    first = []
    for index in rows:
        contract = pairs.instance.contracts[names[index], service]
        first.append((contract.break_from or contract.expires).toordinal())
    day = np.array([dates[k].toordinal() for k in tranche], dtype=float)
    yield _frame(
        {
            "council": council[rows],
            "service": service,
            "host": None,
            "tranche": tranche,
            "rule": "contract_timing",
            "value": day,
            "limit": np.array(first, dtype=float),
            "unit": "day",
        }
    )
    rows, tranche = np.nonzero(pairs.windows.decided[places].reshape(-1, len(dates)))
    yield _frame(
        {
            "council": council[rows],
            "service": service,
            "host": None,
            "tranche": tranche,
            "rule": "commitments",
            "value": 0.0,
            "limit": 1.0,
            "unit": "",
        }
    )


def _ceased_refusals(pairs: Pairs, service: str, names: list[str], hosts: list[str]) -> Iterator[pd.DataFrame]:
    """Tranches that do not begin before a council ceases: as the one that moves, and as the host of others."""
    dates = pairs.instance.calendar.tranche_dates
    for role, councils in (("council", names), ("host", hosts)):
        places = [pairs.baseline_position[council, service] for council in councils]
        rows, tranche = np.nonzero(pairs.windows.ceased[places].reshape(-1, len(dates)))
        gone = [councils[index] for index in rows]
        ends = [pairs.instance.councils[council].ceases for council in gone]
        blank = {"council": None, "host": None}
        yield _frame(
            {
                **blank,
                role: gone,
                "service": service,
                "tranche": tranche,
                "rule": "ceases",
                "value": np.array([dates[k].toordinal() for k in tranche], dtype=float),
                "limit": np.array([end.toordinal() for end in ends if end is not None], dtype=float),
                "unit": "day",
            }
        )


def _frame(columns: dict[str, object]) -> pd.DataFrame:
    length = max((len(value) for value in columns.values() if isinstance(value, list | np.ndarray)), default=0)
    data = {name: value if isinstance(value, list | np.ndarray) else [value] * length for name, value in columns.items()}
    return pd.DataFrame(data, columns=list(FORBIDDEN_COLUMNS))

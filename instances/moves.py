"""Moves of one service: which (council, host, tranche) exist, and why the others do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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


@dataclass(frozen=True)
class Refused:
    """Moves that do not exist by one rule; a table of them is made only where somebody asks.

    Attributes:
        columns: What the table says of them: values, or the same for all.
        count: How many they are.
    """

    columns: dict[str, object]
    count: int

    def table(self) -> pd.DataFrame:
        """The table."""
        data = {name: value if isinstance(value, list | np.ndarray) else [value] * self.count for name, value in self.columns.items()}
        return pd.DataFrame(data, columns=list(FORBIDDEN_COLUMNS))


@dataclass(frozen=True)
class Found:
    """Moves of one service: council and host by their positions, tranche, and termination charge in GBP; each of shape (moves,)."""

    service: str
    councils: NDArray[np.intp]
    hosts: NDArray[np.intp]
    tranche: NDArray[np.intp]
    charge: NDArray[np.float64]


def moves_table(pairs: Pairs, found: Sequence[Found]) -> pd.DataFrame:
    """The moves of several services. Text is kept as Python has it: whatever else pandas would make of it, all of it is read back."""
    if not found:
        return pd.DataFrame(columns=list(MOVE_COLUMNS))
    names = np.array(pairs.councils, dtype=object)
    councils, hosts = (np.concatenate([getattr(one, name) for one in found]) for name in ("councils", "hosts"))
    service = np.repeat(np.array([one.service for one in found], dtype=object), [len(one.councils) for one in found])
    score = np.concatenate([pairs.scores[one.service][one.councils, one.hosts] for one in found])
    own = councils == hosts
    return pd.DataFrame(
        {
            "council": pd.Series(names[councils], dtype=object),
            "service": pd.Series(service, dtype=object),
            "host": pd.Series(names[hosts], dtype=object),
            "tranche": np.concatenate([one.tranche for one in found]),
            "km": np.where(own, 0.0, pairs.km[councils, hosts]),
            "minutes": np.where(own, 0.0, pairs.minutes[councils, hosts]),
            "compatibility": np.where(own, 1.0, score),
            "charge": np.concatenate([one.charge for one in found]),
        }
    )


def service_moves(pairs: Pairs, service: str) -> tuple[Found, list[Refused]]:
    """The moves of one service, and why its other moves do not exist."""
    instance = pairs.instance
    names = pairs.runs[service]
    live = {host for (_, s), (host, _) in pairs.decided.live.items() if s == service}  # they host, whatever can_host says
    hosts = [council for council in names if instance.baselines[council, service].can_host or council in live]
    links = _Links(
        service, np.array([pairs.position[c] for c in names], dtype=np.intp), np.array([pairs.position[c] for c in hosts], dtype=np.intp)
    )
    allowed = np.ones((len(names), len(hosts)), dtype=bool)
    refused: list[Refused] = []
    for rule, mask, value, limit, unit in _link_rules(pairs, links):
        allowed &= ~mask
        refused.append(_refusals(pairs, links, rule, mask, value, limit, unit))
    barred = [council for council in names if council not in set(hosts)]
    refused.append(
        _refused(
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
    return _cross(pairs, links, allowed), [one for one in refused if one.count]


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


def _cross(pairs: Pairs, links: _Links, allowed: Mask) -> Found:
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
    councils, hosts, choices = links.councils[council_index], links.hosts[host_index], pairs.decided
    live = [
        (pairs.position[key[0]], pairs.position[host])
        for key, (host, _) in choices.live.items()
        if key[1] == service and choices.live_is_kept(key)
    ]
    if live:
        own_live, host_live = np.array(live, dtype=np.intp).T
        councils, hosts = np.concatenate([own_live, councils]), np.concatenate([host_live, hosts])
        tranche = np.concatenate([np.full(len(live), LIVE, dtype=np.intp), tranche])
        by_name = np.argsort(np.argsort(np.array(pairs.councils, dtype=object), kind="stable"), kind="stable")
        order = np.lexsort((tranche, by_name[councils], by_name[hosts]))
        councils, hosts, tranche = councils[order], hosts[order], tranche[order]
    return Found(service, councils, hosts, tranche, charges(pairs, service, councils, tranche))


def charges(pairs: Pairs, service: str, councils: NDArray[np.intp], tranche: NDArray[np.intp]) -> NDArray[np.float64]:
    """What ending a contract for a move costs, GBP; nothing for what is live already."""
    if not len(councils):
        return np.zeros(0)
    row = np.zeros(len(pairs.councils), dtype=np.intp)
    for place in np.unique(councils).tolist():
        row[place] = pairs.baseline_position[pairs.councils[place], service]
    found: NDArray[np.float64] = np.where(tranche == LIVE, 0.0, pairs.windows.charge[row[councils], np.maximum(tranche, 0)])
    return found


def _refusals(pairs: Pairs, links: _Links, rule: str, mask: Mask, value: Matrix, limit: Matrix, unit: str) -> Refused:
    names = np.array(pairs.councils, dtype=object)
    rows, columns = np.nonzero(mask)
    return _refused(
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


def _window_refusals(pairs: Pairs, service: str, names: list[str]) -> Iterator[Refused]:
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
    yield _refused(
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
    yield _refused(
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


def _ceased_refusals(pairs: Pairs, service: str, names: list[str], hosts: list[str]) -> Iterator[Refused]:
    """Tranches that do not begin before a council ceases: as the one that moves, and as the host of others."""
    dates = pairs.instance.calendar.tranche_dates
    for role, councils in (("council", names), ("host", hosts)):
        places = [pairs.baseline_position[council, service] for council in councils]
        rows, tranche = np.nonzero(pairs.windows.ceased[places].reshape(-1, len(dates)))
        gone = [councils[index] for index in rows]
        ends = [pairs.instance.councils[council].ceases for council in gone]
        blank = {"council": None, "host": None}
        yield _refused(
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


def _refused(columns: dict[str, object]) -> Refused:
    return Refused(columns, max((len(value) for value in columns.values() if isinstance(value, list | np.ndarray)), default=0))

"""What is known of councils and pairs of councils before any move is made: the ground the council graph is drawn on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from instances.commitments import Decided
from instances.instance import Instance
from instances.windows import Windows

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """Distances, compatibility, windows and decisions of an instance.

    Attributes:
        instance: What it was made from.
        decided: What is already decided.
        windows: When each baseline may go live.
        km: Distances between all councils, km.
        minutes: Travel times, minutes.
        scores: Compatibility of all pairs for each service.
    """

    instance: Instance
    decided: Decided
    windows: Windows
    km: Matrix
    minutes: Matrix
    scores: dict[str, Matrix]

    @cached_property
    def councils(self) -> list[str]:
        """Councils in the order of the matrices."""
        return list(self.instance.councils)

    @cached_property
    def position(self) -> dict[str, int]:
        """Place of each council in the matrices."""
        return {council: index for index, council in enumerate(self.councils)}

    @cached_property
    def baseline_position(self) -> dict[tuple[str, str], int]:
        """Place of each (council, service) in the windows."""
        return {key: index for index, key in enumerate(self.instance.baselines)}

    @cached_property
    def runs(self) -> dict[str, list[str]]:
        """Councils that run each service."""
        runs: dict[str, list[str]] = {service: [] for service in self.instance.services}
        for council, service in self.instance.baselines:
            runs[service].append(council)
        return runs

    def never_with(self, service: str) -> Iterator[tuple[int, int]]:
        """Pairs, as places in the matrices, that a commitment keeps apart for a service."""
        for a, b, s in self.decided.never_with:
            if s == service:
                yield self.position[a], self.position[b]

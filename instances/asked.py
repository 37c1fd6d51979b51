"""What may be asked of a plan besides the rules: linear demands that are no rule of the instance, as what-ifs need them. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Configuration: TypeAlias = Mapping[tuple[str, str], tuple[str, str]]
"""Who shares what with whom: by (council, service), (host, '') where it shares, itself where it hosts; ('', option) where it takes an
alternative. Who does nothing is absent."""
Measure: TypeAlias = Literal["one_off", "go_lives", "partnerships"]
"""What of a whole plan can be limited:

- `one_off`: biased one-off cost over all years, terminations and alternatives included, GBP, not discounted;
- `go_lives`: joins and openings after the start; neither what is live already nor alternatives;
- `partnerships`: openings, those that are live already too.
"""


@dataclass(frozen=True, slots=True)
class Differs:
    """At least `count` councils' services of the instance are arranged otherwise than in a configuration.

    Another host, hosting instead of joining, an alternative, sharing where there was nothing, nothing where it shared. Vehicles and
    tranches do not count.
    """

    configuration: Configuration
    count: int = 1


@dataclass(frozen=True, slots=True)
class AtMost:
    """A measure of the whole plan is at most a limit, in the measure's unit."""

    measure: Measure
    limit: float


@dataclass(frozen=True, slots=True)
class Includes:
    """A council shares a service: with a host where one is given, itself where it is the council; in a tranche where one is given."""

    council: str
    service: str
    host: str | None = None
    tranche: int | None = None


@dataclass(frozen=True, slots=True)
class Excludes:
    """A council does not share a service: with a host where one is given, itself where it is the council; in a tranche where one is given."""

    council: str
    service: str
    host: str | None = None
    tranche: int | None = None


Asked: TypeAlias = Differs | AtMost | Includes | Excludes

"""The cases of a sweep: named lists of scenarios and overrides, from a file, from grids, from scenarios, and all of them crossed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations as subsets
from itertools import product
from math import prod

from instances.paths import OverrideError, join_path, split_path
from optimiser.errors import UsageError

BASE = "base"
"""The row that every case is set against: the instance as it is."""
MOST = 10_000
"""Cases of a sweep at most; whoever makes more has most likely crossed more than he meant to."""
ALL = "all"
_AXIS = re.compile(r"^\s*(?P<path>(?:\"[^\"]*\"|[^\"])+?)(?P<operation>\s*(?:\+=|\*=|=)\s*)(?P<values>.*)$", re.DOTALL)
GRID = "write PATH=A,B,C, PATH*=A,B,C or PATH+=A,B,C"


@dataclass(frozen=True)
class Origin:
    """Where an override or a scenario of a case was asked for: a file, a row and a case of it, or an option."""

    where: str
    row: int | None = None
    case: str = ""


@dataclass(frozen=True)
class SweepCase:
    """One case.

    Attributes:
        name: Its name; no two of a sweep have the same.
        scenarios: Scenarios of the instance, applied in order.
        overrides: Overrides, applied after them.
        values: Of grids: the value that each path has here.
        origins: Where each scenario and override was asked for, for messages.
    """

    name: str
    scenarios: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict, compare=False, repr=False)

    def with_case(self, other: SweepCase) -> SweepCase:
        """Both at once."""
        return SweepCase(
            " & ".join(name for name in (self.name, other.name) if name),
            (*self.scenarios, *other.scenarios),
            (*self.overrides, *other.overrides),
            {**self.values, **other.values},
            {**self.origins, **other.origins},
        )


def crossed(*axes: Sequence[SweepCase]) -> list[SweepCase]:
    """Every case of each with every case of the others; the last varies quickest. What changes nothing is left to the base.

    Raises:
        UsageError: There are too many, or two have the same name.
    """
    count = prod(len(axis) for axis in axes) if axes else 0
    if count > MOST:
        raise UsageError(f"that makes {count:,} cases; a sweep has {MOST:,} at most: name fewer values or scenarios")
    found = []
    for parts in product(*axes) if axes else ():
        case = parts[0]
        for part in parts[1:]:
            case = case.with_case(part)
        if case.name:
            found.append(case)
    check_names(found)
    return found


def check_names(cases: Sequence[SweepCase]) -> None:
    """Every case has a name of its own.

    Raises:
        UsageError: One has none, two have the same, or one has that of the base.
    """
    seen: set[str] = set()
    for case in cases:
        if not case.name.strip():
            raise UsageError("a case has no name")
        if case.name == BASE:
            raise UsageError(f"a case cannot be called '{BASE}', which is the instance as it is; give it another name")
        if case.name in seen:
            raise UsageError(f"two cases are called '{case.name}'; give one another name")
        seen.add(case.name)


def grid(*texts: str) -> list[SweepCase]:
    """A case for each combination of the values of grids, such as `rules.minimum_saving=0.05,0.10`.

    Raises:
        UsageError: One of them is no grid, or a value stands twice.
    """
    axes = [_Axis.read(text) for text in texts]
    twice = next((axis for number, axis in enumerate(axes) if axis.path in [one.path for one in axes[:number]]), None)
    if twice is not None:
        raise UsageError(f"--grid {twice.path} stands twice; give all its values at once")
    short = [axis.short for axis in axes]
    return crossed(*(axis.cases(short.count(axis.short) == 1) for axis in axes))


@dataclass(frozen=True)
class _Axis:
    """One grid.

    Attributes:
        path: Where, with the operation unless it is `=`.
        start: All before the values, as it was written: a store knows an override by its text.
        short: What cases are called by, where no other grid has the same.
        values: The values.
    """

    path: str
    start: str
    short: str
    values: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> _Axis:
        """A grid as it is typed."""
        match = _AXIS.match(text)
        if match is None:
            raise UsageError(f"--grid {text} is not a grid; {GRID}")
        path, operation, start = match["path"].strip(), match["operation"].strip(), f"{match['path']}{match['operation']}".lstrip()
        if operation == "*=" and path.endswith("."):  # commitments.Shepway.*=off,...
            path, operation = f"{path}*", "="
        values = tuple(split_values(match["values"]))
        blank = next((value for value in values if not value), None)
        if blank is not None:
            raise UsageError(f"--grid {text} has a value that is blank; write none where a figure is to be left out")
        twice = next((value for number, value in enumerate(values) if value in values[:number]), None)
        if twice is not None:
            raise UsageError(f"--grid {text}: {twice} stands twice; keep one")
        mark = "" if operation == "=" else operation
        return cls(f"{path} {mark}".strip(), start, f"{_short(path)}{operation}", values)

    def cases(self, short: bool) -> list[SweepCase]:
        """A case for each value."""
        head = self.short if short else self.start.replace(" ", "")
        return [
            SweepCase(f"{head}{value}", (), (text := f"{self.start}{value}",), {self.path: value}, {text: Origin("--grid")})
            for value in self.values
        ]


def _short(path: str) -> str:
    """What a path is called in the names of cases: without its table or section, and without what stands for all."""
    try:
        parts = [part for part in split_path(path)[1:] if part != "*"]
    except OverrideError:  # said of the case
        return path
    return join_path(parts) if parts else path


def split_values(text: str) -> Iterator[str]:
    """Values between commas; commas in quotes, brackets and braces are part of a value."""
    value, depth, quote = "", 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "[{":
            depth += 1
        elif character in "]}":
            depth -= 1
        elif character == "," and depth <= 0:
            yield value.strip()
            value = ""
            continue
        value += character
    yield value.strip()


def each(names: Sequence[str]) -> list[SweepCase]:
    """A case for each scenario; `A+B` is both at once.

    Raises:
        UsageError: One stands twice.
    """
    cases = [_of_scenarios([part.strip() for part in name.split("+")], "--each") for name in names]
    check_names(cases)
    return cases


def combinations(names: Sequence[str]) -> list[SweepCase]:
    """Every combination of scenarios: none, each, every two and so on, applied in the order in which they are named.

    Raises:
        UsageError: One stands twice, or there are too many.
    """
    twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
    if twice is not None:
        raise UsageError(f"--combinations names {twice} twice")
    if 2 ** len(names) > MOST:
        raise UsageError(f"{len(names)} scenarios make {2 ** len(names):,} cases; a sweep has {MOST:,} at most: name fewer scenarios")
    return [_of_scenarios(some, "--combinations") for count in range(len(names) + 1) for some in subsets(names, count)]


def _of_scenarios(names: Sequence[str], option: str) -> SweepCase:
    return SweepCase("+".join(names), tuple(names), origins={name: Origin(option) for name in names})

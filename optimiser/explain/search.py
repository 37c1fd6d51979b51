"""The search: clashes, ways to break them all, and how far each figure has to give way for that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from optimiser.explain.clash import Catalogue, Filter
from optimiser.explain.hitting import hitting_sets
from optimiser.explain.items import Item
from optimiser.explain.least import Setting, least
from optimiser.explain.levers import Lever
from optimiser.explain.questions import Questions, StoppedError
from optimiser.explain.row_levers import levers_of_row
from optimiser.explain.rule_levers import levers_of_rule

FEW = 3
"""Where fewer ways come of figures, what has a figure is taken out altogether too."""
MOST_SINGLE, MOST_COMBINED = 40, 12
"""Ways to give way that are worked out: where one item is enough, and where it takes several."""
MOST_CLASHES = 10
"""Clashes that are looked for, once there is a way to break them all."""


@dataclass(frozen=True)
class Found:
    """A clash that was found.

    Attributes:
        items: What clashes.
        out: What is out when it alone is looked at: everything else.
        minimal: Whether each item is shown to be needed.
    """

    items: tuple[Item, ...]
    out: tuple[Item, ...]
    minimal: bool = True


@dataclass(frozen=True)
class Way:
    """A way to have a plan: figures that give way, and items that are taken out.

    Attributes:
        settings: The figures.
        gone: The items.
        overrides: The overrides.
    """

    settings: tuple[Setting, ...]
    gone: tuple[Item, ...]
    overrides: tuple[str, ...]


@dataclass
class Search:
    """What is known so far; it stays when the work is stopped.

    Attributes:
        questions: What has a plan.
        catalogue: What can be taken out.
        clashes: Clashes found.
        untried: What was left out, in words.
    """

    questions: Questions
    catalogue: Catalogue
    clashes: list[Found] = field(default_factory=list)
    untried: list[str] = field(default_factory=list)
    _levers: dict[Item, list[Lever]] = field(default_factory=dict)
    _alone: dict[tuple[int, Item, str], Setting | None] = field(default_factory=dict)

    def ways(self) -> Iterator[Way]:
        """Ways to have a plan, likely ones first; each is a plan of the whole instance, and no smaller change of a figure is.

        Raises:
            StoppedError: The time is over, or the work has been stopped.
        """
        done: set[tuple[str, ...]] = set()
        corrections = []
        for items in self._corrections():
            corrections.append(self._by_likelihood(list(items)))
            for way in self._loosened(corrections[-1], first=len(corrections) == 1):
                if way.overrides not in done:
                    done.add(way.overrides)
                    yield way
        for ordered in corrections:
            way = self._without(ordered)
            if len(done) < FEW and way.overrides not in done:
                done.add(way.overrides)
                yield way

    def _corrections(self) -> Iterator[frozenset[Item]]:
        """Sets of items without which there is a plan, none of them needless; clashes are found on the way.

        Each set has an item of every clash known. Where there still is no plan without it, there is another clash, and the sets are
        made anew.
        """
        tried: set[frozenset[Item]] = set()
        found = 0
        while True:
            fresh = (items for items in hitting_sets([self._by_likelihood(clash.items) for clash in self.clashes]) if items not in tried)
            items = next(fresh, None)
            if items is None:
                return
            most = MOST_SINGLE if len(items) == 1 else MOST_COMBINED
            if found >= most:
                self.untried.append(f"ways to give way beyond the {found} that were worked out, one item of each clash at a time")
                return
            tried.add(items)
            self.questions.about = "whether there is a plan without " + ", ".join(sorted(item.rule for item in items)) if items else ""
            answer = self.questions.has_plan(items)
            if answer is False and len(self.clashes) >= MOST_CLASHES and found:
                self.untried.append(f"whether there are clashes beyond these {len(self.clashes)}")
                return
            if answer is False:
                self._find(items)
            elif answer:
                found += 1
                yield items

    def _find(self, aside: frozenset[Item]) -> None:
        """Another clash, with some items set aside."""
        self.questions.about = f"clash {len(self.clashes) + 1}"
        search = Filter(self.catalogue, self.questions, sorted(aside, key=lambda item: item.key))
        try:
            items = search.clash()
        except StoppedError:
            self.clashes.append(Found(search.found, tuple(search.out), minimal=False))
            raise
        self.clashes.append(Found(items, tuple(search.out), search.minimal))

    def _by_likelihood(self, items: Sequence[Item]) -> list[Item]:
        """What would give way first: figures of rules, dates and capacities, what forbids, other rules, demands, and facts last."""
        return sorted(items, key=lambda item: (self._unlikely(item), item.key))

    def _unlikely(self, item: Item) -> int:
        if item.kind == "rule":
            return 2 if item.demand else 0 if self.levers(item) else 3
        if item.kind == "commitment":
            return 4 if item.demand else 2
        return {"contract": 1, "host_capacity": 1, "vehicle": 1, "can_host": 2, "group": 3}.get(item.kind, 5)

    def levers(self, item: Item) -> list[Lever]:
        """The figures with which an item can give way."""
        if item not in self._levers:
            graph = self.catalogue.graph
            self._levers[item] = levers_of_rule(graph, item) if item.kind == "rule" else levers_of_row(graph, item)
        return self._levers[item]

    def alone(self, number: int, lever: Lever) -> Setting | None:
        """The least change of a lever with which a clash by itself has a plan; None where no value has one."""
        key = (number, lever.item, lever.path)
        if key not in self._alone:
            self.questions.about = f"how far {lever.path} would have to go"
            self._alone[key] = least(self.questions, lever, list(self.clashes[number].out))
        return self._alone[key]

    def is_known(self, number: int, lever: Lever) -> bool:
        """Whether it has been asked how far a lever would have to go for a clash by itself."""
        return (number, lever.item, lever.path) in self._alone

    def _start(self, lever: Lever) -> int | None:
        """The first value that is enough for each clash that its item is in; None where one has none."""
        numbers = [number for number, clash in enumerate(self.clashes) if lever.item in clash.items and clash.minimal]
        narrow = self.levers(lever.item)[0] if lever.everywhere else lever
        found = [self.alone(number, narrow) for number in numbers]
        places = [lever.place_of(setting.value) if lever is not narrow else setting.place for setting in found if setting is not None]
        return None if len(places) < len(found) else max(places, default=0)

    def _without(self, items: Sequence[Item]) -> Way:
        """The items taken out."""
        return Way((), tuple(items), self.questions.overrides(items))

    def _loosened(self, items: Sequence[Item], *, first: bool) -> Iterator[Way]:
        """Ways to give way with some items: each figure as far as it must, with the rest; what has no figure that would do is out.

        One item may give way in several ways, such as for one service and for all; of several items only in the likeliest set.
        """
        if len(items) > 1:
            yield self._together(items)
            several = [item for item in items if first and len(self.levers(item)) > 1]
            yield from (self._together(items, otherwise=item) for item in several)
            return
        settings = [setting for lever in self.levers(items[0]) if (setting := self._least(lever, [], ())) is not None]
        for setting in settings:
            yield Way((setting,), (), self.questions.overrides((), setting.overrides))
        if not settings or items[0].kind == "commitment":
            yield self._without(items)

    def _together(self, items: Sequence[Item], otherwise: Item | None = None) -> Way:
        """Several items: one after another gives way as far as it must while those behind it are out; one with another lever, if given."""
        settings: list[Setting] = []
        gone: list[Item] = []
        for place, item in enumerate(items):
            figures = tuple(text for setting in settings for text in setting.overrides)
            rest = [*gone, *items[place + 1 :]]
            levers = self.levers(item)[1:] if item == otherwise else self.levers(item)
            found = (self._least(lever, rest, figures) for lever in levers)
            setting = next((one for one in found if one is not None), None)
            if setting is None:
                gone.append(item)
            else:
                settings.append(setting)
        return Way(
            tuple(settings), tuple(gone), self.questions.overrides(gone, [text for setting in settings for text in setting.overrides])
        )

    def _least(self, lever: Lever, without: list[Item], figures: tuple[str, ...]) -> Setting | None:
        start = self._start(lever)
        self.questions.about = f"how far {lever.path} has to go"
        return None if start is None else least(self.questions, lever, without, figures, start)

"""A clash: items that cannot all be had, while without any one of them there is a plan. Found by a deletion filter.

What is taken out while there still is no plan stays out; what is needed for that stays in (Chinneck and Dravnieks, 1991). Rules and
tables go first, as wholes and in halves; of what is left the services, parts and rows, in turn. At the end each item is taken out of
what is left once more, until nothing more can go: so what is claimed is what was solved, even where an item gives as well as asks, as
what is live does. A rule or a table of which many finer items are needed stays one item: a list of forty contracts tells nobody anything.
So does, at once, what has many while something is asked of the whole programme, to which every one of them adds its pounds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from instances import Instance
from instances.graph import CouncilGraph, council_graph
from optimiser.explain.data_items import JUDGED, judged_by
from optimiser.explain.items import Item
from optimiser.explain.questions import Questions
from optimiser.explain.row_items import TABLES, by_service, commitments, grouped_tables, rows_of
from optimiser.explain.rule_items import ASKING, grouped_rules, parts_of, whole_rule, whole_rules

MOST_FINE = 8
"""Of an item that falls into more finer ones that are needed none is told: it stays whole."""


@dataclass(frozen=True)
class Catalogue:
    """All that can be taken out of an instance, coarse and fine."""

    instance: Instance

    @cached_property
    def graph(self) -> CouncilGraph:
        """The council graph of the instance as it is."""
        return council_graph(self.instance)

    @cached_property
    def coarse(self) -> list[Item]:
        """Rules and tables as wholes, and the commitments; what makes a question about all of the instance comes first, demands last."""
        decided = commitments(self.instance)
        return [*whole_rules(self.instance), *grouped_rules(self.instance), *grouped_tables(self.instance), *decided]

    def finer(self, item: Item) -> list[Item]:
        """The items that an item stands for; it is among them if it stays one beside the data that it judges."""
        if item.kind == "group":
            found = rows_of(self.instance, item.rule) if item.rule in TABLES else parts_of(self.graph, item.rule)
            return by_service(found, self.graph)
        if item.kind == "rule" and item.rule in JUDGED:
            return [item, *judged_by(self.graph, item)]
        return [item]

    def whole(self, item: Item) -> Item:
        """What is told of an item that stays whole."""
        return whole_rule(self.instance, item.rule) if item.kind == "group" and item.rule not in TABLES else item


class _TooFineError(Exception):
    """More finer items are needed than anybody reads."""


@dataclass
class Filter:
    """One search for a clash, in what is left of an instance when some items are set aside.

    Attributes:
        catalogue: What can be taken out.
        questions: What has a plan.
        out: What is out.
        kept: What is in, of which no plan is known to come.
        minimal: Whether each item that is in is shown to be needed, once the search is over.
    """

    catalogue: Catalogue
    questions: Questions
    out: list[Item]
    kept: list[Item] = field(init=False)
    minimal: bool = False
    _needed: int = 0

    def __post_init__(self) -> None:
        """All that is not set aside is in."""
        self.kept = [item for item in self.catalogue.coarse if item not in self.out]

    def clash(self) -> tuple[Item, ...]:
        """Items that clash, the demands first.

        Raises:
            StoppedError: The time is over; `kept` still clashes, but may hold what is not needed.
        """
        for chunk in self._chunks():
            self._needed = -len(chunk)
            self._delete(chunk)
        done: set[Item] = set()
        while (item := next((item for item in self.kept if item not in done), None)) is not None:
            self._refine(item, done)
        self._until_nothing_goes()
        return self.found

    @property
    def found(self) -> tuple[Item, ...]:
        """What is in, the demands first."""
        return tuple(sorted(self.kept, key=lambda item: item.key))

    def _chunks(self) -> Iterable[Sequence[Item]]:
        """The rules that ask for partnerships anywhere one by one, all other rules and tables, then what is decided."""
        whole = {"minimum_total_saving", "no_council_worse_off", "each_hosts"}
        yield from ([item] for item in list(self.kept) if item.rule in whole)
        yield [item for item in self.kept if item.rule not in whole and not item.demand]
        yield [item for item in self.kept if item.kind == "commitment" and item.demand]

    def _delete(self, chunk: Sequence[Item], *, needed: bool = False) -> None:
        """Take out of a chunk what is not needed: all of it, or else by halves.

        Args:
            chunk: Items that are in.
            needed: Whether it is known that not all of it can go.
        """
        if not chunk:
            return
        if not needed and self._clashes_without(chunk):
            self._take_out(chunk)
        elif len(chunk) == 1:
            self._needed += 1
            if self._needed > MOST_FINE:
                raise _TooFineError
        else:
            half = len(chunk) // 2
            self._delete(chunk[:half])
            self._delete(chunk[half:], needed=not any(item in self.kept for item in chunk[:half]))

    def _clashes_without(self, chunk: Sequence[Item]) -> bool:
        """Whether there is no plan without a chunk either; not where that is not known."""
        return self.questions.has_plan([*self.out, *chunk]) is False

    def _take_out(self, chunk: Iterable[Item]) -> None:
        gone = list(chunk)
        self.out += gone
        self.kept = [item for item in self.kept if item not in gone]

    def _refine(self, item: Item, done: set[Item]) -> None:
        """Put the finer items in the place of an item, and take out those that are not needed; unless too many are."""
        out, kept = list(self.out), list(self.kept)
        finer = [one for one in self.catalogue.finer(item) if one not in self.out and (one == item or one not in self.kept)]
        place = self.kept.index(item)
        self.kept[place : place + 1] = finer
        if finer == [item]:
            done.add(item)
            return
        done |= {item} & set(finer)
        self._needed = 0
        try:
            if len(finer) > MOST_FINE and any(one.rule in ASKING for one in kept):
                raise _TooFineError
            self._delete([one for one in finer if one != item], needed=item not in finer)
        except _TooFineError:
            whole = self.catalogue.whole(item)
            self.out, self.kept = out, [whole if one == item else one for one in kept]
            done.add(whole)

    def _until_nothing_goes(self) -> None:
        """Take out one item after another, until each is needed."""
        going = True
        while going:
            going = False
            for item in list(self.kept):
                if self._clashes_without([item]):
                    self._take_out([item])
                    going = True
        self.minimal = all(self.questions.has_plan([*self.out, item]) for item in self.kept)

"""What was found, as the explanation reports it: clashes with what each item asks, changes with how far they go."""

from __future__ import annotations

from typing import Any

from optimiser.explain.explanation import Change, Clash, ClashItem
from optimiser.explain.items import Item
from optimiser.explain.least import Setting
from optimiser.explain.search import Found, Search, Way
from optimiser.explain.sentences import asks, name_of, needs, scope_of
from optimiser.explain.words import amount, change, far_enough


def reported_clash(search: Search, number: int, *, ask: bool) -> Clash:
    """A clash.

    Args:
        search: What is known.
        number: The clash, counted from 0.
        ask: Whether to ask how far each figure would have to go, where that is not known yet.

    Raises:
        StoppedError: The time is over, or the work has been stopped.
    """
    found = search.clashes[number]
    named = {name for item in found.items for name in (item.council, item.other) if name}
    return Clash(items=tuple(_item(search, found, number, item, named, ask) for item in found.items), minimal=found.minimal)


def _item(search: Search, found: Found, number: int, item: Item, named: set[str], ask: bool) -> ClashItem:
    lever = next(iter(search.levers(item)), None)
    setting = None
    if lever is not None and found.minimal and (ask or search.is_known(number, lever)):
        setting = search.alone(number, lever)
    says = asks(search.catalogue.graph, item)
    if setting is not None and item.kind not in ("pair", "distance", "performance"):
        says = f"{says}; {needs(search.catalogue.graph, item, setting.value, setting.lever.unit, named)}"
    return ClashItem(
        rule=item.rule,
        scope=scope_of(item),
        service=item.service,
        council=item.council,
        other=item.other,
        demand=item.demand,
        table=item.table,
        row=item.row,
        column=item.column,
        value=item.value,
        needed=None if setting is None else _plain(setting.value),
        unit=item.unit,
        says=says,
        overrides=search.questions.overrides([item]),
    )


def reported_changes(way: Way) -> tuple[Change, ...]:
    """What a way to have a plan changes."""
    return (*(_figure(setting) for setting in way.settings), *(_gone(item) for item in way.gone))


def _figure(setting: Setting) -> Change:
    lever = setting.lever
    step, words = change(lever.old, setting.value, lever.unit)
    for_all = " for all services" if lever.everywhere else ""
    name = (
        name_of(lever.item)
        if not lever.everywhere or not lever.item.service
        else name_of(lever.item).removesuffix(f" for {lever.item.service}")
    )
    before = f" instead of {'none' if lever.old is None else amount(lever.old, lever.unit)}"
    what = f"{name}{for_all}"
    far = f" ({words})" if words else ""
    return Change(
        what=what,
        old=_plain(lever.old),
        new=_plain(setting.value),
        change=step,
        unit=lever.unit,
        words=f"{what}{_which(lever.path, lever.item)}: {far_enough(lever.old, setting.value, lever.unit)}{before}{far}",
        within=setting.within,
    )


def _which(path: str, item: Item) -> str:
    """The column that changes, where an item has several."""
    column = path.rpartition(".")[2]
    return f", {column}" if item.kind in ("contract", "commitment") or column in ("year", "periods", "after_back_office") else ""


def _gone(item: Item) -> Change:
    value = _plain(item.value) if item.kind != "commitment" else None
    return Change(
        what=name_of(item),
        old=value,
        new=None,
        change=None,
        unit=item.unit,
        words=f"without {name_of(item)}{f' ({scope_of(item)})' if item.kind == 'commitment' else ''}",
    )


def _plain(value: Any) -> Any:
    """A figure as JSON has it."""
    return value if value is None or isinstance(value, bool | int | float | str) or hasattr(value, "isoformat") else None

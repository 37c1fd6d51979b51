"""How configurations differ, in words."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from small import TWO_SERVICES, shire

from instances import Instance
from instances.asked import Configuration
from optimiser.differences import differences, listed

COUNCILS = ("Ash", "Elm", "Oak", "Yew")


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    """Four councils run payroll, two of them waste, which has a name of its own."""
    services = "service, name\npayroll, \nwaste, Waste collection\n"
    return shire(tmp_path, **(TWO_SERVICES | {"services": services}))


def at(*groups: str, service: str = "payroll", **options: str) -> Configuration:
    """Partnerships as text, the host first, and alternatives by council."""
    found = {(council, service): (group.split()[0], "") for group in groups for council in group.split()}
    return found | {(council, service): ("", option) for council, option in options.items()}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (at("Ash Elm"), at("Ash Elm"), None),
        (at(), at("Ash Elm Oak"), "now shared by Ash (host), Elm and Oak"),
        (at("Ash Elm"), at(), "no longer shared by Ash (host) and Elm"),
        (at("Ash Elm Oak"), at("Elm Ash Oak"), "host Elm in place of Ash"),
        (at("Ash Elm Oak"), at("Ash Elm"), "Oak leaves"),
        (at("Ash Elm Oak Yew"), at("Ash Elm"), "Oak and Yew leave"),
        (at("Ash Elm"), at("Ash Elm Yew"), "Yew joins"),
        (at("Ash Elm Oak"), at("Elm Ash Yew"), "host Elm in place of Ash; Yew joins; Oak leaves"),
        (at("Ash Oak", "Elm Yew"), at("Ash Oak Yew"), "Elm's partnership with Yew ends; Yew with Ash in place of Elm"),
        (at("Ash Oak Yew"), at("Ash Oak", "Elm Yew"), "now shared by Elm (host) and Yew"),
        (at("Ash Oak", "Elm Yew"), at("Ash Yew", "Elm Oak"), "Yew with Ash in place of Elm; Oak with Elm in place of Ash"),
        (at("Ash Oak", "Elm Yew"), at("Ash Oak"), "no longer shared by Elm (host) and Yew"),
        (at("Ash Oak Yew", "Elm"), at("Ash Oak", "Elm"), "Yew leaves Ash"),
        (at("Ash Oak"), at("Elm Ash Oak Yew"), "host Elm in place of Ash; Elm and Yew join"),
        (at("Ash Oak"), at("Elm Ash"), "now shared by Elm (host) and Ash; Ash's partnership with Oak ends"),
        (at(), at(Oak="buy_in"), "Oak takes buy in"),
        (at("Ash Elm Oak"), at("Ash Elm", Oak="buy_in"), "Oak takes buy in in place of sharing with Ash"),
        (at(Oak="buy_in"), at(Oak="sell"), "Oak takes sell in place of buy in"),
        (at(Oak="buy_in"), at(), "Oak no longer takes buy in"),
        (at("Ash Elm", Oak="buy_in"), at("Ash Elm Oak"), "Oak joins; Oak no longer takes buy in"),
        (at("Fir Elm Oak"), at("Fir Elm"), "Oak leaves"),  # a host that is no council of the instance any more
    ],
)
def test_words(instance: Instance, before: Configuration, after: Configuration, words: str | None) -> None:
    """Partnerships, then who comes and goes, then alternatives."""
    assert differences(instance, before, after) == ([] if words is None else [f"payroll: {words}"])


def test_services_that_differ_alike_share_a_sentence(instance: Instance) -> None:
    """By their names, in the order of the services; else each has its own."""
    both = {**at("Ash Elm"), **at("Ash Elm", service="waste")}
    assert differences(instance, {}, both) == ["payroll and Waste collection: now shared by Ash (host) and Elm"]
    assert differences(instance, at("Ash Elm"), at("Ash Elm", service="waste")) == [
        "payroll: no longer shared by Ash (host) and Elm",
        "Waste collection: now shared by Ash (host) and Elm",
    ]


def test_what_the_instance_does_not_have_is_left_out(instance: Instance) -> None:
    """Councils that are gone, services that they do not run."""
    assert differences(instance, at("Fir Gum"), at("Ash Elm", service="parks")) == []
    assert differences(instance, at("Yew", service="waste"), {}) == []


def drawn(rng: Random) -> Configuration:
    """Anybody with anybody, as far as a host is with itself."""
    hosts = [c for c in COUNCILS if rng.random() < 0.5]
    found = {(c, "payroll"): (c, "") for c in hosts}
    for c in COUNCILS:
        way = rng.choice(["share", "share", "option", "nothing"])
        if c not in hosts and way == "option":
            found[c, "payroll"] = ("", rng.choice(["buy_in", "sell"]))
        elif c not in hosts and hosts and way == "share":
            found[c, "payroll"] = (rng.choice(hosts), "")
    return found


def test_every_change_is_told(instance: Instance) -> None:
    """Of random configurations: nothing is said where they are the same, and every council that comes, goes or moves is named."""
    for seed in range(1000):
        rng = Random(seed)
        before, after = drawn(rng), drawn(rng)
        (words,) = differences(instance, before, after) or [""]
        assert bool(words) == (before != after)
        for council in COUNCILS:
            one, other = (found.get((council, "payroll"), ("", "")) for found in (before, after))
            told = council in words or f"host {other[0]} in place of {one[0]}" in words
            assert told or one == other, (seed, before, after, words)


def test_listed() -> None:
    """As in a sentence."""
    assert [listed(names) for names in (["A"], ["A", "B"], ["A", "B", "C"])] == ["A", "A and B", "A, B and C"]

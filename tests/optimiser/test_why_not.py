"""Why not that: against enumeration, and each thing that forbids a move by hand, with the figure that it would take."""

from __future__ import annotations

import json
import threading
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from oracle import Found, every_plan
from small import TWO_SERVICES, shire
from tiny import write_tiny
from typer.testing import CliRunner

from instances import Instance, apply, read
from instances.asked import Includes
from instances.graph import council_graph
from optimiser import solve
from optimiser.cli import app
from optimiser.errors import InfeasibleError, UsageError
from optimiser.feasible import named_moves
from optimiser.why_not import asking, why_not
from optimiser.why_not.refusals import refusals
from optimiser.why_not.report import headline

MOST = 3_000
SAVES = "duplication_avoided = 0.5\nprocess_saving = 0.1"
CONTRACT = "council, service, expires, break_from\n"
TWO = "council, service, decision, other, go_live\n"


def has(found: Found, asked: Includes) -> bool:
    """Whether an enumerated plan has what is asked about."""
    return any(
        (m.council, m.service) == (asked.council, asked.service) and asked.host in (None, m.host) and asked.tranche in (None, m.tranche)
        for m in found.plan.moves
    )


def questions(instance: Instance, rng: Random) -> list[Includes]:
    """Some of all that may be asked of an instance; whether it exists or not."""
    councils, services = list(instance.councils), list(instance.services)
    last = instance.calendar.tranches - 1
    return [
        Includes(rng.choice(councils), rng.choice(services), rng.choice([None, *councils]), rng.choice([None, rng.randint(0, last)]))
        for _ in range(4)
    ]


@pytest.mark.parametrize("seeds", [pytest.param(range(3), id="fast"), pytest.param(range(3, 9), id="more", marks=pytest.mark.long)])
def test_answers_agree_with_enumeration(tmp_path: Path, seeds: range) -> None:
    """What it costs, what it is worth, whether there is a plan with it at all; and every answer is given at least once."""
    given: dict[str, int] = {}
    for seed in seeds:
        folder = tmp_path / str(seed)
        write_tiny(folder, seed)
        plans = list(islice(every_plan(folder), MOST + 1))
        if not plans or len(plans) > MOST:
            continue
        instance, best = read(folder), max(found.npv for found in plans)
        for asked in questions(instance, Random(seed)):
            answer = why_not(instance, asked.council, asked.service, asked.host, asked.tranche).document
            given[answer.status] = given.get(answer.status, 0) + 1
            assert answer.npv == pytest.approx(best, abs=0.01), (seed, asked)
            in_plan = answer.status in ("in_plan", "demanded")
            others = [found.npv for found in plans if has(found, asked) != in_plan]
            assert (answer.other_npv is None) == (not others), (seed, asked)
            if others:
                assert answer.other_npv == pytest.approx(max(others), abs=0.01), (seed, asked)
                assert answer.lost == pytest.approx(best - max(others), abs=0.02)
            else:
                explained = answer.explanation
                assert explained is not None
                assert explained.status == "infeasible"
    assert {"costs", "in_plan", "impossible"} <= given.keys()


def test_what_does_not_exist_has_a_reason(tmp_path: Path) -> None:
    """Whatever a council of a random instance has no move for at all, something is named that forbids it to each host or any."""
    none = 0
    for seed in range(60):
        write_tiny(tmp_path / str(seed), seed)
        graph = council_graph(read(tmp_path / str(seed)))
        for council, service in graph.baseline_position:
            asked = Includes(council, service)
            if not named_moves(graph, asked).empty:
                continue
            none += 1
            found = refusals(graph, asked)
            hosts = {one.host for one in found}
            assert None in hosts or {other for other in graph.runs[service] if other != council} <= hosts, (seed, asked)
    assert none > 10


FORBIDDEN = {
    "maximum_distance": (
        ("Yew", "payroll", "Ash"),
        {"rules": "maximum_distance = 20"},
        "maximum_distance: Yew to Ash is 33.36 km, at most 20 km is allowed; it would have to be 33.36 km",
        "rules.maximum_distance = {needed}",
    ),
    "compatibility": (
        ("Elm", "payroll", "Ash"),
        {"rules": "compatibility = { minimum = 0.5 }", "compatibility": "council_a, council_b, score\nAsh, Elm, 0.4\n"},
        "compatibility: Elm and Ash score 0.4 for payroll, at least 0.5 is asked; the minimum would have to be 0.4, or the score 0.5",
        "rules.compatibility.minimum = {needed}",
    ),
    "veto": (
        ("Elm", "payroll", "Ash"),
        {"rules": "compatibility = { minimum = 0.3 }", "compatibility": "council_a, council_b, score\nAsh, Elm, 0\n"},
        "compatibility: Elm and Ash score 0 for payroll, a veto, whatever the minimum; the score would have to be above 0 and at least 0.3",
        'compatibility.Ash.Elm."".score = {needed}',
    ),
    "can_host": (("Elm", "payroll", "Oak"), {}, "Oak may not host payroll", "baselines.Oak.payroll.can_host = {needed}"),
    "contract_timing": (
        ("Elm", "payroll", "Ash"),
        {"contracts": CONTRACT + "Elm, payroll, 2030-04-01, 2029-01-01\n"},
        "contract_timing: Elm cannot go live with payroll in any tranche, the last of which begins on 1 April 2027: its contract runs "
        "until 1 April 2030 and can be broken from 1 January 2029; it would have to end, or be breakable, on 1 April 2027 or before",
        "contracts.Elm.payroll.break_from = {needed}",
    ),
    "contract of the host": (
        ("Elm", "payroll", "Ash", 0),
        {"contracts": CONTRACT + "Ash, payroll, 2027-04-01,\n"},
        "contract_timing: Ash cannot host payroll by 1 April 2026: its contract runs until 1 April 2027 and cannot be broken; "
        "it would have to end, or be breakable, on 1 April 2026 or before",
        "contracts.Ash.payroll.expires = {needed}",
    ),
    "stays_out": (
        ("Elm", "payroll", "Ash"),
        {"commitments": TWO + "Elm, , stays_out, ,\n"},
        "commitments: Elm stays out of sharing any service",
        "commitments.Elm.* = off",
    ),
    "host stays_out": (
        ("Elm", "payroll", "Ash"),
        {"commitments": TWO + "Ash, payroll, stays_out, ,\n"},
        "commitments: Ash stays out of sharing payroll",
        "commitments.Ash.payroll = off",
    ),
    "never_with": (
        ("Elm", "payroll", "Ash"),
        {"commitments": TWO + "Ash, payroll, never_with, Elm,\n"},
        "commitments: Ash and Elm are never in one partnership for payroll",
        "commitments.Ash.payroll = off",
    ),
    "not_before": (
        ("Elm", "payroll", "Ash", 0),
        {"commitments": TWO + "Elm, payroll, not_before, , 2027-01-01\n"},
        "commitments: Elm does not go live with payroll before 1 January 2027",
        "commitments.Elm.payroll = off",
    ),
    "hosts": (
        ("Elm", "payroll", "Ash"),
        {"commitments": TWO + "Elm, payroll, hosts, ,\n"},
        "commitments: Elm is to host payroll",
        "commitments.Elm.payroll = off",
    ),
    "shares_with another": (
        ("Oak", "payroll", "Elm"),
        {"commitments": TWO + "Oak, payroll, shares_with, Ash,\n"},
        "commitments: Oak is to share payroll with Ash",
        "commitments.Oak.payroll = off",
    ),
    "host shares_with": (
        ("Ash", "payroll", "Elm"),
        {"commitments": TWO + "Elm, payroll, shares_with, Ash,\n"},
        "commitments: Elm is to share payroll with Ash",
        "commitments.Elm.payroll = off",
    ),
    "dated": (
        ("Elm", "payroll", None, 0),
        {"commitments": TWO + "Elm, payroll, shares_with, Ash, 2027-04-01\n"},
        "commitments: Elm is to share payroll with Ash, from 1 April 2027",
        "commitments.Elm.payroll = off",
    ),
    "live elsewhere": (
        ("Oak", "payroll", "Elm"),
        {"commitments": TWO + "Oak, payroll, live, Ash, 2024-04-01\nAsh, payroll, live, Ash, 2024-04-01\n"},
        "commitments: Oak is live with Ash for payroll",
        "commitments.Oak.payroll = off",
    ),
}


@pytest.mark.parametrize(("about", "given", "says", "lifts"), FORBIDDEN.values(), ids=list(FORBIDDEN))
def test_what_forbids_a_move_is_named_with_the_value_it_would_take(
    tmp_path: Path, about: tuple[str, ...], given: dict[str, str], says: str, lifts: str
) -> None:
    """By hand; and with the figure that is named, or without the row, the move exists."""
    instance = shire(tmp_path, economics=SAVES, **given)
    asked = Includes(*about)  # type: ignore[arg-type]
    assert named_moves(council_graph(instance), asked).empty
    (found,) = refusals(council_graph(instance), asked)
    assert found.says == says
    needed = str(found.needed).lower() if isinstance(found.needed, bool) else found.needed
    mended = apply(instance, overrides=[lifts.format(needed=needed)])
    assert not named_moves(council_graph(mended), asked).empty


QUALITY = {
    "rules": "quality = {{ {} }}",
    "baselines": "council, service, annual_cost, fixed_cost, can_host, performance\n"
    "Ash, payroll, 100000, 40000, yes, 0.6\nElm, payroll, 150000, 50000, yes, 0.8\n",
    "councils": "council, latitude, longitude\nAsh, 51.0, 0.0\nElm, 51.1, 0.0\n",
}


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("minimum = 0.7", "quality: Ash performs at 0.6 in payroll, at least 0.7 is asked"),
        ("tolerance = 0.1", "quality: Ash performs at 0.6 in payroll, at least 0.7 is asked, and Elm may lose no more than the tolerance"),
    ],
)
def test_quality(tmp_path: Path, rule: str, says: str) -> None:
    """The host performs too badly, at all or for the member; the value that it would need is named once for each."""
    instance = shire(tmp_path, **{**QUALITY, "rules": QUALITY["rules"].format(rule)})
    found = refusals(council_graph(instance), Includes("Elm", "payroll", "Ash"))
    assert says in [one.says for one in found]
    assert [one.needed for one in found] == [pytest.approx(0.7)] * len(found)


def test_several_things_are_all_named(tmp_path: Path) -> None:
    """A contract, the distance and a decision; without a host, host by host."""
    instance = shire(
        tmp_path,
        rules="maximum_distance = 20",
        contracts=CONTRACT + "Yew, payroll, 2030-04-01,\n",
        commitments=TWO + "Ash, payroll, never_with, Yew,\n",
    )
    found = refusals(council_graph(instance), Includes("Yew", "payroll", "Ash"))
    assert [one.rule for one in found] == ["contract_timing", "maximum_distance", "commitments"]
    assert [one.row for one in found] == [2, None, 2]
    assert [one.rule for one in refusals(council_graph(instance), Includes("Yew", "payroll"))] == ["contract_timing"]
    free = apply(instance, overrides=["contracts.Yew.payroll = off"])
    by_host = [(one.host, one.rule) for one in refusals(council_graph(free), Includes("Yew", "payroll"))]
    assert by_host == [
        ("Ash", "maximum_distance"),
        ("Ash", "commitments"),
        ("Elm", "maximum_distance"),
        ("Oak", "can_host"),
        ("Yew", "can_host"),
    ]


def test_a_council_that_does_not_run_the_service(tmp_path: Path) -> None:
    """As the council or as the host; and a service that nobody else runs."""
    instance = shire(tmp_path, **TWO_SERVICES)
    for asked, who in ((Includes("Oak", "waste"), "Oak"), (Includes("Ash", "waste", "Yew"), "Yew")):
        assert [one.says for one in refusals(council_graph(instance), asked)] == [
            f"{who} does not run waste: baselines.csv has no row for it"
        ]
    answer = why_not(instance, "Oak", "waste")
    assert answer.status == "impossible"
    assert answer.document.explanation is not None
    assert [clash.items for clash in answer.document.explanation.clash_list] == [()]
    assert not answer.document.explanation.repair_list


def test_east_kent() -> None:
    """Thanet as host against the next best; Shepway is out by a decision, and without it the plan is worth what the report says."""
    instance = read("east-kent")
    answer = why_not(instance, "Dover", "building_control", "Dover")
    assert answer.status == "costs"
    assert answer.lost == pytest.approx(answer.document.npv - (answer.document.other_npv or 0.0))
    assert answer.document.differences == ("Building control: host Dover in place of Thanet",)
    assert answer.heads["difference"].sum() == pytest.approx(-(answer.lost or 0.0), abs=0.05)
    assert answer.councils["difference"].sum() == pytest.approx(-(answer.lost or 0.0), abs=0.05)
    moved = answer.arrangements[answer.arrangements["host"] != answer.arrangements["other_host"]]
    assert set(moved["service"]) == {"building_control"}
    shepway = why_not(instance, "Shepway", "planning")
    assert shepway.refusals["rule"].tolist() == ["commitments"]
    explained = shepway.document.explanation
    assert explained is not None
    lifted = 'commitments.Shepway."".stays_out."" = off'
    assert explained.repair_list
    assert all(lifted in repair.overrides for repair in explained.repair_list)
    assert "services.planning.minimum_saving = 0.0511" in explained.repair_list[0].overrides


def test_a_tranche_is_a_number_or_a_date() -> None:
    """And what only moves in time is said as such."""
    by_number, by_date = (why_not(read("east-kent"), "Dover", "planning", tranche=when) for when in (2, "2013-04-01"))
    assert by_number.document == by_date.document
    assert str(by_number.document.go_live) == "2013-04-01"


def test_what_every_plan_has_is_demanded(tmp_path: Path) -> None:
    """The clash is the commitment."""
    instance = shire(tmp_path, economics=SAVES, commitments=TWO + "Oak, payroll, shares_with, Ash,\n")
    answer = why_not(instance, "Oak", "payroll", "Ash")
    assert (answer.status, answer.lost) == ("demanded", None)
    assert answer.document.explanation is not None
    assert [item.rule for clash in answer.document.explanation.clash_list for item in clash.items] == ["commitments"]


def test_a_wrong_question_names_every_fault() -> None:
    """With the nearest name."""
    with pytest.raises(UsageError) as error:
        why_not(read("east-kent"), "Dovr", "plannning", "Atlantis", "2011-05-01")
    assert str(error.value).splitlines() == [
        "--council Dovr is not in the instance; did you mean Dover?",
        "--service plannning is not in the instance; did you mean planning?",
        "--host Atlantis is not in the instance; there are Canterbury, Dover, Shepway, Thanet",
        "--tranche 2011-05-01 is not a tranche; write a number from 0 to 2, or the first day of one, from 2011-04-01 to 2013-04-01",
    ]


def test_without_any_plan_there_is_nothing_to_compare(tmp_path: Path) -> None:
    """What clashes in the instance itself comes first."""
    instance = shire(tmp_path, rules="maximum_distance = 20", commitments=TWO + "Yew, payroll, shares_with, Ash,\n")
    with pytest.raises(InfeasibleError):
        why_not(instance, "Elm", "payroll")


def run(*arguments: str) -> tuple[int, str, str]:
    """The command."""
    result = CliRunner().invoke(app, ["explain", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_command(tmp_path: Path) -> None:
    """Sentences, files, JSON; 0 where it can be had, 3 where no plan has it."""
    code, out, _ = run(
        "east-kent", "--council", "Dover", "--service", "building_control", "--host", "Dover", "--out", str(tmp_path / "out")
    )
    assert code == 0
    assert (
        "It can be had that Dover hosts building_control. The best plan with it is worth £11,857,720 (NPV), ours £11,910,886: £53,166 less."
        in (" ".join(out.split()))
    )
    assert "Building control: host Dover in place of Thanet." in out
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "arrangements.csv",
        "councils.csv",
        "heads.csv",
        "manifest.json",
        "refusals.csv",
        "why_not.json",
    ]
    code, out, _ = run("east-kent", "--council", "Shepway", "--service", "planning", "--json")
    assert code == 3
    document = json.loads(out)
    assert document["status"] == "impossible"
    assert document["refusals"][0]["row"] == 2


def test_the_command_refuses_half_a_question() -> None:
    """A host without a council, a council without a service."""
    for given, missing in ((("--host", "Dover"), "--council"), (("--council", "Dover"), "--service")):
        code, _, error = run("east-kent", *given)
        assert code == 2
        assert f"{missing} is missing; a question is --council C --service S [--host H]" in error


def test_a_stop_keeps_what_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Stopped once the plan is there: it is unknown what the other costs, or what would make room for it; the plan is told."""
    instance, plan = read("east-kent"), solve(read("east-kent"))
    monkeypatch.setattr(asking, "solve", lambda *given, **changes: plan)
    stopped = threading.Event()
    stopped.set()
    unknown = why_not(instance, "Dover", "building_control", "Dover", interrupt=stopped).document
    assert (unknown.status, unknown.npv, unknown.lost, unknown.other) == ("unknown", plan.npv, None, None)
    assert next(headline(unknown)).startswith("Whether a plan is possible in which Dover hosts building_control was not known")
    refused = why_not(instance, "Shepway", "planning", interrupt=stopped).document
    assert (refused.status, refused.explanation) == ("impossible", None)

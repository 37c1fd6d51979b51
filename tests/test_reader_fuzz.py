"""Whatever stands in the files or behind --set, reading ends with an instance or with InstanceError, never otherwise.

And what the reader lets through, the rest can work with: an instance that reads can be priced.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from formulations import price
from instances import Instance, InstanceError, apply, read
from instances.tables import TABLES

BASE = Path(__file__).parent / "malformed" / "base"
FILES = {path.name: path.read_bytes() for path in sorted(BASE.iterdir())}
SOUND = read(BASE)

NASTY = [
    "", " ", "0", "-1", "1", "2", "0.5", "1e308", "1e999", "-1e-320", "nan", "inf", "1_000", "£1,234.50", "12,5", "10%", "١٢", "½", "0x10",
    "true", "no", "Ash", "Elm", "Yew", "ash", "payroll", "waste", "*", ".", "..", '"', '""', "'", ",", ";", "\t", "\n", "\r\n", "\0", "\u00a0",
    "\u200b", "\ufeff", "\ud800", "é", "#N/A", "=1+1", "2027-04-01", "2027-10-01", "0001-01-01", "9999-12-31", "2031-02-30", "31/03/2027",
    "live", "hosts", "together", "never_with", "shares_with", "stays_out", "not_before", "back_office", "0.4;0.8;1", ";", "1;", "x" * 300,
    "council", "service", "annual_cost", "source", "company", "lead_authority", "payroll;waste", "payroll;;x", "outsource", "2028/29",
]  # fmt: skip
TOML_VALUES = [
    "0", "1", "-1", "3", "12", "0.5", "-0.99", "1e308", "inf", "nan", "-inf", "true", "false", '""', '"x"', '"0.5"', "2027-04-01",
    "9999-12-31", "0001-01-01", "07:32:00", "2027-04-01T00:00:00Z", "[]", "[0.5]", "[[]]", "[1, 2]", '["a"]', "[2, 1]", "{}",
    "{ a = 1 }", "{ km = 4 }", "{ minutes = 4 }", "{ minimum = 2 }", "{ minimum = 0.5, tolerance = 0.1 }", "{ payroll = 1 }",
    '{ "2027-04-01" = 0.03 }', "{ low = 0.1, high = 0.2 }", '["rules.maximum_distance = off"]', '["x"]', "9" * 400, "0x10",
    '["payroll"]', '["payroll", "waste"]', '[["payroll", "waste"]]', '"compensated"', '"where_it_falls"', "{ amount = 1, year = 2 }",
    "{ amount = 1e15, year = 5 }", '{ programme = { "2027/28" = 5 } }', "{ council = 9e5, total = 1 }", '{ programme = { "2050/51" = 5 } }',
    '[{ service = "waste", after = ["payroll"], periods = 1 }]', '[{ service = "payroll", after = ["payroll"], periods = 0 }]',
    '[{ category = "front_line", after_back_office = 1, periods = 2 }]', '[{ category = "management", after_back_office = 9, periods = 1 }]',
    '[{ service = "waste", after = ["x"], periods = 1e9 }, { service = "payroll", after = ["waste"], periods = 0 }]', "[{}]",
]  # fmt: skip
KEYS = [
    "title", "start", "period_months", "tranches", "horizon_years", "discount_rate", "phase_in", "growth", "turnover", "optimism_bias",
    "maximum_distance", "maximum_span", "compatibility", "quality", "partnership_size", "maximum_partnerships", "minimum_saving",
    "delivery_capacity", "contract_timing", "payback", "convergence", "contiguity", "minimum_total_saving", "no_council_worse_off",
    "investment_limit", "programme_capacity", "onboarding_capacity", "hosting_limit", "each_hosts", "sequencing", "bundle", "partner_limit", "distance_cost", "compatibility_weights", "zzz", '"a.b"', '""',
    '"economics.growth"', "baselines.Ash.payroll.annual_cost", "overrides", "low",
]  # fmt: skip

cells = st.sampled_from(NASTY) | st.text(max_size=6)
tables = st.sampled_from(sorted(name for name in FILES if name.endswith(".csv")))
places = st.integers(0, 40)
mutations = st.one_of(
    st.tuples(st.just("cell"), tables, places, places, cells),
    st.tuples(st.just("cell"), tables, places, places, cells),
    st.tuples(st.just("line"), st.sampled_from(sorted(FILES)), places, places, st.sampled_from(["drop", "double", "swap", "cut"])),
    st.tuples(st.just("bytes"), st.sampled_from(sorted(FILES)), st.integers(0, 2000), st.integers(0, 5), st.binary(max_size=4)),
    st.tuples(
        st.just("file"), st.sampled_from(sorted(FILES)), st.just(0), st.just(0), st.sampled_from(["drop", "empty", "rename", "utf-16"])
    ),
    st.tuples(st.just("toml"), st.just("instance.toml"), places, st.sampled_from(KEYS), st.sampled_from(TOML_VALUES)),
    st.tuples(st.just("toml"), st.just("instance.toml"), places, st.sampled_from(["", *KEYS]), st.sampled_from(TOML_VALUES)),
    st.tuples(st.just("row"), st.sampled_from([f"{name}.csv" for name in TABLES]), st.just(0), st.just(0), st.lists(cells, max_size=7)),
)


def mutate(files: dict[str, bytes], mutation: tuple[str, str, int, object, object]) -> None:
    """Carry out one mutation."""
    kind, name, first, second, what = mutation
    data = files.get(name, b"")
    lines = data.decode("utf-8", errors="surrogateescape").split("\n")
    at = first % len(lines)
    if kind == "cell":
        row = lines[at].split(",")
        row[int(str(second)) % len(row)] = str(what)
        lines[at] = ",".join(row)
    elif kind == "row":
        assert isinstance(what, list)
        lines.append(",".join(what))
    elif kind == "toml":
        key, _, _ = lines[at].partition(" = ")
        lines[at : at + (not second)] = [f"{second or key} = {what}"]
    elif kind == "line":
        other = int(str(second)) % len(lines)
        if what == "swap":
            lines[at], lines[other] = lines[other], lines[at]
        lines[at : at + 1] = {"drop": [], "double": [lines[at]] * 2, "swap": [lines[at]], "cut": [lines[at][:other]]}[str(what)]
    if kind in ("cell", "row", "toml", "line"):
        files[name] = "\n".join(lines).encode("utf-8", errors="surrogatepass")
    elif kind == "bytes":
        assert isinstance(what, bytes)
        files[name] = data[:first] + what + data[first + int(str(second)) :]
    elif what == "empty":
        files[name] = b""
    elif what == "utf-16":
        files[name] = data.decode("utf-8", errors="replace").encode("utf-16")
    else:
        files.pop(name, None)
        if what == "rename":
            files[name.replace("s.", ".")] = data


def read_mutated(changes: list[tuple[str, str, int, object, object]]) -> Instance | None:
    """The instance, or None where it has faults; each of them is one line."""
    files = dict(FILES)
    for change in changes:
        mutate(files, change)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "mutated")
        folder.mkdir()
        for name, data in files.items():
            (folder / name).write_bytes(data)
        try:
            return read(folder)
        except InstanceError as error:
            lines = [str(fault) for fault in error.faults]
            assert lines
            assert all(line.isprintable() for line in lines), lines
            assert len(set(lines)) == len(lines), lines
            return None


def check_reading(changes: list[tuple[str, str, int, object, object]]) -> None:
    """Read and, where that goes well, price."""
    instance = read_mutated(changes)
    if instance is not None:
        price(instance)


@settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(mutations, min_size=1, max_size=4))
def test_mutated_files(changes: list[tuple[str, str, int, object, object]]) -> None:
    """A few mutations of the files."""
    check_reading(changes)


@pytest.mark.long
@settings(max_examples=1_500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(mutations, min_size=1, max_size=8))
def test_mutated_files_at_length(changes: list[tuple[str, str, int, object, object]]) -> None:
    """Many more, and more of them at once."""
    check_reading(changes)


SETTINGS_PATHS = [
    ["calendar", "start"],
    ["economics"],
    ["rules"],
    ["instance", "title"],
    ["economics", "discount_rate"],
    ["economics", "phase_in"],
    ["rules", "sequencing"],
    ["rules", "sequencing", "1"],
    ["rules", "investment_limit"],
    ["rules", "investment_limit", "programme"],
    ["rules", "bundle"],
    ["rules", "minimum_total_saving"],
]
COLUMNS = sorted({column for model in TABLES.values() for column in model.model_fields})
parts = st.sampled_from(
    ["*", "Ash", "Elm", "Oak", "payroll", "waste", "100000", "company", "outsource", "redesign", '""', '"St. Ash"', "x"]
)
paths = st.one_of(
    st.tuples(st.sampled_from(sorted(TABLES)), parts, parts, st.sampled_from(COLUMNS)).map(".".join),
    st.tuples(st.sampled_from(sorted(TABLES)), parts, st.sampled_from(COLUMNS)).map(".".join),
    st.tuples(st.sampled_from(sorted(TABLES)), parts, parts, parts, st.sampled_from(COLUMNS)).map(".".join),
    st.lists(parts | st.sampled_from(sorted(TABLES)), max_size=4).map(".".join),
    st.tuples(st.sampled_from(["calendar", "economics", "rules", "instance", "ranges"]), st.sampled_from([*KEYS, "*"])).map(".".join),
    st.tuples(
        st.sampled_from(SETTINGS_PATHS),
        st.sampled_from(
            [
                *KEYS,
                "*",
                "km",
                "minimum",
                "payroll",
                "2027-04-01",
                "1",
                "2",
                "0",
                "periods",
                "after",
                "year",
                "amount",
                "programme",
                "2027/28",
            ]
        ),
    ).map(lambda pair: ".".join([*pair[0], pair[1]])),
    st.text(max_size=8),
)
operations = st.sampled_from([" = ", " += ", " *= ", "=", "*=", "", " ** "])
given_values = st.sampled_from([*TOML_VALUES, *NASTY, "off", "on", "none", "6 months", "-6 months", "999999 years", "1 day", "2 weeks"])
overrides = st.tuples(paths, operations, given_values | st.text(max_size=5)).map("".join)


def check_overrides(texts: list[str]) -> None:
    """Apply and, where that goes well, price."""
    try:
        changed = apply(SOUND, overrides=texts)
    except InstanceError as error:
        lines = [str(fault) for fault in error.faults]
    else:
        lines = list(changed.digests().values())
        price(changed)
    assert all(line.isprintable() for line in lines)


@settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(overrides, min_size=1, max_size=3))
def test_random_overrides(texts: list[str]) -> None:
    """Whatever stands behind --set."""
    check_overrides(texts)


@pytest.mark.long
@settings(max_examples=2_500, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(overrides, min_size=1, max_size=3))
def test_random_overrides_at_length(texts: list[str]) -> None:
    """Many more."""
    check_overrides(texts)

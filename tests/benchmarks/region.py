"""A seeded region of any size for benchmarks: plausible figures, not real ones.

Councils lie in the plane at English density with log-normal populations; costs follow population with noise; two in five
council-services have a running contract; pairs under different control get on less well. Neighbours are those of the Gabriel
graph. Every rule of interest is on but contiguity.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

KM_BETWEEN = 20.0
"""Typical distance of neighbouring districts, km."""
KM_PER_DEGREE = 111.2
ORIGIN = (52.0, -1.5)

SETTINGS = """\
[instance]
title = "Synthetic region: {councils} councils, {services} services, {tranches} tranches, seed {seed}"

[calendar]
start = 2027-04-01
period_months = 6
tranches = {tranches}
horizon_years = 9

[economics]
discount_rate = 0.035
phase_in = [0.5, 1.0]

[rules]
minimum_saving = 0.05
delivery_capacity = 2
compatibility = {{ minimum = 0.45, scope = "all_pairs" }}
"""


def write_region(folder: Path, councils: int, services: int, tranches: int, seed: int) -> None:
    """Write a region as an instance folder; the same arguments write the same bytes."""
    rng = np.random.default_rng([councils, services, tranches, seed])
    folder.mkdir(parents=True, exist_ok=True)
    people = _councils(rng, councils)
    offers = _services(rng, services)
    baselines = _baselines(rng, people, offers)
    tables = {
        "councils": people,
        "services": offers.drop(columns=["pounds_a_head", "fixed_share", "procured_share"]),
        "baselines": baselines,
        "contracts": _contracts(rng, baselines, tranches),
        "adjacency": _adjacency(people),
        "compatibility": _compatibility(rng, people),
        "tiers": _tiers(offers, people),
    }
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")
    text = SETTINGS.format(councils=councils, services=services, tranches=tranches, seed=seed)
    (folder / "instance.toml").write_text(text, encoding="utf-8")


def _councils(rng: np.random.Generator, count: int) -> pd.DataFrame:
    side = np.sqrt(count) * KM_BETWEEN
    east, north = rng.uniform(0, side, (2, count))
    return pd.DataFrame(
        {
            "council": [f"Council {number:03d}" for number in range(count)],
            "latitude": np.round(ORIGIN[0] + north / KM_PER_DEGREE, 5),
            "longitude": np.round(ORIGIN[1] + east / (KM_PER_DEGREE * np.cos(np.radians(ORIGIN[0]))), 5),
            "population": np.round(np.exp(rng.normal(11.7, 0.45, count))).astype(int),
            "control": rng.choice(["Blue", "Red", "NOC"], count, p=[0.45, 0.35, 0.2]),
        }
    )


def _services(rng: np.random.Generator, count: int) -> pd.DataFrame:
    head = np.exp(rng.normal(1.5, 0.6, count))
    size = head * 120_000  # cost of a typical district
    return pd.DataFrame(
        {
            "service": [f"Service {number:02d}" for number in range(count)],
            "category": rng.choice(["back_office", "front_line"], count, p=[0.7, 0.3]),
            "duplication_avoided": 0.75,
            "process_saving": 0.03,
            "convergence": 0.3,
            "coordination_cost": np.round(size * 0.012),
            "distance_cost": np.round(size * 0.0008, 2),
            "hosting_cost": np.round(size * 0.025),
            "set_up_cost": np.round(60_000 + size * 0.05),
            "integration_cost": np.round(20_000 + size * 0.18),
            "platform_cost": np.round(size * 0.1),
            "redundancy_cost": 25_000,
            "post_reduction": 0.08,
            "turnover": 0.1,
            "maximum_distance": np.where(rng.random(count) < 0.3, 50.0, 90.0),
            "pounds_a_head": head,
            "fixed_share": rng.uniform(0.15, 0.4, count),
            "procured_share": rng.uniform(0.05, 0.3, count),
        }
    )


def _baselines(rng: np.random.Generator, people: pd.DataFrame, offers: pd.DataFrame) -> pd.DataFrame:
    grid = people[["council", "population"]].merge(offers[["service", "pounds_a_head", "fixed_share", "procured_share"]], how="cross")
    annual = np.round(grid["population"] * grid["pounds_a_head"] * np.exp(rng.normal(0, 0.22, len(grid))))
    return pd.DataFrame(
        {
            "council": grid["council"],
            "service": grid["service"],
            "annual_cost": annual,
            "fixed_cost": np.round(annual * grid["fixed_share"] * rng.uniform(0.8, 1.2, len(grid))),
            "procured_cost": np.round(annual * grid["procured_share"]),
            "fte": np.round(annual * 0.5 / 46_000, 1),
            "volume": grid["population"],
            "platform": rng.choice(["Alpha", "Beta", "Gamma"], len(grid)),
            "performance": np.round(
                np.random.default_rng(len(grid)).normal(0.6, 0.12, len(grid)), 3
            ),  # of its own: seeds keep their regions
        }
    )


def _contracts(rng: np.random.Generator, baselines: pd.DataFrame, tranches: int) -> pd.DataFrame:
    bound = baselines.loc[rng.random(len(baselines)) < 0.4, ["council", "service"]]
    months = 6 * rng.integers(0, tranches, len(bound)) + rng.integers(0, 6, len(bound))
    expires = [(pd.Timestamp("2027-04-01") + pd.DateOffset(months=int(m))).date().isoformat() for m in months]
    breaks = np.where(rng.random(len(bound)) < 0.5, "2027-04-01", "")
    return bound.assign(
        expires=expires,
        break_from=[b if b and b <= e else "" for b, e in zip(breaks, expires, strict=True)],
        termination_charge=20_000,
        termination_share=0.1,
    )


def _compatibility(rng: np.random.Generator, people: pd.DataFrame) -> pd.DataFrame:
    a, b = np.triu_indices(len(people), 1)
    control = people["control"].to_numpy()
    mean = np.where(control[a] == control[b], 0.8, 0.58)
    score = np.clip(np.round(rng.normal(mean, 0.1), 3), 0.01, 1.0)
    council = people["council"].to_numpy()
    return pd.DataFrame({"council_a": council[a], "council_b": council[b], "service": "", "score": score})


def _adjacency(people: pd.DataFrame) -> pd.DataFrame:
    """Pairs with nobody else in the circle on the line between them: the Gabriel graph, which is planar and connected."""
    north = people["latitude"].to_numpy() * KM_PER_DEGREE
    east = people["longitude"].to_numpy() * KM_PER_DEGREE * np.cos(np.radians(ORIGIN[0]))
    square = (north[:, None] - north) ** 2 + (east[:, None] - east) ** 2
    a, b = np.triu_indices(len(people), 1)
    between = (square[a] + square[b] < square[a, b][:, None]).any(axis=1)
    council = people["council"].to_numpy()
    return pd.DataFrame({"council_a": council[a[~between]], "council_b": council[b[~between]]})


def _tiers(offers: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Steps at the procured spend of two and of four typical councils, for every third service."""
    some = offers.iloc[::3]
    typical = some["pounds_a_head"] * float(people["population"].median()) * some["procured_share"]
    steps = [
        pd.DataFrame({"service": some["service"], "from_volume": np.round(typical * times), "rate": rate})
        for times, rate in ((2, 0.01), (4, 0.02))
    ]
    return pd.concat(steps).sort_values(["service", "from_volume"])

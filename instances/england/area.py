"""Which councils an area means: a county, a region, a list of councils, mixtures of these, or England."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from instances.england.errors import AreaError, nearest

ENGLAND = "England"


@dataclass(frozen=True)
class Area:
    """The area asked for: `title` in the names of the tables, and its `councils`, one row each, sorted by `council`.

    `councils` has the columns of the published table and `council`, the name that every table of the instance uses.
    """

    title: str
    councils: pd.DataFrame

    @property
    def replaced(self) -> list[str]:
        """The counties and districts of the area, which local government reorganisation is due to replace."""
        return list(self.councils.loc[self.councils["tier"].isin(("county", "district")), "council"])


@dataclass(frozen=True)
class _Meaning:
    label: str
    codes: frozenset[str]


def choose(councils: pd.DataFrame, areas: Sequence[str]) -> Area:
    """The councils that `areas` name; each is a council's or county's name, a region, a GSS code or `England`.

    A county's name means its county council and all its districts; its GSS code means the county council alone.
    Names are compared without regard to case, spacing, full stops and the form of "and".
    Raises AreaError with every unknown name and its nearest match, or if fewer than two councils are left.
    """
    meanings = _meanings(councils)
    asked = list(dict.fromkeys(_fold(name) for name in areas))
    labels = {meaning.label for meaning in meanings.values()}
    faults = [
        f"{name!r} is no council, county, region or GSS code of England{nearest(name, labels)}"
        for name in dict.fromkeys(areas)
        if _fold(name) not in meanings
    ]
    if faults:
        raise AreaError(faults)
    codes = frozenset[str]().union(*(meanings[name].codes for name in asked))
    if len(codes) < 2:
        named = ", ".join(areas) or "nothing"
        raise AreaError([f"{named}: a partnership needs at least two councils; name a county, a region or more councils"])
    table = with_county_centres(councils).assign(council=council_keys(councils))
    table = table[table["gss_code"].isin(codes)].sort_values("council", ignore_index=True)
    return Area(title=", ".join(meanings[name].label for name in asked), councils=table)


def with_county_centres(councils: pd.DataFrame) -> pd.DataFrame:
    """The councils with each county at the mean of its districts, weighted by residents; `centred` says which are.

    The published centres of counties are not usable: Devon's lies in Wales, Lancashire's in Northamptonshire.
    """
    districts = councils[councils["county"].isin(councils["gss_code"]) & councils[["latitude", "longitude"]].notna().all(axis=1)]
    weight = districts["population"].where(districts["population"] > 0)
    weighted = districts[["latitude", "longitude"]].mul(weight, axis=0).groupby(districts["county"]).sum()
    means = weighted.div(weight.groupby(districts["county"]).sum(), axis=0).round(5).dropna()
    centred = councils["gss_code"].isin(means.index)
    found = councils.assign(centred=centred)
    for column in ("latitude", "longitude"):
        found[column] = councils["gss_code"].map(means[column]).where(centred, councils[column])
    return found


def council_keys(councils: pd.DataFrame) -> pd.Series[str]:
    """A short readable name for each council, unique over the whole table whatever the case.

    It is the published name without full stops, which separate the parts of an override's path. Councils whose names
    would clash get their tier after the name, and their GSS code if that does not tell them apart.
    """
    keys = councils["name"].str.replace(".", "", regex=False).str.strip()
    for column in ("tier", "gss_code"):
        clash = keys.str.casefold().duplicated(keep=False)
        keys = keys.where(~clash, keys + " " + councils[column].str.replace("_", " "))
    return keys


def _meanings(councils: pd.DataFrame) -> dict[str, _Meaning]:
    """Every name that can be asked for. England, regions and counties come before councils of the same name."""
    found: dict[str, _Meaning] = {}

    def add(label: str, codes: Iterable[str]) -> None:
        found.setdefault(_fold(label), _Meaning(label, frozenset(codes)))

    add(ENGLAND, councils["gss_code"])
    for region, codes in councils.groupby("region")["gss_code"]:
        add(str(region), codes)
    for code, name in councils.loc[councils["tier"] == "county", ["gss_code", "name"]].itertuples(index=False):
        add(name, [code, *councils.loc[councils["county"] == code, "gss_code"]])
    for code, name, key in zip(councils["gss_code"], councils["name"], council_keys(councils), strict=True):
        for label in (name, key, code):
            add(label, [code])
    return found


def _fold(name: str) -> str:
    """The form in which names are compared."""
    plain = name.casefold().replace("&", " and ").replace(".", " ").replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return re.sub(r"\s+", " ", plain).strip()

"""Versions of what a plan can depend on. What only asks for these need not wait for tables and models."""

from __future__ import annotations

import platform
from functools import cache
from importlib import metadata

PACKAGES = ("shared-services-optimiser", "pyomo", "highspy", "networkx", "numpy", "pandas", "pydantic")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a plan can depend on."""
    return dict(_versions())


@cache
def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found

"""What is no fault but would surprise."""

from __future__ import annotations

from collections.abc import Iterator

from instances import tables
from instances.instance import Instance


def notices(instance: Instance) -> Iterator[str]:
    """Data that have no effect."""
    vetoes = sum(row.score == 0 for row in instance.rows(tables.Compatibility))
    if vetoes and not instance.figure("compatibility"):
        yield f"compatibility.csv: {vetoes} veto{'es have' if vetoes > 1 else ' has'} no effect while rule compatibility is off"
    running = {service for _, service in instance.baselines}
    for service in instance.services:
        if service not in running:
            yield f"services.csv: no council runs {service}"
    active = {council for council, _ in instance.baselines}
    for council in instance.councils:
        if council not in active:
            yield f"councils.csv: {council} runs no service"

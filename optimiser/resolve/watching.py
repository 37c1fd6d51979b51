"""For someone at a desk: the same job whenever the source has changed and stays still.

The source is looked at every few seconds. That finds changes on network drives too, where no notice of a change arrives, and in databases.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from instances.errors import InstanceError
from instances.sources.fingerprint import fingerprint


def looks_like(source: str) -> str:
    """The fingerprint of a source; where it cannot be read, what is wrong with it."""
    try:
        return fingerprint(source)
    except InstanceError as error:
        return str(error)


def watch(source: str, every: float, resolve: Callable[[], bool], wait: Callable[[float], None] = time.sleep) -> None:
    """Resolve at once, and again whenever the source has changed, once it looks the same twice in a row: until then somebody is saving it.

    Args:
        source: The instance.
        every: Seconds between two looks.
        resolve: Does the work; False ends the watch.
        wait: Lets the seconds pass.
    """
    done, before = "", looks_like(source)
    while True:
        now = looks_like(source)
        if now == before and now != done:
            done = now
            if not resolve():
                return
        before = now
        wait(every)

"""The program `optimiser`, which `python -m optimiser` is too: signals are heeded before anything that takes time is loaded."""

from __future__ import annotations

import os
import signal
import sys
import time
from typing import Any

INTERRUPTED = 130


def main() -> None:
    """Entry point: the command line."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _end)
    from optimiser.cli import console_main

    console_main()


def _end(number: int, frame: Any) -> None:
    """End at once: while the program is being loaded nothing is begun, and a module half loaded may take an exception for its own.

    As soon as a command is at work, it heeds signals itself.
    """
    line = "interrupted"
    if "--log-json" in sys.argv:
        now = time.time()
        when = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1000):03}Z"
        said = f'"level": "error", "event": "failed", "message": "{line}", "exit_code": {INTERRUPTED}, "status": "interrupted"'
        line = f'{{"time": "{when}", {said}}}'
    os.write(2, f"{line}\n".encode())
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()

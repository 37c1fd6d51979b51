"""Fills in cells of a workbook with LibreOffice, without a window, as somebody at a keyboard would; run by a Python that has UNO.

    python3 fill_in.py PROGRAM SOURCE TARGET CELLS

CELLS is a JSON file: a list of [sheet, cell, how, text], where `how` is `type` (LibreOffice makes of the text what it makes of what is
typed) or `text` (it stays text).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uno  # of the package python3-uno
from com.sun.star.beans import PropertyValue  # type: ignore[import-not-found]
from com.sun.star.connection import NoConnectException  # type: ignore[import-not-found]
from com.sun.star.lang import Locale  # type: ignore[import-not-found]
from com.sun.star.util.NumberFormat import LOGICAL  # type: ignore[import-not-found]

PATIENCE = 90
"""Seconds to wait until LibreOffice is there."""


def option(name: str, value: Any) -> Any:
    """One option of loading or storing."""
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def connected(pipe: str) -> Any:
    """The desktop of the LibreOffice that was started."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    until = time.monotonic() + PATIENCE
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def fill_in(desktop: Any, source: Path, target: Path, cells: list[list[str]]) -> None:
    """Open, fill in, work out the formulas, save as .xlsx."""
    document = desktop.loadComponentFromURL(source.as_uri(), "_blank", 0, (option("Hidden", True),))
    for sheet, place, how, text in cells:
        cell = document.Sheets.getByName(sheet).getCellRangeByName(place)
        if how == "text":
            cell.setString(text)
        else:
            cell.setFormula(text)
            if text in ("true", "false"):  # typed at a keyboard it is shown as a truth value too
                cell.NumberFormat = document.NumberFormats.getStandardFormat(LOGICAL, Locale())
    document.calculateAll()
    document.storeToURL(target.as_uri(), (option("FilterName", "Calc MS Excel 2007 XML"),))
    document.close(True)


def main() -> None:
    """Start LibreOffice with settings of its own, have it do the work, stop it."""
    program, source, target, cells = sys.argv[1], *map(Path, sys.argv[2:5])
    with tempfile.TemporaryDirectory() as profile:
        pipe = Path(profile).name
        command = [
            program,
            f"-env:UserInstallation={Path(profile).as_uri()}",
            "--headless",
            "--norestore",
            f"--accept=pipe,name={pipe};urp;",
        ]
        office = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            desktop = connected(pipe)
            fill_in(desktop, source.resolve(), target.resolve(), json.loads(cells.read_text(encoding="utf-8")))
            desktop.terminate()
            office.wait(60)
        finally:
            if office.poll() is None:
                office.kill()
                office.wait()


main()

"""An instance in a folder: instance.toml and CSV tables, or the name of a case study that ships with the package."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from instances.errors import Fault, InstanceError, nearest
from instances.settings_file import read_settings
from instances.sources.contents import Contents, TableText
from instances.sources.places import SETTINGS
from instances.tables import REQUIRED_TABLES, TABLES
from instances.text_file import read_lines


def shipped() -> list[str]:
    """Names of the instances that come with the package."""
    folder = resources.files("instances") / "data"
    return sorted(entry.name for entry in folder.iterdir() if (entry / SETTINGS).is_file())


def locate(source: str | Path) -> Path:
    """The folder of an instance given as a path or as the name of a shipped case.

    Raises:
        InstanceError: There is neither.
    """
    path, cases = Path(source), shipped()
    try:
        if path.is_dir():
            return path
        is_file = path.is_file()
        siblings = [str(other) for other in path.parent.iterdir() if (other / SETTINGS).is_file()] if path.parent.is_dir() else []
    except (OSError, ValueError):  # a name that no file system takes
        is_file, siblings = False, []
    if str(source) in cases:
        return Path(str(resources.files("instances") / "data" / str(source)))
    if is_file:
        expected = f"give its folder, '{path.parent}'" if path.suffix in (".csv", ".toml") else "give a folder of tables"
        raise InstanceError(str(source), [Fault(str(source), "is a file, not a folder", expected)])
    expected = f"give a folder or one of the shipped cases: {', '.join(cases)}" if cases else "give a folder"
    close = nearest(str(source), cases) or nearest(str(source), siblings)
    raise InstanceError(str(source), [Fault(str(source), "there is no such folder", expected, nearest=close)])


def read_folder(folder: Path, shown: str) -> Contents:
    """Everything in a folder that exists."""
    contents = Contents(folder.resolve().name, shown)
    files = {path.name: path for path in sorted(folder.iterdir()) if path.is_file() and not path.name.startswith((".", "~"))}
    _read_settings(files, contents)
    _look_for_misspelt(files, contents)
    for name in TABLES:
        file = f"{name}.csv"
        if file in files:
            lines = read_lines(files[file])
            contents.tables[name] = TableText(lines.cells, lines.faults, lines.complete)
        elif name in REQUIRED_TABLES and (folder / file).is_dir():
            trouble = Fault(file, "is a folder, not a table", "the table is required")
            contents.tables[name] = TableText(faults=[trouble], complete=False)
    return contents


def _read_settings(files: Mapping[str, Path], contents: Contents) -> None:
    if SETTINGS in files:
        try:
            contents.settings = read_settings(files[SETTINGS].read_bytes())
        except OSError as error:
            contents.faults.append(Fault(SETTINGS, f"cannot be read: {error.strerror}", "mend its permissions or save it again"))
        return
    close = nearest(SETTINGS, [name for name in files if name.casefold().endswith("toml")])
    contents.faults.append(Fault(SETTINGS, "is missing", "it holds title, calendar, economics and rules", nearest=close))


def _look_for_misspelt(files: Mapping[str, Path], contents: Contents) -> None:
    """Tables that stand under a misspelt name; a CSV file that resembles none is noted."""
    for name, path in files.items():
        if path.suffix.casefold() != ".csv" or (path.stem in TABLES and path.suffix == ".csv"):
            continue
        close = nearest(path.stem, TABLES)
        if close is not None and f"{close}.csv" not in files:
            contents.faults.append(Fault(name, "is not a table", nearest=f"{close}.csv"))
            contents.misspelt.add(close)
        else:
            contents.notes.append(f"{name} is not a table of the format and was not read")

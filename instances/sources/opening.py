"""Which kind of source an INSTANCE is, and what is in it. What reads workbooks and databases is imported only for one of them."""

from __future__ import annotations

from pathlib import Path

from instances.sources.address import is_url
from instances.sources.contents import Contents
from instances.sources.folder import locate, read_folder

WORKBOOKS = (".xlsx", ".xlsm")
OTHER_SPREADSHEETS = (".xls", ".xlsb", ".ods")


def is_workbook(source: str | Path) -> bool:
    """Whether a name is that of a workbook or of another spreadsheet, and not of a folder."""
    path = Path(source)
    try:
        return path.suffix.casefold() in WORKBOOKS + OTHER_SPREADSHEETS and not path.is_dir()
    except (OSError, ValueError):  # a name that no file system takes
        return False


def is_folder(source: str | Path) -> bool:
    """Whether a source is a folder of tables, or a shipped case, which is one."""
    return not is_url(str(source)) and not is_workbook(source)


def contents_of(source: str | Path) -> Contents:
    """Everything in a source.

    Raises:
        InstanceError: It is not there, or is not of a kind that can be read.
    """
    if is_url(str(source)):
        from instances.sources.database import read_database

        return read_database(str(source))
    if is_workbook(source):
        from instances.sources.workbook import read_workbook

        return read_workbook(Path(source), str(source))
    return read_folder(locate(source), str(source))


def name_of(source: str | Path) -> str:
    """What the instance in a source is called, without looking into it.

    Raises:
        InstanceError: It is not there, or its URL cannot be read.
    """
    if is_url(str(source)):
        from instances.sources import connecting

        try:
            return connecting.name_of(connecting.parsed(str(source)))
        except connecting.DatabaseError as trouble:
            raise connecting.refused(str(source), trouble) from None
    return Path(source).stem if is_workbook(source) else locate(source).resolve().name

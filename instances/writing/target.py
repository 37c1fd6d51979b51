"""Where an instance is written: which form a target has, that nothing is there yet, and that it is there whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from instances.sources.address import is_url
from instances.sources.opening import OTHER_SPREADSHEETS, WORKBOOKS
from instances.writing.errors import WriteError
from instances.writing.files import write_file, write_whole
from instances.writing.folder import write_tables
from instances.writing.form import Form

TargetKind = Literal["folder", "workbook", "database"]


def kind_of_target(target: str) -> TargetKind:
    """What a target is, by its name.

    Raises:
        WriteError: It is a spreadsheet of a kind that is not written.
    """
    if is_url(target):
        return "database"
    ending = Path(target).suffix.casefold()
    if ending in (*OTHER_SPREADSHEETS, *WORKBOOKS) and ending != ".xlsx":
        raise WriteError(f"{target}: workbooks are written as .xlsx; name it so")
    return "workbook" if ending == ".xlsx" else "folder"


def check_target(target: str) -> None:
    """Refuse a target that holds something, before any work is done.

    Raises:
        WriteError: It does, or is of no kind that is written, or cannot be reached.
    """
    kind, path = kind_of_target(target), Path(target)
    if kind == "database":
        from instances.writing.database import check_database

        check_database(target)
    elif kind == "workbook" and path.exists():
        raise WriteError(f"{path} is there already; name a new file")
    elif kind == "folder" and path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise WriteError(f"{path} is not empty; name a new folder")


def write_form(target: str, form: Form) -> None:
    """Write an instance, whole or not at all, and over nothing.

    Raises:
        WriteError: Something is there, or the form cannot hold what is to be written.
        OSError: The disk refused; nothing is left behind.
    """
    kind = kind_of_target(target)
    if kind == "database":
        from instances.writing.database import write_database

        write_database(target, form)
    elif kind == "workbook":
        from instances.writing.workbook import write_workbook

        write_file(Path(target), lambda staged: write_workbook(staged, form))
    else:
        write_whole(Path(target), lambda staged: write_tables(staged, form))

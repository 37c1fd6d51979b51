"""What a spreadsheet offers and refuses while a cell is filled in: drop-downs, limits of numbers, dates; and how cells look."""

from __future__ import annotations

import typing
from typing import Any

from openpyxl.worksheet.datavalidation import DataValidation

from instances.cells import kind_of
from instances.tables import TABLES, Pair, Row, unit
from instances.writing.form import options_of

COUNCIL_COLUMNS = ("council", "council_a", "council_b", "other", "host")
LONGEST_PROMPT = 250
TEXT_FORMAT, DATE_FORMAT, SHARE_FORMAT, POUNDS_FORMAT, PENCE_FORMAT = "@", "yyyy\\-mm\\-dd", "0.0%", '"£"#,##0', '"£"#,##0.00'


def number_format(model: type[Row], column: str) -> str:
    """How the cells of a column show what is in them; text is kept as it is typed, leading zeros too."""
    kind, measure = kind_of(model, column), unit(model.model_fields[column])
    if kind in ("text", "list"):
        return TEXT_FORMAT
    return DATE_FORMAT if kind == "date" else "General" if kind == "truth" else format_of_unit(measure)


def format_of_unit(measure: str) -> str:
    """How numbers of a unit show."""
    if measure.startswith("share"):
        return SHARE_FORMAT
    if measure.startswith("GBP"):
        return PENCE_FORMAT if "km" in measure else POUNDS_FORMAT
    return "General"


def validation(table: str, column: str, prompt: str, first: int, last: int) -> DataValidation:
    """What may be typed into the cells of a column."""
    model = TABLES[table]
    rule = _rule(table, model, column, first)
    return DataValidation(
        **rule,
        allow_blank=True,
        showErrorMessage=bool(rule),
        showInputMessage=True,
        promptTitle=column[:32],
        prompt=prompt[:LONGEST_PROMPT],
    )


def _rule(table: str, model: type[Row], column: str, first: int) -> dict[str, Any]:
    names = _names(table, model, column)
    if names is not None:
        cells = f"{names}!$A${first}"
        listed = f"OFFSET({cells},0,0,MAX(1,COUNTA({cells}:$A$5000)),1)"
        return {"type": "list", "formula1": listed, "errorTitle": column, "error": f"Choose a name of sheet {names}."}
    options = options_of(model.model_fields[column].annotation)
    kind = kind_of(model, column)
    if kind == "truth":
        options = ["true", "false"]
    if options:
        return {"type": "list", "formula1": f'"{",".join(options)}"', "errorTitle": column, "error": f"One of: {', '.join(options)}."}
    if kind == "date":
        return {
            "type": "date",
            "operator": "greaterThanOrEqual",
            "formula1": "2",
            "errorTitle": column,
            "error": "A date, as in 2027-04-01.",
        }
    return limits_of(model.model_fields[column], column) if kind == "number" else {}


def _names(table: str, model: type[Row], column: str) -> str | None:
    """The sheet whose names a column takes."""
    if column == "service" and table != "services":
        return "services"
    own = table == "councils" or (column in ("council_a", "council_b") and not issubclass(model, Pair))
    return "councils" if column in COUNCIL_COLUMNS and not own else None


def limits_of(field: Any, column: str) -> dict[str, Any]:
    """The limits of a number."""
    found = {
        name: value for part in field.metadata for name in ("ge", "gt", "le", "lt") if (value := getattr(part, name, None)) is not None
    }
    kind = "whole" if int in (field.annotation, *typing.get_args(field.annotation)) else "decimal"
    least, most = found.get("ge", found.get("gt")), found.get("le", found.get("lt"))
    if least is not None and most is not None:
        says = {"operator": "between", "formula1": f"{least:g}", "formula2": f"{most:g}"}
        text = f"from {least:g} to {most:g}"
    elif least is not None:
        over = "gt" in found
        says = {"operator": "greaterThan" if over else "greaterThanOrEqual", "formula1": f"{least:g}"}
        text = f"{'more than' if over else 'at least'} {least:g}"
    else:
        says = {"operator": "between", "formula1": "-1000000000000000", "formula2": "1000000000000000"}
        text = ""
    noun = "whole number" if kind == "whole" else "number"
    return {"type": kind, **says, "errorTitle": column, "error": f"A {noun} {text}".rstrip() + "."}

"""The command `new`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.app import app, leave, split
from optimiser.cli.options import JsonOption, LogJsonOption, QuietOption


class PlanWith(StrEnum):
    """Who plans where councils are replaced."""

    predecessors = "predecessors"
    successors = "successors"


TableOption = Annotated[
    Path | None,
    typer.Option(
        "--reorganisation",
        metavar="TABLE",
        help="With --from or --area: a CSV file of the councils that are replaced (council, successor, ceases, share).",
    ),
]
PlanWithOption = Annotated[
    PlanWith | None,
    typer.Option(
        "--plan-with",
        help="With --reorganisation: value partnerships until their councils cease, or plan with the councils that follow.",
    ),
]
StartOption = Annotated[
    str | None,
    typer.Option(
        "--start",
        metavar="DATE",
        help="With --reorganisation: first day of the appraisal; as it was unless given, or the day on which all successors begin.",
    ),
]


@app.command()
def new(
    target: Annotated[
        str,
        typer.Argument(
            metavar="TARGET", help="Folder, workbook (.xlsx) or database (sqlite:///..., postgresql://...) to write; nothing is replaced."
        ),
    ],
    source: Annotated[
        str | None,
        typer.Option("--from", metavar="INSTANCE", help="Copy a shipped case study, or another folder, workbook or database."),
    ] = None,
    xlsx: Annotated[bool, typer.Option("--xlsx", help="Write an Excel workbook: TARGET.xlsx, with explanations and drop-downs.")] = False,
    area: Annotated[
        list[str] | None,
        typer.Option("--area", metavar="AREA", help="County, region or council of England; several with commas or by repeating."),
    ] = None,
    data: Annotated[Path | None, typer.Option("--data", metavar="FOLDER", help="The England tables that --area reads.")] = None,
    evidence: Annotated[
        Path | None,
        typer.Option(
            "--economics",
            metavar="FILE",
            help="Evidence for the default economics; economics_evidence.csv beside the England tables unless given.",
        ),
    ] = None,
    services: Annotated[list[str] | None, typer.Option("--service", metavar="NAME", help="With --area: only these services.")] = None,
    table: TableOption = None,
    plan_with: PlanWithOption = None,
    start: StartOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Write a commented instance to fill in: empty, a copy, from an area of England, or of councils that are replaced."""
    from optimiser.commands import Outcome, run

    def work() -> Outcome:
        from optimiser.new import Reorganisation, write_new

        return write_new(
            target,
            xlsx=xlsx,
            source=source,
            areas=split(area),
            data=data,
            evidence=evidence,
            services=split(services),
            reorganisation=Reorganisation(table, None if plan_with is None else plan_with.value, start),
        )

    leave(run(work, json=json, quiet=quiet, log_json=log_json))

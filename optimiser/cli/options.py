"""Options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer


class ObjectiveName(StrEnum):
    """What can be maximised."""

    npv = "npv"
    net_saving = "net-saving"
    yearly_position = "yearly-position"

    @property
    def kind(self) -> Literal["npv", "net_saving", "yearly_position"]:
        """Its name in the program."""
        return KINDS[self]


KINDS: dict[ObjectiveName, Literal["npv", "net_saving", "yearly_position"]] = {
    ObjectiveName.npv: "npv",
    ObjectiveName.net_saving: "net_saving",
    ObjectiveName.yearly_position: "yearly_position",
}


class MethodName(StrEnum):
    """How a region is solved."""

    auto = "auto"
    compact = "compact"
    decomposition = "decomposition"


class SolverName(StrEnum):
    """Back ends."""

    highs = "highs"
    scip = "scip"
    cbc = "cbc"
    glpk = "glpk"
    gurobi = "gurobi"


InstanceArgument = Annotated[
    str,
    typer.Argument(
        metavar="INSTANCE",
        help="A folder of tables, a workbook (.xlsx), a database (sqlite:///..., postgresql://...), or the name of a shipped case study.",
    ),
]
ScenarioOption = Annotated[
    list[str] | None,
    typer.Option("--scenario", metavar="NAME", help="Scenario of the instance to apply; several with commas or by repeating."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Override one figure, such as rules.minimum_saving=off; PATH*=0.9 scales, PATH+=1 adds. Repeat for more.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")]
LogJsonOption = Annotated[bool, typer.Option("--log-json", help="Logs for a scheduler: each line on stderr is one JSON object.")]
GapOption = Annotated[
    float | None,
    typer.Option(
        "--gap", min=0.0, max=1.0, help="Relative gap to prove, such as 0.001; unless given: none up to 3,000 moves, 0.1% beyond."
    ),
]
TimeLimitOption = Annotated[
    float | None,
    typer.Option("--time-limit", min=0.0, metavar="SECONDS", help="Stop the solver after this long and keep the best plan."),
]
ThreadsOption = Annotated[int, typer.Option("--threads", min=1, help="Threads of the solver.")]
SeedOption = Annotated[int, typer.Option("--seed", min=0, help="Random seed of the solver.")]
SolverOption = Annotated[SolverName, typer.Option("--solver", help="Back end.")]
JobsOption = Annotated[
    int | None, typer.Option("--jobs", min=1, help="Processes that share the work; as many as there are cores unless given.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Folder for the files of the run; runs/INSTANCE/RUN unless given.")
]
OverwriteOption = Annotated[bool, typer.Option("--overwrite", help="Replace a run that is already in --out.")]
MethodOption = Annotated[
    MethodName,
    typer.Option("--method", help="One compact model, or decomposition into partnerships; chosen by the number of moves unless given."),
]
WarmStartOption = Annotated[
    Path | None,
    typer.Option("--warm-start", metavar="RUN", help="Folder or id of an earlier run of this or nearly this instance to start from."),
]
ObjectiveOption = Annotated[
    ObjectiveName,
    typer.Option("--objective", help="What is maximised: NPV, the undiscounted saving, or the yearly position in one year."),
]
YearOption = Annotated[
    int | None, typer.Option("--year", min=1, help="With --objective yearly-position: year of the appraisal, 1 is the first.")
]
AdoptedOption = Annotated[
    Path | None,
    typer.Option("--adopted", metavar="RUN", help="Folder or id of the run that was adopted; changes against it are counted."),
]
ChangeCostOption = Annotated[
    float, typer.Option("--change-cost", min=0.0, metavar="POUNDS", help="With --adopted: what each change has to earn.")
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        help="Store of runs: a SQLite file or postgresql://...; $OPTIMISER_STORE or runs/store.db unless given; 'none' records nothing.",
    ),
]

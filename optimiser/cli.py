"""The command line: arguments, printing, exit codes. Heavy things are imported inside the commands, so that help is quick."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn

import typer

app = typer.Typer(
    name="optimiser",
    help="Plans shared services between councils: who shares what, who hosts, when each goes live.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    epilog="Exit codes: 0 optimal within the gap, 1 a defect of ours, 2 usage or invalid input, 3 infeasible, "
    "4 stopped at a limit with a plan, 5 stopped at a limit without one, 130 interrupted.",
)


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


class PlanWith(StrEnum):
    """Who plans where councils are replaced."""

    predecessors = "predecessors"
    successors = "successors"


InstanceArgument = Annotated[str, typer.Argument(metavar="INSTANCE", help="A folder of tables, or the name of a shipped case study.")]
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
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON document on stdout and nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no summary.")]


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"optimiser {version('shared-services-optimiser')}")
        raise typer.Exit()


@app.callback()
def main(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and leave.")] = False,
) -> None:
    """Plans shared services between councils: who shares what, who hosts, when each goes live."""


@app.command()
def new(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to write; it must not hold anything yet.")],
    source: Annotated[
        str | None, typer.Option("--from", metavar="INSTANCE", help="Copy a shipped case study, or the tables of another folder.")
    ] = None,
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
) -> None:
    """Write a commented instance to fill in: empty, a copy, from an area of England, or of councils that are replaced."""
    from optimiser.commands import Outcome, run

    def work() -> Outcome:
        from optimiser.new import Reorganisation, write_new

        return write_new(
            folder,
            source=source,
            areas=_split(area),
            data=data,
            evidence=evidence,
            services=_split(services),
            reorganisation=Reorganisation(table, None if plan_with is None else plan_with.value, start),
        )

    _leave(run(work, json=json, quiet=quiet))


@app.command()
def validate(
    instance: InstanceArgument,
    scenario: ScenarioOption = None,
    set_: SetOption = None,
    graphml: Annotated[Path | None, typer.Option("--graphml", metavar="FILE", help="Also write the council graph as GraphML.")] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check an instance: every fault at once, or what the instance holds."""
    from optimiser.commands import Outcome, run

    def work() -> Outcome:
        from optimiser.validate import validate_instance

        return validate_instance(instance, scenarios=_split(scenario), overrides=set_ or [], graphml=graphml)

    _leave(run(work, json=json, quiet=quiet))


MethodOption = Annotated[
    MethodName,
    typer.Option("--method", help="One compact model, or decomposition into partnerships; chosen by the number of moves unless given."),
]


WarmStartOption = Annotated[
    Path | None,
    typer.Option("--warm-start", metavar="RUN", help="Folder of an earlier run of this or nearly this instance to start from."),
]
ObjectiveOption = Annotated[
    ObjectiveName,
    typer.Option("--objective", help="What is maximised: NPV, the undiscounted saving, or the yearly position in one year."),
]


@app.command()
def solve(
    instance: InstanceArgument,
    scenario: ScenarioOption = None,
    set_: SetOption = None,
    gap: Annotated[
        float | None,
        typer.Option(
            "--gap", min=0.0, max=1.0, help="Relative gap to prove, such as 0.001; unless given: none up to 3,000 moves, 0.1% beyond."
        ),
    ] = None,
    time_limit: Annotated[
        float | None,
        typer.Option("--time-limit", min=0.0, metavar="SECONDS", help="Stop the solver after this long and keep the best plan."),
    ] = None,
    threads: Annotated[int, typer.Option("--threads", min=1, help="Threads of the solver.")] = 1,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Random seed of the solver.")] = 0,
    solver: Annotated[SolverName, typer.Option("--solver", help="Back end.")] = SolverName.highs,
    method: MethodOption = MethodName.auto,
    objective: ObjectiveOption = ObjectiveName.npv,
    year: Annotated[
        int | None, typer.Option("--year", min=1, help="With --objective yearly-position: year of the appraisal, 1 is the first.")
    ] = None,
    adopted: Annotated[
        Path | None, typer.Option("--adopted", metavar="RUN", help="Folder of the run that was adopted; changes against it are counted.")
    ] = None,
    change_cost: Annotated[
        float, typer.Option("--change-cost", min=0.0, metavar="POUNDS", help="With --adopted: what each change has to earn.")
    ] = 0.0,
    warm_start: WarmStartOption = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Folder for the files of the run; runs/INSTANCE/RUN unless given.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a run that is already in --out.")] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Find the best plan, audit it, write its files and print a summary."""
    from optimiser.commands import Outcome, run, solve_instance

    def work() -> Outcome:
        from optimiser.objective import Request

        return solve_instance(
            instance,
            scenarios=_split(scenario),
            overrides=set_ or [],
            objective=Request(objective.kind, year, adopted, change_cost),
            warm_start=warm_start,
            out=out,
            overwrite=overwrite,
            show_progress=not (quiet or json),
            gap=gap,
            time_limit=time_limit,
            threads=threads,
            seed=seed,
            solver=solver.value,
            method=method.value,
        )

    _leave(run(work, json=json, quiet=quiet))


def _split(values: list[str] | None) -> list[str]:
    """Values given with commas or by repeating the option."""
    return [part.strip() for value in values or [] for part in value.split(",") if part.strip()]


def _leave(code: int) -> NoReturn:
    raise typer.Exit(code)


def console_main() -> Any:
    """Entry point of the command `optimiser`."""
    return app()


if __name__ == "__main__":
    console_main()

"""The command `validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from optimiser.cli.app import app, leave, split
from optimiser.cli.options import InstanceArgument, JsonOption, LogJsonOption, QuietOption, ScenarioOption, SetOption


@app.command()
def validate(
    instance: InstanceArgument,
    scenario: ScenarioOption = None,
    set_: SetOption = None,
    graphml: Annotated[Path | None, typer.Option("--graphml", metavar="FILE", help="Also write the council graph as GraphML.")] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_json: LogJsonOption = False,
) -> None:
    """Check an instance: every fault at once, or what the instance holds."""
    from optimiser.commands import Outcome, run

    def work() -> Outcome:
        from optimiser.validate import validate_instance

        return validate_instance(instance, scenarios=split(scenario), overrides=set_ or [], graphml=graphml)

    leave(run(work, json=json, quiet=quiet, log_json=log_json))

"""`levee drift`: what is live, held against what is declared."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from levee.cli.command import Commands
from levee.cli.engine_option import add_engine_option
from levee.cli.project import add_project_option, project_of
from levee.clock import Clock

if TYPE_CHECKING:
    from levee.plan.planned import Plan

DRIFT = 3

DESCRIPTION = """\
Read everything that the stack made, from the cluster and the cloud, and show what differs from its files: what was
changed by hand, what is gone, and what is declared and not there yet. Changes nothing; `levee up` puts it right.
"""
EPILOG = """\
exit codes: 0 nothing differs, 1 it can't be told, 2 bad usage or unreadable input, 3 something differs
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "drift",
        help="show where what is live differs from the files",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", help="the stack's name: the folder under stacks/")
    add_engine_option(parser)
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare, and answer 3 where anything differs."""
    from infra.deployment.choice import EngineName, choose
    from infra.deployment.contract import Action, Deployment
    from infra.preflight import preflight
    from levee.cli.deploy import say
    from levee.loading.load import load_stack
    from levee.plan.build import build_plan

    project = project_of(arguments)
    clock = Clock.fixed(arguments.clock.now())
    plan = build_plan(load_stack(project, arguments.stack), clock.today())
    engine = choose(EngineName(arguments.engine), project, arguments.stack)
    say(engine.introduction)
    for doubt in preflight(plan, project, changing=False):
        say(f"warning: {doubt}")
    look = Deployment(
        project=project,
        stack=arguments.stack,
        action=Action.PREVIEW,
        plan=plan,
        clock=clock,
        max_removed=100,
        rehearse=False,
    )
    differing = engine.run(look, say).changed + _overdue(plan, project, clock.today())
    say(f"drift: {differing:,} differ from the files" if differing else "drift: nothing differs from the files")
    return DRIFT if differing else 0


def _overdue(plan: Plan, project: Path, as_of: date) -> int:
    """Tell of the passwords that are due, and count those that aren't known to be in time."""
    from infra.baseline.record import record_of
    from levee.cli.deploy import say
    from levee.plan.credential_age import Due, credential_ages

    ages = list(credential_ages(plan, record_of(project, plan.stack).passwords_made, as_of))
    for age in ages:
        if age.due is not Due.IN_TIME:
            say(f" ! {age.username}: {age.found}; {age.remedy}")
    return sum(not age.holds for age in ages)

"""`levee drift`: what is live, held against what is declared."""

from __future__ import annotations

import argparse

from levee.cli.command import Commands
from levee.cli.engine_option import add_engine_option
from levee.cli.project import add_project_option, project_of
from levee.clock import Clock

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
    differing = engine.run(look, say).changed
    say(f"drift: {differing:,} differ from the files" if differing else "drift: nothing differs from the files")
    return DRIFT if differing else 0

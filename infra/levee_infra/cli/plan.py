"""`levee plan`: what a stack declares, resolved."""

from __future__ import annotations

import argparse
import sys

from levee.diagnostics.redaction import redact
from levee_infra.cli.as_of import add_as_of_option, day_of
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, project_of

DESCRIPTION = """\
Check a stack's files and print what they come to: topics with their settings, service credentials with their grants,
and what is declared but not provisioned by this version. Offline: reads files, changes nothing.
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "plan", help="print what a stack declares, resolved (offline)", description=DESCRIPTION
    )
    parser.add_argument("stack", help="the stack's name: the folder under stacks/")
    parser.add_argument("--json", action="store_true", help="canonical JSON instead of tables")
    add_as_of_option(parser)
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the plan."""
    from levee.loading.load import load_plan
    from levee.render.plan_json import render_json
    from levee.render.plan_tables import render_tables

    plan = load_plan(project_of(arguments), arguments.stack, day_of(arguments))
    sys.stdout.write(render_json(plan) if arguments.json else redact(render_tables(plan)))
    return 0

"""`levee plan`: what a stack declares, resolved."""

from __future__ import annotations

import argparse
import sys

from levee.diagnostics import Diagnostic, Rejected, taken
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
    from levee_policies.gate import context_of

    project, as_of = project_of(arguments), day_of(arguments)
    refused: list[Diagnostic] = []
    plan = taken(lambda: load_plan(project, arguments.stack, as_of), refused)
    taken(lambda: context_of(project, as_of), refused)
    if plan is None or refused:
        raise Rejected(refused)
    sys.stdout.write(render_json(plan) if arguments.json else redact(render_tables(plan)))
    return 0

"""`levee env`: what a shell needs to run `pulumi` by hand as `levee up` does."""

from __future__ import annotations

import argparse
import os
import shlex
import sys

from levee.cli.command import Commands
from levee.cli.project import add_project_option, project_of

DESCRIPTION = """\
Print export lines for a shell, so that `pulumi preview`, `up` and `destroy` typed by hand find the same state as
`levee up` and ask no questions:

  eval "$(levee env)"
  pulumi up --stack local
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "env",
        help="environment for running pulumi by hand",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the lines. Secrets stay in their files."""
    from infra.deployment.pulumi_environment import additions

    for name, value in sorted(additions(project_of(arguments), os.environ).items()):
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    return 0

"""`levee env`: what a shell needs to run `pulumi` by hand as `levee up` does."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

from levee.diagnostics import LeveeError
from levee.diagnostics.text import printable
from levee_infra.cli.colour import coloured
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, project_of

DESCRIPTION = """\
Print export lines for a shell, so that `pulumi preview`, `up` and `destroy` typed by hand find the same state as
`levee up` and ask no questions:

  eval "$(levee env)"
  pulumi stack init local        once: levee doesn't make a stack where you work by hand
  pulumi preview --stack local
  pulumi up --stack local

Standard error says which of the project's stacks are yet to be made so, and whose passphrase is lost. Without these
lines, or in a project whose .venv isn't there (`make venv`), Pulumi itself ends with an error before it runs levee.
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
    from levee_infra.engines.pulumi.environment import additions

    project = project_of(arguments)
    to_do = list(_to_do(project))  # before a passphrase is made anew
    for name, value in sorted(additions(project, os.environ).items()):
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    for line in to_do:
        sys.stderr.write(coloured(f"{printable(line)}\n", sys.stderr))
    return 0


def _to_do(project: Path) -> Iterator[str]:
    """What is to be done before `pulumi` works on each stack of the project."""
    from levee.loading.folder import stacks
    from levee_infra.deployed.checkpoint import checkpoint_file
    from levee_infra.deployed.location import pulumi_backend
    from levee_infra.engines.pulumi.environment import uses_own_backend
    from levee_infra.engines.pulumi.stack_config import require_passphrase

    own = uses_own_backend(project, os.environ)
    for stack in stacks(project):
        try:
            require_passphrase(project, stack, os.environ)
        except LeveeError as error:
            yield f"error: {error.message}\n  help: {error.help}"
        if own and not checkpoint_file(pulumi_backend(project), project, stack).exists():
            yield f"stack {stack} isn't in Pulumi's backend yet. First: pulumi stack init {stack}"
    if not own:
        yield "a stack that isn't in the backend yet (`pulumi stack ls`) needs `pulumi stack init NAME` first"

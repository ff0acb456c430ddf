"""`levee state`: what an engine recorded of a stack, for the other engine."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, project_of
from levee_infra.cli.whole_file import OutputFile

DESCRIPTION = "A stack is held by one engine. Look at what the embedded one recorded, and change over."
EXPORT = """\
Print what the embedded engine holds of a stack, in the shape of `pulumi stack export` and with the project's name in
Pulumi.yaml, as `pulumi stack import` takes it. Changes nothing: `levee state import STACK --engine pulumi` changes
over, which does both.
"""
IMPORT = """\
Have an engine hold a stack that the other one holds: the state is copied, and the one that it came from is kept under
.levee/moves/STACK, dated. Nothing in the cluster or the account is changed. Refused where both hold something of the
stack, a run was interrupted, or is under way. Ended at any moment, the same command again goes on
(docs/how-to/move-between-engines.md).
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("state", help="move a stack between engines", description=DESCRIPTION)
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    export = actions.add_parser("export", help="print the embedded engine's state", description=EXPORT)
    export.add_argument("stack", help="the stack's name: the folder under stacks/")
    export.add_argument("--pulumi", action="store_true", help="as `pulumi stack import` takes it (the only form)")
    export.add_argument("--output", metavar="FILE", type=Path, help="write it there, for its owner only")
    export.set_defaults(run=run_export)
    take = actions.add_parser("import", help="have an engine hold what the other one holds", description=IMPORT)
    take.add_argument("stack", help="the stack's name: the folder under stacks/")
    take.add_argument(
        "--engine", choices=("embedded", "pulumi"), default="embedded", help="which takes it (default: embedded)"
    )
    take.add_argument(
        "--file",
        metavar="FILE",
        type=Path,
        help="take what `pulumi stack export` wrote, of a stack that no state here holds; embedded engine only. Remove "
        "the stack from its backend first: `pulumi stack rm --force` deletes no resource",
    )
    take.set_defaults(run=run_import)
    for each in (export, take):
        add_project_option(each)


def run_export(arguments: argparse.Namespace) -> int:
    """Print the state, or write it to a file."""
    from levee.loading.folder import find
    from levee_infra.engines.move import exported

    project = project_of(arguments)
    find(project, arguments.stack)
    text = exported(project, arguments.stack, arguments.clock.now())
    if arguments.output is None:
        sys.stdout.write(text)
    else:  # an earlier export goes only for another
        OutputFile.claim(arguments.output, project).write(text, mode=0o600)
    return 0


def run_import(arguments: argparse.Namespace) -> int:
    """Change over."""
    import shutil

    from levee.diagnostics import LeveeError
    from levee.loading.folder import find
    from levee_infra.cli.telling import Telling
    from levee_infra.deployed.holder import EngineName
    from levee_infra.engines.move import move, take
    from levee_infra.engines.pulumi.stack_config import require_passphrase

    project, stack, engine = project_of(arguments), arguments.stack, EngineName(arguments.engine)
    say = Telling("state", stack, as_json=False).say
    find(project, stack)
    if arguments.file is not None:
        if engine is EngineName.PULUMI:
            hint = f"`pulumi stack import --stack {stack} --file FILE` takes it"
            raise LeveeError("--file is for the embedded engine", hint, exit_code=2)
        take(project, stack, arguments.file)
    else:
        if shutil.which("pulumi") is None:
            hint = "install the Pulumi CLI, or take what it exported elsewhere: --file FILE"
            raise LeveeError("no `pulumi` on PATH, whose state one of the two is", hint, exit_code=2)
        require_passphrase(project, stack, os.environ)
        move(project, stack, engine, arguments.clock, say)
    say(f"stack {stack} is held by the {engine} engine: `levee up {stack} --engine {engine}` goes on with it")
    return 0

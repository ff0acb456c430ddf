"""`levee init`: a project to begin from."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path

from levee.diagnostics.text import printable
from levee_infra.cli.command import Commands
from levee_infra.cli.project import absolute

DESCRIPTION = """\
Write a project into an empty folder: a stack on this machine's brokers that passes `levee check`, the program and the
providers for Pulumi, the policy pack with a rule of your organization's own, and a workflow that checks pull requests.
A folder that holds anything is refused, but for .git and .venv. Nothing in it is levee's own code: that is installed.
"""

NEXT = """\
next{where}:
  python3 -m venv .venv && .venv/bin/pip install -r requirements.txt    if .venv isn't there: Pulumi runs levee from it
  levee check              judge the files by the rules, levee's and policies/rules
  levee plan local         what they come to
  levee local up           three brokers on this machine
  levee up local           provision the stack on them
  levee verify local       prove it
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "init", help="write a project to begin from into an empty folder", description=DESCRIPTION
    )
    parser.add_argument("folder", metavar="DIR", nargs="?", type=Path, default=Path(), help="default: this folder")
    parser.add_argument("--name", metavar="NAME", help="the project's name in Pulumi (default: the folder's)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write, and say what to run next."""
    from levee_infra.new_project import write_project

    folder: Path = arguments.folder
    written = write_project(absolute(folder), arguments.name)
    sys.stdout.write("".join(f"+ {path}\n" for path in written))
    here = folder == Path()
    sys.stdout.write("\n" + NEXT.format(where="" if here else f", in {printable(shlex.quote(str(folder)))}"))
    return 0

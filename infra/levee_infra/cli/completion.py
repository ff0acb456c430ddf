"""`levee completion`: what a shell completes of levee's command line."""

from __future__ import annotations

import argparse
import sys

from levee_infra.cli.command import Commands

DESCRIPTION = """\
Print a script with which a shell completes levee's commands and options. For this shell alone:

  eval "$(levee completion bash)"

For good: write it to where the shell looks, such as ~/.local/share/bash-completion/completions/levee, or for zsh a file
_levee in a folder of $fpath.
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "completion",
        help="completion of commands and options for a shell",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("shell", choices=("bash", "zsh"), help="which shell")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    from levee_infra.cli.main import command_line

    sys.stdout.write(shtab.complete(command_line(), shell=arguments.shell) + "\n")
    return 0

"""The `levee` command: reads the command line, imports what the command needs, maps outcomes to exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from levee import __version__
from levee.cli import carry, check, deploy, drift, env, explain, guard, guardrails, local, plan, status, verify
from levee.clock import SYSTEM_CLOCK, Clock
from levee.diagnostics import LeveeError, Rejected
from levee.diagnostics.text import printable, render_text

DESCRIPTION = """\
levee keeps a log stream inside its banks: its account, its region, its roles.

Declare topics, writers, readers and their boundary under stacks/, then:

  levee plan local       what stacks/local declares, as tables (offline)
  levee check            every stack against the rules (offline)
  levee guard local      what would change of what is deployed, against the rules (offline)
  levee guardrails prod  policies for the AWS organization that keep a stack's boundary (offline)
  levee preview local    what `up` would change on the cluster
  levee up local         provision it
  levee verify local     prove it: who can write, read and reconfigure, tried with real clients
  levee drift local      what is live and differs from the files
  levee carry prod logs  take a log group's events to their topic (runs until ended)
"""
EPILOG = """\
exit codes: 0 fine, 1 findings or a failed deployment, 2 bad usage or unreadable input, 3 drift
"""


def main(argv: Sequence[str] | None = None, clock: Clock = SYSTEM_CLOCK) -> int:
    """Run one command and answer its exit code. Never raises."""
    arguments = command_line().parse_args(argv, argparse.Namespace(clock=clock))
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        sys.stderr.write("levee: interrupted" + "\n")
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left, as `| head` does
        return 0
    except Exception as error:  # noqa: BLE001 - the boundary: no traceback, and no value, reaches the user
        return _failed(error, getattr(arguments, "project", None))
    return code


def _failed(error: Exception, project: Path | None) -> int:
    """Say what ended a command, and answer its exit code."""
    match error:
        case Rejected():
            sys.stderr.write(render_text(error.diagnostics) + "\n")
            sys.stderr.write(f"levee: {error.message}; nothing was changed" + "\n")
            return error.exit_code
        case LeveeError():
            sys.stderr.write(f"error: {printable(error.message)}" + "\n")
            if error.help:
                sys.stderr.write(f"  help: {printable(error.help)}" + "\n")
            return error.exit_code
        case OSError():
            where = f" ({printable(str(error.filename))})" if error.filename is not None else ""
            sys.stderr.write(f"error: the operating system refuses: {error.strerror or type(error).__name__}{where}\n")
        case _:
            from infra.fault import fault

            sys.stderr.write(f"error: {fault(error, project)}" + "\n")
    return 1


def command_line() -> argparse.ArgumentParser:
    """The whole command line, for running it and for documenting it."""
    parser = argparse.ArgumentParser(
        prog="levee", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"levee {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (plan, check, explain, guard, guardrails, deploy, verify, drift, carry, status, local, env):
        command.register(commands)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

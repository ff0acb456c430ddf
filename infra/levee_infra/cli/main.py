"""The `levee` command: reads the command line, imports what the command needs, maps outcomes to exit codes."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from typing import NoReturn

from levee import __version__
from levee.clock import SYSTEM_CLOCK, Clock
from levee.diagnostics import LeveeError
from levee.diagnostics.text import one_line
from levee_infra.cli import (
    carry,
    check,
    deploy,
    drift,
    env,
    explain,
    guard,
    guardrails,
    local,
    plan,
    state,
    status,
    verify,
)
from levee_infra.cli.failure import failure_of, show, stopped
from levee_infra.cli.report import remove_earlier_report
from levee_infra.cli.streams import standard_streams
from levee_infra.interruption import interrupt, on_signals

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
exit codes: 0 fine, 1 findings or a failed deployment, 2 bad usage, unreadable input or output that can't be written,
3 drift, 130 interrupted (SIGINT), 143 terminated (SIGTERM)
output: + made, = adopted, ~ changed, - deleted or let go of, ! changed by somebody else (`levee up` puts it right);
in colour on a terminal, without where NO_COLOR is set or TERM is dumb
LEVEE_CONTACT_SECONDS: how long a cluster may take to answer at all (default: 7)
"""


def main(argv: Sequence[str] | None = None, clock: Clock = SYSTEM_CLOCK) -> int:
    """Run one command and answer its exit code. Never raises."""
    # SIGINT is Python's own: where a shell had it ignored, it stays so.
    with standard_streams() as streams, on_signals(interrupt, {signal.SIGTERM}):
        try:
            return streams.end(_run(sys.argv[1:] if argv is None else argv, clock))
        except SystemExit as ended:  # argparse: --help, --version, bad usage
            raise SystemExit(streams.end(int(ended.code or 0))) from None


def _run(argv: Sequence[str], clock: Clock) -> int:
    arguments = argparse.Namespace(clock=clock)
    try:
        if any("\0" in argument for argument in argv):
            raise LeveeError("an argument holds a NUL character", "remove it: no name has one", exit_code=2)
        _understand(argv, arguments)
        code: int = arguments.run(arguments)
    except KeyboardInterrupt as ended:
        return stopped(ended)
    except Exception as error:  # noqa: BLE001 - a user never sees a traceback
        failure = failure_of(error, getattr(arguments, "project", None))
        show(failure)
        return failure.exit_code
    return code


def _understand(argv: Sequence[str], arguments: argparse.Namespace) -> None:
    """Read the command line. One that is refused writes no report, and an earlier one must not be taken for its."""
    try:
        command_line().parse_args(argv, arguments)
    except SystemExit as ended:
        if ended.code:
            remove_earlier_report(argv)
        raise


class _Parser(argparse.ArgumentParser):
    """A parser that repeats nothing which could act on a terminal."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line; exit code 2."""
        super().error(one_line(message))


def command_line() -> argparse.ArgumentParser:
    """The whole command line, for running it and for documenting it."""
    parser = _Parser(
        prog="levee", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"levee {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", dest="command", required=True)
    for command in (plan, check, explain, guard, guardrails, deploy, verify, drift, carry, status, state, local, env):
        command.register(commands)
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

"""The `levee` command: reads the command line, imports what the command needs, maps outcomes to exit codes."""

from __future__ import annotations

import argparse
import re
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from typing import Final, NoReturn

from levee import __version__
from levee.clock import SYSTEM_CLOCK, Clock
from levee.diagnostics import LeveeError
from levee.diagnostics.text import one_line
from levee_infra.cli.failure import failure_of, show, stopped
from levee_infra.cli.streams import standard_streams
from levee_infra.interruption import interrupt, on_signals

_VALUELESS: Final = re.compile(r"--[a-z-]+=")
DESCRIPTION = """\
levee keeps a log stream inside its banks: its account, its region, its roles.

Declare topics, writers, readers and their boundary under stacks/, then:

  levee init             a project to begin from, in an empty folder (offline)
  levee plan local       what stacks/local declares, as tables (offline)
  levee check            every stack against the rules (offline)
  levee filter check local  what is wrong with the filters of its streams (offline)
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

COMMANDS: Final[Mapping[str, tuple[str, ...]]] = {
    "init": ("init",),
    "plan": ("plan",),
    "check": ("check",),
    "explain": ("explain",),
    "filters": ("filter",),
    "guard": ("guard",),
    "guardrails": ("guardrails",),
    "deploy": ("up", "preview", "destroy"),
    "verify": ("verify",),
    "drift": ("drift",),
    "carry": ("carry",),
    "status": ("status",),
    "state": ("state",),
    "local": ("local",),
    "env": ("env",),
    "completion": ("completion",),
}
"""The modules of this package that add commands, in the order of the help, and what each adds."""


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
    ending = ExitStack()
    try:
        if any("\0" in argument for argument in argv):
            raise LeveeError("an argument holds a NUL character", "remove it: no name has one", exit_code=2)
        _understand(argv, arguments)
        if "debug" in arguments:
            from levee_infra.cli.debug import debugging

            ending.enter_context(debugging())
        return int(arguments.run(arguments))
    except KeyboardInterrupt as ended:
        return stopped(ended)
    except Exception as error:  # noqa: BLE001 - a user never sees a traceback
        failure = failure_of(error, getattr(arguments, "project", None))
        show(failure)
        return failure.exit_code
    finally:
        ending.close()


def _understand(argv: Sequence[str], arguments: argparse.Namespace) -> None:
    """Read the command line. One that is refused writes no report, and an earlier one must not be taken for its."""
    try:
        command_line(next((each for each in argv if not each.startswith("-")), "")).understand(argv, arguments)
    except SystemExit as ended:
        if ended.code:
            from levee_infra.cli.report import remove_earlier_report

            remove_earlier_report(argv)
        raise


class _Parser(argparse.ArgumentParser):
    """A parser that repeats nothing which could act on a terminal."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the command line; exit code 2."""
        super().error(one_line(message))

    def understand(self, argv: Sequence[str], arguments: argparse.Namespace) -> None:
        """Read the command line. One with an option that its command doesn't have is refused, with what is near it."""
        _, unknown = self.parse_known_args(argv, arguments)
        *_, command = self._named(arguments)
        if any(not argument or _VALUELESS.fullmatch(argument) for argument in argv):
            command.error("an argument is empty; leave it out, or write its value: a shell variable may be unset")
        if unknown:
            from levee.loading.suggestion import Vocabulary

            near = Vocabulary(command._option_string_actions).suggest(unknown[0].partition("=")[0])  # noqa: SLF001
            command.error(f"unrecognized arguments: {' '.join(unknown)}{near and f'; {near}'}")

    def every(self) -> Iterator[_Parser]:
        """This one, and those of all commands."""
        yield self
        for _, commands in self._by_dest():
            for each in commands.values():
                yield from each.every()

    def _named(self, arguments: argparse.Namespace) -> Iterator[_Parser]:
        """This one, and those of the commands that were named."""
        yield self
        for dest, commands in self._by_dest():
            if each := commands.get(getattr(arguments, dest, None) or ""):
                yield from each._named(arguments)  # noqa: SLF001 - of this class

    def _by_dest(self) -> Iterator[tuple[str, Mapping[str, _Parser]]]:
        for action in self._actions:
            if isinstance(action.choices, dict):
                yield action.dest, action.choices

    def _check_value(self, action: argparse.Action, value: object) -> None:
        if action.choices is None or value in action.choices:
            return
        from levee.loading.suggestion import Vocabulary

        known = [str(each) for each in action.choices]
        hint = Vocabulary(known).suggest(str(value)) or f"choose from {', '.join(known)}"
        raise argparse.ArgumentError(action, f"invalid choice: {value!r}; {hint}")


def _help(parser: argparse.ArgumentParser) -> int:
    sys.stdout.write(parser.format_help())
    return 0


def command_line(command: str = "") -> _Parser:
    """The command line: as far as this command needs it, or the whole of it where the name isn't one of a command."""
    parser = _Parser(
        prog="levee", description=DESCRIPTION, epilog=EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--version", action="version", version=f"levee {__version__}")
    parser.set_defaults(run=lambda _: _help(parser))
    commands = parser.add_subparsers(metavar="COMMAND", dest="command")
    needed = [module for module, names in COMMANDS.items() if command in names] or COMMANDS
    for module in needed:
        import_module(f"levee_infra.cli.{module}").register(commands)
    for each in parser.every():
        each.add_argument(
            "-v",
            "--debug",
            action="store_true",
            default=argparse.SUPPRESS,  # it may stand before the command's name or after it
            help="say on standard error what is asked, when, and where an error comes from; never a secret",
        )
    return parser


if __name__ == "__main__":
    raise SystemExit(main())

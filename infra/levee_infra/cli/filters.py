"""`levee filter`: check, format and try the filters of streams."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from levee.diagnostics import Diagnostic, LeveeError, Level
from levee.diagnostics.text import one_line, render_text
from levee_infra.cli.colour import coloured
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, nearest_project, project_of

if TYPE_CHECKING:
    from levee.filter.expression import Expression
    from levee.filter.record import Record
    from levee.loading.filters import FilterText

_NAME: Final = re.compile(r"[\w./-]+")
MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a file of records."""
DESCRIPTION = """\
Filters say which records of a stream pass, in DPXL, the language of IBM Cloud Logs (docs/reference/filter-language.md).
Offline: asks no cluster and no cloud.
"""
SOURCE: Final = (
    "the filter itself, in quotes; a stream's file; another file that holds only the filter; - for standard input"
)
CHECK = """\
Say what is wrong with filters, and what does otherwise than it seems to.
"""
CHECK_EPILOG = """\
examples:
  levee filter check '<v1> $m.severity == ERROR'
  levee filter check stacks/prod/streams/orders.yaml
  levee filter check prod                              every stream of the stack
exit codes: 0 no error (warnings and notes are none), 1 errors, 2 bad usage or unreadable input
"""
FORMAT = """\
Print a filter on one line: fields with their $m, $l or $d, parentheses where && and || meet. What it means stays.
"""
FORMAT_EPILOG = """\
exit codes: 0 printed, 1 the filter has errors or would be too long, 2 bad usage or unreadable input
"""
TEST = """\
Say for each record whether a filter lets it through: it passes, it fails, or that is open, because IBM's documentation
doesn't say what the filter means for it. Records stand one a line, as JSON: rows of IBM Cloud Logs' query API, or the
events alone, of which no labels and metadata are known.
"""
TEST_EPILOG = """\
example:
  levee filter test '<v1> $d.status >= 500' records.jsonl
exit codes: 0 every record passes or fails, 1 the filter has errors or the answer for some record is open, 2 bad usage
or unreadable input
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("filter", help="check, format and try filters (offline)", description=DESCRIPTION)
    actions = parser.add_subparsers(metavar="ACTION", dest="action", required=True)
    check = _action(actions, "check", "what is wrong with filters", CHECK, CHECK_EPILOG)
    check.add_argument("filter", metavar="FILTER", help=f"a stack's name or folder; {SOURCE}")
    check.set_defaults(run=run_check)
    form = _action(actions, "format", "a filter on one line", FORMAT, FORMAT_EPILOG)
    form.add_argument("filter", metavar="FILTER", help=SOURCE)
    form.set_defaults(run=run_format)
    test = _action(actions, "test", "which records a filter lets through", TEST, TEST_EPILOG)
    test.add_argument("filter", metavar="FILTER", help=SOURCE)
    test.add_argument("records", metavar="RECORDS", help="a file of records, of at most 64 MiB; - for standard input")
    test.set_defaults(run=run_test)
    for each in (check, test):
        each.add_argument(
            "--json", action="store_true", help="one JSON document on standard output (docs/reference/json.md)"
        )
    for each in (check, form, test):
        add_project_option(each)


def _action(actions: Commands, name: str, about: str, description: str, epilog: str) -> argparse.ArgumentParser:
    return actions.add_parser(
        name,
        help=about,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def run_check(arguments: argparse.Namespace) -> int:
    """Print what is to be said of each filter; 1 where one has errors."""
    found = [(each, list(_diagnostics(each))) for each in _filters(arguments)]
    count = Counter(diagnostic.level for _, diagnostics in found for diagnostic in diagnostics)
    if arguments.json:
        _print_json("filter check", {"filters": [_as_json(each, diagnostics) for each, diagnostics in found]})
    else:
        text = render_text(each for _, diagnostics in found for each in diagnostics)
        sys.stdout.write(coloured(text + ("\n" if text else ""), sys.stdout))
        counted = ", ".join(_number(count[level], level) for level in Level)
        sys.stdout.write(f"{_number(len(found), 'filter')}: {counted}\n")
    return int(count[Level.ERROR] > 0)


def run_format(arguments: argparse.Namespace) -> int:
    """Print the filter on one line."""
    from levee.filter.format import formatted
    from levee.filter.parse import MAX_LENGTH

    expression = _expression(arguments)
    if expression is None:
        return 1
    text = formatted(expression)
    if len(text) > MAX_LENGTH:
        message = f"formatted, the filter has {len(text)} characters; {MAX_LENGTH} are taken"
        raise LeveeError(message, "shorten it, or leave it as it is")
    sys.stdout.write(f"{text}\n")
    return 0


def run_test(arguments: argparse.Namespace) -> int:
    """Print an answer for each record; 1 where one is open."""
    from levee.filter.evaluate import Answer, answer
    from levee.filter.operations import compiled

    if arguments.filter == arguments.records == "-":
        raise LeveeError("standard input can't hold both", "name a file for one of them", exit_code=2)
    expression = _expression(arguments)
    if expression is None:
        return 1
    operations = compiled(expression)
    answers = [(line, answer(operations, record)) for line, record in _records(arguments.records)]
    count = Counter(each for _, each in answers)
    if arguments.json:
        rows = [{"line": line, "answer": each} for line, each in answers]
        _print_json("filter test", {"records": rows, "count": {each: count[each] for each in Answer}})
    else:
        for line, each in answers:
            sys.stdout.write(f"{line:>6}  {each}\n")
        verbs = {Answer.PASSES: "pass", Answer.FAILS: "fail", Answer.OPEN: "open"}
        counted = ", ".join(f"{count[each]} {verb}" for each, verb in verbs.items())
        sys.stdout.write(f"{_number(len(answers), 'record')}: {counted}\n")
        if count[Answer.OPEN]:
            sys.stdout.write(
                "open: IBM's documentation doesn't say, or the record doesn't (docs/reference/filter-language.md)\n"
            )
    return int(count[Answer.OPEN] > 0)


def _number(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _print_json(command: str, document: dict[str, Any]) -> None:
    from levee import __version__
    from levee_infra.cli.telling import FORMAT as VERSION

    head = {"format": VERSION, "levee": __version__, "command": command}
    sys.stdout.write(json.dumps(head | document, indent=2) + "\n")


def _expression(arguments: argparse.Namespace) -> Expression | None:
    """The one filter's expression; None where it has errors, which are then printed."""
    from levee.filter.review import review

    found = list(_filters(arguments))
    if len(found) != 1:
        raise LeveeError(
            f"there are {len(found)} filters", "name one: a stream's file, or the filter itself", exit_code=2
        )
    expression = review(found[0].text).expression
    if expression is None:
        sys.stderr.write(coloured(render_text(_diagnostics(found[0])), sys.stderr))
    return expression


def _diagnostics(given: FilterText) -> Iterator[Diagnostic]:
    from levee.diagnostics.redaction import redact
    from levee.filter.review import review

    for remark in review(given.text).remarks:
        location, excerpt = given.at(remark.at)
        yield Diagnostic("filter", redact(remark.message), remark.help, location, remark.level, excerpt)


def _as_json(given: FilterText, diagnostics: list[Diagnostic]) -> dict[str, Any]:
    from levee.diagnostics.redaction import redact
    from levee.filter.review import review

    remarks = review(given.text).remarks
    return {
        "filter": redact(given.text),
        "valid": review(given.text).expression is not None,
        "remarks": [
            {
                "level": each.level,
                "message": each.message,
                "help": each.help,
                "file": each.location and each.location.file,
                "line": each.location and each.location.line,
                "column": each.location and each.location.column,
                "offset": remark.at,
            }
            for each, remark in zip(diagnostics, remarks, strict=True)
        ],
    }


def _filters(arguments: argparse.Namespace) -> Iterator[FilterText]:
    """What the argument leads to: a stack's filters, a file's, or the argument itself."""
    from levee.loading.filters import FilterText, filter_of
    from levee.loading.plain_file import KIB, UnreadableError, read_plain_text

    given: str = arguments.filter
    if given == "-":
        yield FilterText(_standard_input().removesuffix("\n"), "standard input")
        return
    path = Path(given)
    if stack := _stack(arguments, path):
        yield from _of_stack(*stack)
    elif not _exists(path):
        if _NAME.fullmatch(given):
            raise LeveeError(f"{given} is no stack, no file and no filter", "a filter begins with <v1>", exit_code=2)
        yield FilterText(given, "filter")
    elif path.suffix in {".yaml", ".yml"}:
        declared = filter_of(Path(), given)
        if declared is None:
            raise LeveeError(f"{given} declares no filter", "write one: `filter: <v1> …`", exit_code=2)
        yield declared
    else:
        try:
            text = read_plain_text(path, 64 * KIB)
        except UnreadableError as error:
            raise LeveeError(f"{given}: {error.message}", error.hint, exit_code=2) from None
        yield FilterText(text.removesuffix("\n"), given)


def _exists(path: Path) -> bool:
    with suppress(OSError):  # a filter is no path that any system takes
        return path.exists()
    return False


def _stack(arguments: argparse.Namespace, path: Path) -> tuple[Path, str] | None:
    """The project and the stack that a name or a folder is of."""
    from levee.loading.load import stacks

    if _exists(path) and path.is_dir():
        return project_of(arguments, [path]), path.absolute().name
    project = project_of(arguments) if arguments.project is not None else nearest_project()
    return (project, str(path)) if project is not None and str(path) in stacks(project) else None


def _of_stack(project: Path, name: str) -> Iterator[FilterText]:
    from levee.diagnostics import Rejected
    from levee.loading.filters import filter_of
    from levee.loading.folder import find

    folder = find(project, name)
    if folder.diagnostics:
        raise Rejected(folder.diagnostics)
    for file in folder.stream_files.values():
        declared = filter_of(project, file)
        if declared is not None:
            yield declared


def _records(name: str) -> Iterator[tuple[int, Record]]:
    """The records of a file with their lines. Raises LeveeError (exit 2) at the first that is none."""
    from levee.filter.record import record_of
    from levee.loading.plain_file import UnreadableError, read_plain_text

    try:
        text = _standard_input() if name == "-" else read_plain_text(Path(name), MOST_BYTES)
    except UnreadableError as error:
        raise LeveeError(f"{name}: {error.message}", error.hint, exit_code=2) from None
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, record_of(line)
            except ValueError as error:
                hint = "write one record a line, as JSON"
                raise LeveeError(f"{name}:{number}: {one_line(str(error))}", hint, exit_code=2) from None


def _standard_input() -> str:
    from levee.loading.plain_file import MIB, UnreadableError, text_of

    data = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise LeveeError(f"standard input holds more than {MOST_BYTES // MIB} MiB", "give less", exit_code=2)
    try:
        return text_of(data)
    except UnreadableError as error:
        raise LeveeError(f"standard input: {error.message}", error.hint, exit_code=2) from None

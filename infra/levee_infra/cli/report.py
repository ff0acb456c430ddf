"""Reports of rules: the options they share, what ends up in them, and where they go."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from levee.diagnostics import Diagnostic, LeveeError, Rejected
from levee_infra.cli.as_of import add_as_of_option
from levee_infra.cli.colour import coloured
from levee_infra.cli.failure import failure_of, show
from levee_infra.cli.project import project_of

if TYPE_CHECKING:
    from levee_policies.finding import Report
    from levee_policies.report.places import Places
    from levee_policies.rule import Severity

FORMATS: Final = ("text", "json", "sarif", "junit", "github")
REPORTING: Final = ("check", "guard")
"""The commands that write reports."""
SEVERITIES: Final = ("critical", "high", "medium", "low")


@dataclass(slots=True)
class Judgement:
    """What a command finds out, as far as it comes. `failures` are why it came no further."""

    reports: list[Report] = field(default_factory=list)
    failures: list[LeveeError] = field(default_factory=list)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Whatever goes wrong inside is kept for the report."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - each format gets its report, whatever breaks
            self.failures.append(failure_of(error))

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """What went wrong, each thing once, by place."""
        found = _once(each for failure in self.failures for each in _diagnostics(failure))
        return tuple(sorted(found, key=lambda diagnostic: diagnostic.sort_key))


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Give a command the options of a report."""
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument(
        "--output",
        metavar="FILE",
        type=Path,
        help="write there, whole or not at all; an earlier report goes first, anything but a plain file is refused",
    )
    parser.add_argument(
        "--fail-on",
        choices=SEVERITIES,
        default="low",
        help="exit 1 for findings of this severity or a worse one (default: low, which is any)",
    )
    parser.add_argument(
        "--include-waived",
        action="store_true",
        help="sarif: waived findings too, as suppressed results; GitHub opens an alert for each",
    )
    add_as_of_option(parser)


def report(
    arguments: argparse.Namespace,
    category: str,
    find: Callable[[], Path],
    judge: Callable[[Path, Judgement], None],
    inputs: Sequence[Path] = (),
) -> int:
    """Judge the project that `find` finds, and write the report, be it of why nothing could be judged.

    The exit code: 2 where something could not be judged, else 1 where findings are as severe as `--fail-on` says.
    Raises LeveeError (exit 2) where the report can't be written.
    """
    judgement, project = Judgement(), None
    with judgement.going_on():
        project = find()
    output = None
    if arguments.output is not None:
        from levee_infra.cli.whole_file import OutputFile

        output = OutputFile.claim(arguments.output, project, inputs)
    if project is not None:
        with judgement.going_on():
            judge(project, judgement)
    text = _text(arguments, category, project, judgement)
    if output is None:
        sys.stdout.write(coloured(text, sys.stdout) if arguments.format == "text" else text)
    else:
        output.write(text)
    _show(judgement)
    if judgement.failures:
        return 2
    return 1 if any(each.fails(_fail_on(arguments)) for one in judgement.reports for each in one.findings) else 0


def remove_earlier_report(argv: Sequence[str]) -> None:
    """Remove what a command line that is refused names as `--output`, where a report may be written at all.

    Where the project isn't known, nothing says what an input is, and nothing is removed. Raises nothing.
    """
    if not argv or argv[0] not in REPORTING:
        return
    parser = argparse.ArgumentParser(add_help=False, exit_on_error=False)
    for option in ("--output", "--project"):
        parser.add_argument(option, type=Path)
    parser.add_argument("--against", nargs="+", type=Path, default=())
    with suppress(LeveeError, OSError, ValueError, argparse.ArgumentError):
        named, _ = parser.parse_known_args(argv[1:])
        if named.output is not None:
            from levee_infra.cli.whole_file import OutputFile

            OutputFile.claim(named.output, project_of(named), named.against)


def _text(arguments: argparse.Namespace, category: str, project: Path | None, judgement: Judgement) -> str:
    from levee.loading.repository import path_in_repository
    from levee_policies.report.places import Place, below, locate_findings

    reports, errors, fail_on = judgement.reports, judgement.errors, _fail_on(arguments)
    findings = [finding for one in reports for finding in one.findings]
    places: Places = {} if project is None else locate_findings(project, findings)
    if arguments.format == "json":
        from levee_policies.report.as_json import as_json

        return as_json(reports, places, errors)
    if arguments.format == "text":
        from levee_policies.report.as_text import as_text

        # Where the report goes to a terminal, so do the errors: on standard error.
        return as_text(reports, places, errors if arguments.output else (), fail_on=fail_on)
    # Code hosts and CI systems know files by their place in the repository.
    folder = "" if project is None else path_in_repository(project)
    places = {origin: Place(below(folder, place.location), place.lines) for origin, place in places.items()}
    errors = tuple(
        each if each.location is None else replace(each, location=below(folder, each.location)) for each in errors
    )
    if arguments.format == "junit":
        from levee_policies.report.as_junit import as_junit

        return as_junit(reports, places, errors, command=arguments.command)
    if arguments.format == "github":
        from levee_policies.report.as_github import as_github

        return as_github(reports, places, errors, fail_on=fail_on)
    return _sarif(arguments, category, folder, reports, places, errors)


def _sarif(
    arguments: argparse.Namespace,
    category: str,
    folder: str,
    reports: Sequence[Report],
    places: Places,
    errors: Sequence[Diagnostic],
) -> str:
    from levee_policies.report.as_sarif import MOST_RESULTS, as_sarif, sarif_findings

    waived: bool = arguments.include_waived
    beyond = len(sarif_findings(reports, waived=waived)) + len(errors) - MOST_RESULTS
    if beyond > 0:
        sys.stderr.write(
            f"warning: {beyond:,} findings, the least severe, are not in the report: GitHub refuses more\n"
        )
    return as_sarif(reports, places, errors, folder=folder, category=category, waived=waived)


def _fail_on(arguments: argparse.Namespace) -> Severity:
    from levee_policies.rule import Severity

    return Severity(arguments.fail_on)


def _show(judgement: Judgement) -> None:
    """The failures on standard error: what is wrong with files together, by place."""
    if rejected := [each for each in judgement.failures if isinstance(each, Rejected)]:
        show(Rejected(_once(each for one in rejected for each in one.diagnostics)))
    for failure in judgement.failures:
        if not isinstance(failure, Rejected):
            show(failure)


def _once(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Each once; and what is wrong with a stack not again as what its neighbours can't know of it."""
    from levee.loading.load import UNREADABLE_NEIGHBOUR

    found = dict.fromkeys(diagnostics)
    told = {each.location for each in found if each.id != UNREADABLE_NEIGHBOUR}
    yield from (each for each in found if each.id != UNREADABLE_NEIGHBOUR or each.location not in told)


def _diagnostics(failure: LeveeError) -> Sequence[Diagnostic]:
    if isinstance(failure, Rejected):
        return failure.diagnostics
    return (Diagnostic("unusable-input", failure.message, failure.help),)

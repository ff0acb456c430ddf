"""Reports of rules: the options they share, and where they go."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from levee.cli.as_of import add_as_of_option
from levee.cli.whole_file import write_whole

if TYPE_CHECKING:
    from policies.finding import Report
    from policies.report.places import Places

FORMATS: Final = ("text", "json", "sarif", "junit", "github")


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """Give a command `--format`, `--output` and `--as-of`."""
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument("--output", metavar="FILE", type=Path, help="write there, whole or not at all")
    add_as_of_option(parser)


def write_reports(arguments: argparse.Namespace, project: Path, reports: Sequence[Report]) -> int:
    """Write them where and as the options say. The exit code: 1 where something stops a deployment."""
    from policies.report.places import locate_findings

    findings = [finding for report in reports for finding in report.findings]
    text = _formatter(arguments.format)(reports, locate_findings(project, findings))
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        write_whole(arguments.output, text)
    return 1 if any(report.gating for report in reports) else 0


def _formatter(name: str) -> Callable[[Sequence[Report], Places], str]:
    match name:
        case "json":
            from policies.report.as_json import as_json as render
        case "sarif":
            from policies.report.as_sarif import as_sarif as render
        case "junit":
            from policies.report.as_junit import as_junit as render
        case "github":
            from policies.report.as_github import as_github as render
        case _:
            from policies.report.as_text import as_text as render
    return render

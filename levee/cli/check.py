"""`levee check`: judge stacks by their files alone."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from levee.cli.command import Commands
from levee.cli.project import add_project_option, project_of
from levee.diagnostics import Diagnostic, LeveeError, Rejected

if TYPE_CHECKING:
    from policies.finding import Report
    from policies.report.places import Places
    from policies.rule import Rule

FORMATS: Final = ("text", "json", "sarif", "junit", "github")

DESCRIPTION = """\
Judge stacks by every rule that files can show: roles, account, location, encryption, durability, retention, ownership.
Offline: asks no cluster, no cloud and no Pulumi. `levee explain RULE` prints what a rule demands and why.
"""

EPILOG = """\
examples:
  levee check                                    every stack
  levee check stacks/local stacks/prod           these two
  levee check stacks/prod/streams/orders.yaml    the stack of this file; a pre-commit hook passes what changed
  levee check --format sarif --output levee.sarif
exit codes: 0 nothing found, 1 findings that no waiver lets through, 2 bad usage or unreadable input
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "check",
        help="judge stacks by the rules (offline)",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", metavar="PATH", help="a stack's folder or a file in it (default: all)")
    parser.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    parser.add_argument("--output", metavar="FILE", type=Path, help="write there, whole or not at all")
    parser.add_argument("--as-of", metavar="DATE", type=_day, help="judge as on that day, YYYY-MM-DD (default: today)")
    parser.add_argument("--rule", action="append", metavar="ID", help="only this rule; can be given again")
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge, write the report, answer 1 where something stops a deployment."""
    from policies.report.places import locate_findings

    as_of = arguments.as_of or date.today()  # noqa: DTZ011 - a day in the operator's calendar
    rules = list(_rules(arguments.rule))
    project, names = _stacks(arguments)
    reports = _reports(project, names, rules, as_of)
    findings = [finding for report in reports for finding in report.findings]
    text = _formatter(arguments.format)(reports, locate_findings(project, findings))
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        _write(arguments.output, text)
    return 1 if any(report.gating for report in reports) else 0


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write YYYY-MM-DD") from None


def _rules(ids: Sequence[str] | None) -> Iterator[Rule[Any]]:
    from levee.cli.explain import rule_of
    from policies.gate import offline_rules

    offline = offline_rules()
    if ids is None:
        yield from offline
    for name in ids or ():
        rule = rule_of(name)
        if rule not in offline:
            surfaces = ", ".join(sorted(surface.value for surface in rule.surfaces))
            raise LeveeError(f"{rule.id} can't be judged by files alone", f"it is judged on: {surfaces}", exit_code=2)
        yield rule


def _stacks(arguments: argparse.Namespace) -> tuple[Path, list[str]]:
    from levee.loading.load import stacks

    project = project_of(arguments)
    known = stacks(project)
    if not known:
        raise LeveeError("the project declares no stack", "write one: stacks/<name>/stack.yaml", exit_code=2)
    if not arguments.paths:
        return project, list(known)
    return project, sorted({name for path in arguments.paths for name in _stacks_of(Path(path), project, known)})


def _stacks_of(path: Path, project: Path, known: Sequence[str]) -> Sequence[str]:
    """The stacks that a path is part of: all of them for stacks/ itself and the files that all stacks share."""
    if str(path) in known and not path.exists():
        return [str(path)]
    if not path.exists():
        raise LeveeError(f"{path} is not there", f"stacks here: {', '.join(known)}", exit_code=2)
    try:
        parts = path.resolve().relative_to((project / "stacks").resolve()).parts
    except ValueError:
        parts = ("",)
    if not parts or (len(parts) == 1 and parts[0] in {"classes.yaml", "waivers.yaml"}):
        return known
    if parts[0] not in known:
        raise LeveeError(f"{path} is part of no stack", f"stacks here: {', '.join(known)}", exit_code=2)
    return [parts[0]]


def _reports(project: Path, names: Sequence[str], rules: Sequence[Rule[Any]], as_of: date) -> list[Report]:
    from levee.loading.load import load_stack
    from levee.plan.build import build_plan
    from policies.engine import evaluate
    from policies.gate import context_of

    reports, rejected = [], dict[Diagnostic, None]()
    context = context_of(project, as_of)
    for name in names:
        try:
            plan = build_plan(load_stack(project, name), as_of)
        except Rejected as error:
            rejected |= dict.fromkeys(error.diagnostics)
            continue
        reports.append(evaluate(plan, rules, context))
    if rejected:
        raise Rejected(rejected)
    return reports


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


def _write(file: Path, text: str) -> None:
    import os
    from tempfile import NamedTemporaryFile

    try:
        with NamedTemporaryFile("w", encoding="utf-8", dir=file.parent, prefix=".levee-", delete=False) as temporary:
            temporary.write(text)
            temporary.flush()
            os.fsync(temporary.fileno())
        Path(temporary.name).chmod(0o644)
        Path(temporary.name).replace(file)
    except OSError as error:
        hint = "name a file in a folder that is there and may be written"
        raise LeveeError(f"{file} can't be written: {error.strerror}", hint, exit_code=2) from None

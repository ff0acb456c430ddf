"""`levee check`: judge stacks by their files alone."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from levee.cli.as_of import day_of
from levee.cli.command import Commands
from levee.cli.project import add_project_option, project_of
from levee.cli.report import add_report_options, write_reports
from levee.diagnostics import Diagnostic, LeveeError, Rejected

if TYPE_CHECKING:
    from policies.finding import Report
    from policies.rule import Rule

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
    add_report_options(parser)
    parser.add_argument("--rule", action="append", metavar="ID", help="only this rule; can be given again")
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Judge, write the report, answer 1 where something stops a deployment."""
    rules = list(_rules(arguments.rule))
    project, names = _stacks(arguments)
    reports = _reports(project, names, rules, day_of(arguments))
    return write_reports(arguments, project, reports)


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
    if not parts or (len(parts) == 1 and parts[0] in {"classes.yaml", "waivers.yaml", "sites.yaml"}):
        return known
    if parts[0] not in known:
        raise LeveeError(f"{path} is part of no stack", f"stacks here: {', '.join(known)}", exit_code=2)
    return [parts[0]]


def _reports(project: Path, names: Sequence[str], rules: Sequence[Rule[Any]], as_of: date) -> list[Report]:
    from levee.loading.load import Stacks
    from levee.plan.build import build_plan
    from policies.engine import evaluate
    from policies.gate import context_of

    reports, rejected, stacks = [], dict[Diagnostic, None](), Stacks(project)
    context = context_of(project, as_of)
    for name in names:
        try:
            plan = build_plan(stacks.load(name), as_of)
        except Rejected as error:
            rejected |= dict.fromkeys(error.diagnostics)
            continue
        reports.append(evaluate(plan, rules, context))
    if rejected:
        raise Rejected(_once(rejected))
    return reports


def _once(rejected: Collection[Diagnostic]) -> Iterator[Diagnostic]:
    """What is wrong with a stack is not told again as what its neighbours can't know."""
    from levee.loading.load import UNREADABLE_NEIGHBOUR

    told = {each.location for each in rejected if each.id != UNREADABLE_NEIGHBOUR}
    yield from (each for each in rejected if each.id != UNREADABLE_NEIGHBOUR or each.location not in told)

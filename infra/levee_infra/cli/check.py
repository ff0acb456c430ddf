"""`levee check`: judge stacks by their files alone."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from levee.diagnostics import LeveeError
from levee.loading.suggestion import listing
from levee_infra.cli.as_of import day_of
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, project_of
from levee_infra.cli.report import Judgement, add_report_options, report

if TYPE_CHECKING:
    from levee_policies.facts import Context
    from levee_policies.rule import Rule

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
  levee check --fail-on high                     medium and low findings are warnings
exit codes: 0 nothing found, 1 findings that no waiver lets through, 2 bad usage, unreadable input, or a report that
can't be written
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
    """Judge, write the report, answer 1 where something is found."""
    as_of = day_of(arguments)

    def judge(project: Path, judgement: Judgement) -> None:
        _judge(project, _stacks(arguments, project), arguments.rule, as_of, judgement)

    category = " ".join(("levee/check", *arguments.paths, *(arguments.rule or ())))
    return report(arguments, category, lambda: project_of(arguments, [*map(Path, arguments.paths)]), judge)


def _rules(ids: Sequence[str] | None, context: Context) -> Iterator[Rule[Any]]:
    from levee_infra.cli.explain import rule_of
    from levee_policies.gate import offline_rules
    from levee_policies.registry import RULES

    offline = offline_rules(context)
    if ids is None:
        yield from offline
    for name in ids or ():
        rule = rule_of(name, (*RULES, *context.own_rules))
        if rule not in offline:
            surfaces = ", ".join(sorted(surface.value for surface in rule.surfaces))
            raise LeveeError(f"{rule.id} can't be judged by files alone", f"it is judged on: {surfaces}", exit_code=2)
        yield rule


def _stacks(arguments: argparse.Namespace, project: Path) -> list[str]:
    from levee.loading.folder import strays
    from levee.loading.load import stacks

    known = stacks(project)
    if not known:
        near = [f"{each.location}: {each.message}; {each.help}" for each in strays(project)]
        hint = next(iter(near), "write one: stacks/<name>/stack.yaml")
        raise LeveeError("the project declares no stack", hint, exit_code=2)
    if not arguments.paths:
        return list(known)
    return sorted({name for path in arguments.paths for name in _stacks_of(Path(path), project, known)})


def _stacks_of(path: Path, project: Path, known: Sequence[str]) -> Sequence[str]:
    """The stacks that a path is part of: all of them for stacks/, what all stacks share, and own rules."""
    from levee.loading.folder import SHARED

    if str(path) in known and not path.exists():
        return [str(path)]
    if not path.exists():
        raise LeveeError(f"{path} is not there", f"stacks here: {listing(known)}", exit_code=2)
    if path.resolve().is_relative_to((project / "policies" / "rules").resolve()):
        return known
    try:
        parts = path.resolve().relative_to((project / "stacks").resolve()).parts
    except ValueError:
        parts = ("",)
    if not parts or (len(parts) == 1 and parts[0] in SHARED):
        return known
    if parts[0] not in known:
        raise LeveeError(f"{path} is part of no stack", f"stacks here: {listing(known)}", exit_code=2)
    return [parts[0]]


def _judge(project: Path, names: Sequence[str], ids: Sequence[str] | None, as_of: date, judgement: Judgement) -> None:
    from levee.loading.load import Stacks
    from levee_policies.engine import evaluate
    from levee_policies.gate import context_of

    context, stacks = None, Stacks(project)
    rules: list[Rule[Any]] = []
    with judgement.going_on():
        known = context_of(project, as_of)
        rules = list(_rules(ids, known))
        context = known
    for name in names:
        with judgement.going_on():
            plan = stacks.plan(name, as_of)
            if context is not None:
                judgement.reports.append(evaluate(plan, rules, context))

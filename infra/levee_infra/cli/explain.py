"""`levee explain`: what a rule demands, why, and how to keep it."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from levee.diagnostics import LeveeError
from levee.diagnostics.text import one_line, printable
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, nearest_project, project_of

if TYPE_CHECKING:
    from levee_policies.rule import Rule

_ID: Final = re.compile(r"[A-Z]+-[A-Z]+-[0-9]+")
DESCRIPTION = """\
Print the page of a rule: what it demands, why, what fails and what passes, how to fix it, and who asks for it.
Without a rule, list them all. In a project the rules of its policies/rules are among them.
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("explain", help="what a rule demands, and why", description=DESCRIPTION)
    parser.add_argument("rule", nargs="?", metavar="RULE", help="a rule's id, such as RLS-DUR-002 or dur-002")
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one page or the list."""
    from levee_policies.report.page import page_text

    rules = _rules(arguments)
    if arguments.rule is not None:
        sys.stdout.write(printable(page_text(rule_of(arguments.rule, rules))))
        return 0
    for rule in rules:
        sys.stdout.write(f"{rule.id}  {rule.severity:<8}  {one_line(rule.title)}\n")
    return 0


def _rules(arguments: argparse.Namespace) -> Sequence[Rule[Any]]:
    """levee's, and in a project the organization's."""
    from levee_policies.organization import rules_of
    from levee_policies.registry import RULES

    project = project_of(arguments) if arguments.project is not None else nearest_project()
    return RULES if project is None else (*RULES, *rules_of(project))


def rule_of(name: str, rules: Iterable[Rule[Any]]) -> Rule[Any]:
    """The rule with this id, levee's prefix and all case left free. Raises LeveeError (exit 2)."""
    from levee.loading.suggestion import Vocabulary

    given, by_id = name.upper(), {rule.id: rule for rule in rules}
    rule = by_id.get(given) or by_id.get(f"RLS-{given}")
    if rule is None:
        prefixes = {each.partition("-")[0] for each in by_id}
        of_others = _ID.fullmatch(given) and Vocabulary(prefixes).nearest(given.partition("-")[0]) is None
        near = "" if of_others else Vocabulary(by_id).suggest(given)
        hint = near or "`levee explain` lists the rules, in a project its own among them"
        raise LeveeError(f"there is no rule {name}", hint, exit_code=2)
    return rule

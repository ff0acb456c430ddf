"""`levee explain`: what a rule demands, why, and how to keep it."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from levee.diagnostics import LeveeError
from levee_infra.cli.command import Commands

if TYPE_CHECKING:
    from levee_policies.rule import Rule

DESCRIPTION = """\
Print the page of a rule: what it demands, why, what fails and what passes, how to mend it, and who asks for it.
Without a rule, list them all.
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("explain", help="what a rule demands, and why", description=DESCRIPTION)
    parser.add_argument("rule", nargs="?", metavar="RULE", help="a rule's id, such as RLS-DUR-002 or dur-002")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print one page or the list."""
    from levee_policies.registry import RULES
    from levee_policies.report.page import page_text

    if arguments.rule is not None:
        sys.stdout.write(page_text(rule_of(arguments.rule)))
        return 0
    for rule in RULES:
        sys.stdout.write(f"{rule.id}  {rule.severity:<8}  {rule.title}\n")
    return 0


def rule_of(name: str) -> Rule[Any]:
    """The rule with this id, its prefix and case left free. Raises LeveeError (exit 2)."""
    from levee.loading.suggestion import Vocabulary
    from levee_policies.registry import BY_ID

    given = name.upper()
    rule = BY_ID.get(given) or BY_ID.get(f"RLS-{given}")
    if rule is None:
        hint = Vocabulary(BY_ID).suggest(given) or "`levee explain` lists the rules"
        raise LeveeError(f"there is no rule {name}", hint, exit_code=2)
    return rule

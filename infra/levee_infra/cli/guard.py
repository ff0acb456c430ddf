"""`levee guard`: judge what a stack's files change of what is deployed."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from levee.diagnostics import LeveeError
from levee.diagnostics.text import one_line
from levee_infra.cli.as_of import day_of
from levee_infra.cli.clearance import add_clearance_option
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, project_of
from levee_infra.cli.report import Judgement, add_report_options, report

if TYPE_CHECKING:
    from levee.plan.change import Deployed
    from levee_policies.same_change import Base

DESCRIPTION = """\
Judge a change before it is deployed: topics that would be deleted or replaced, partitions, retention that is cut,
access that grows, and how much of the stack would go. A deletion needs a retirement that is deployed, most other
changes a dated approval in the stream's file. Asks no cluster; `levee explain RLS-BLR-001` (to 007) tells what each
rule demands.
"""

EPILOG = """\
examples:
  levee guard local                                        against the embedded engine's state
  levee guard prod --against git origin/main               against what a branch declares, as in a pull request
  levee guard prod --against preview preview.json          against `pulumi preview --json --show-sames > preview.json`
  levee guard prod --against git v1.4 --max-removed 50     a big clearance, meant so
exit codes: 0 nothing found, 1 findings that no approval or waiver lets through, 2 bad usage, nothing to compare with,
or a report that can't be written
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "guard",
        help="judge a change against what is deployed (offline)",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", help="the stack's name: the folder under stacks/")
    parser.add_argument(
        "--against",
        nargs="+",
        metavar=("WHAT", "NAME"),
        default=["state"],
        help="state (default), preview FILE, or git REV",
    )
    add_clearance_option(parser)
    add_report_options(parser)
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare, judge, write the report; answer 1 where something is found."""
    from levee.loading.load import load_plan
    from levee.plan.change import compare
    from levee_policies.gate import context_of, judge_change

    as_of = day_of(arguments)

    def judge(project: Path, judgement: Judgement) -> None:
        plan = load_plan(project, arguments.stack, as_of)
        deployed, base = _deployed(arguments.against, project, arguments.stack, as_of)
        changes = compare(plan, deployed)
        counts = f"{changes.resources_before} topics and credentials, {len(changes.removed)} go"
        sys.stderr.write(one_line(f"against {changes.source}: {counts}") + "\n")
        context = replace(context_of(project, as_of), max_removed=arguments.max_removed)
        judgement.reports.append(judge_change(plan, changes, context, base))

    inputs = [Path(name) for name in arguments.against[1:]]
    return report(arguments, f"levee/guard/{arguments.stack}", lambda: project_of(arguments), judge, inputs)


def _deployed(against: Sequence[str], project: Path, stack: str, as_of: date) -> tuple[Deployed, Base | None]:
    """What to compare with; and the files that it was read from, where it was."""
    match against:
        case ["state"]:
            from levee_infra.deployed.state import from_state

            return from_state(project, stack), None
        case ["preview", file]:
            from levee_infra.deployed.preview import from_preview

            return from_preview(Path(file), stack), None
        case ["git", revision]:
            from levee_infra.deployed.revision import from_revision

            found = from_revision(project, stack, revision, as_of)
            return found.deployed, found.base
    message = f"--against {' '.join(against)}: there is no such thing to compare with"
    raise LeveeError(message, "write --against state, --against preview FILE or --against git REV", exit_code=2)

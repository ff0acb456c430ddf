"""`levee guardrails`: policies for the organization that keep an account inside a stack's boundary."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from levee.diagnostics import LeveeError
from levee.diagnostics.text import one_line
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, project_of
from levee_infra.cli.whole_file import OutputFile, refuse_input

DESCRIPTION = """\
Print the policies that keep the AWS account of a stack inside its boundary, for the organization's owners to attach to
that account: a service control policy that denies every other region, and a resource control policy that lets in only
the stack's own account, those it trusts, and TLS. On standard error: what they leave open. Offline; attaches nothing.
"""

EPILOG = """\
examples:
  levee guardrails prod                                 both, as one JSON object: name -> policy
  levee guardrails prod --close kms --close config      hold KMS and Config to the region, too
  levee guardrails prod --organization o-a1b2c3d4e5     let in the whole organization
  levee guardrails prod --output policies-for-prod      one file each, and what they leave open
exit codes: 0 printed, 2 bad usage, unreadable input, or a policy that AWS would refuse for its length
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "guardrails",
        help="policies for the AWS organization that keep a stack's boundary (offline)",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", help="the stack's name: the folder under stacks/")
    parser.add_argument("--kind", choices=("scp", "rcp", "all"), default="all", help="default: all")
    parser.add_argument(
        "--close",
        action="append",
        metavar="SERVICE",
        default=[],
        help="don't exempt this global service from the region; can be given again",
    )
    parser.add_argument("--organization", metavar="ID", help="let in everybody of this organization (o-…)")
    parser.add_argument("--output", metavar="DIR", type=Path, help="write files there instead of to standard output")
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print or write the policies, and what they leave open."""
    from levee.loading.load import load_plan
    from levee.render.table import render_table
    from levee.targets import guardrails

    project = project_of(arguments)
    plan = load_plan(project, arguments.stack, arguments.clock.today())
    found = guardrails(plan, arguments.kind, arguments.close, arguments.organization)
    account, region = plan.boundary.account, plan.boundary.region
    open_ends = f"For account {account}, region {region}: attach to this account, or above it with care.\n\n"
    open_ends += "\n".join(f"{title}\n{render_table(header, rows)}" for title, header, rows in found.left_open)
    if arguments.output is None:
        sys.stdout.write(json.dumps(found.policies, indent=2) + "\n")
        sys.stderr.write(open_ends)
    else:
        policies = found.policies.items()
        texts = {f"{plan.stack}-{name}.json": json.dumps(policy, indent=2) + "\n" for name, policy in policies}
        _write(arguments.output, project, {**texts, f"{plan.stack}-left-open.txt": open_ends})
    return 0


def _write(folder: Path, project: Path, texts: Mapping[str, str]) -> None:
    for name in texts:
        refuse_input(folder / name, project)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise LeveeError(f"{folder} can't be made: {error.strerror}", "name another folder", exit_code=2) from None
    claimed = [(folder / name, OutputFile.claim(folder / name, project), text) for name, text in texts.items()]
    for shown, file, text in claimed:
        file.write(text)
        sys.stderr.write(one_line(f"wrote {shown}") + "\n")

"""`levee guardrails`: policies for the organization that keep an account inside a stack's boundary."""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from levee.diagnostics import LeveeError
from levee.diagnostics.text import one_line
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, project_of
from levee_infra.cli.whole_file import OutputFile, refuse_input

if TYPE_CHECKING:
    from levee.catalog.partition import Partition
    from levee.plan.planned import Plan
    from levee.targets.aws.iam.guardrails import Guardrail, Kind, Limits

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

_ORGANIZATION: Final = re.compile(r"o-[a-z0-9]{10,32}")


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
    from levee.targets.aws.iam.document import PolicyTooLarge
    from levee.targets.aws.iam.guardrails import Kind, guardrails

    project = project_of(arguments)
    plan = load_plan(project, arguments.stack, arguments.clock.today())
    partition = _partition(plan)
    limits = _limits(plan, arguments.close, arguments.organization)
    kinds = [kind for kind in Kind if arguments.kind in {kind.value, "all"}]
    try:
        found = guardrails(limits, kinds)
    except PolicyTooLarge as error:
        raise LeveeError(
            str(error), "see trusted_accounts in the stack's file, or --organization", exit_code=2
        ) from None
    open_ends = "\n".join(_left_open(plan, limits, kinds, partition))
    if arguments.output is None:
        sys.stdout.write(json.dumps({each.name: each.document.plain() for each in found}, indent=2) + "\n")
        sys.stderr.write(open_ends)
    else:
        _write(arguments.output, project, plan.stack, found, open_ends)
    return 0


def _partition(plan: Plan) -> Partition:
    """The stack's partition. Raises LeveeError where the stack isn't on AWS."""
    from levee.catalog.partition import partition_of
    from levee.targets.registry import MODELS

    if not MODELS[plan.target].organizations:
        message = f"stack {plan.stack} is of target {plan.target}: only AWS has organizations with such policies"
        raise LeveeError(message, "name a stack of target aws", exit_code=2)
    partition = partition_of(plan.boundary.region)
    if partition is None:
        raise LeveeError(f"{plan.boundary.region} is no region of AWS that levee knows", "fix `region`", exit_code=2)
    return partition


def _limits(plan: Plan, closed: Sequence[str], organization: str | None) -> Limits:
    from levee.catalog.global_service import GLOBAL_SERVICES
    from levee.targets.aws.iam.guardrails import Limits
    from levee.targets.aws.iam.perimeter import Insiders

    unknown = sorted(set(closed) - GLOBAL_SERVICES.keys())
    if unknown:
        known = ", ".join(sorted(GLOBAL_SERVICES))
        raise LeveeError(f"--close {unknown[0]}: it isn't exempted", f"exempted are: {known}", exit_code=2)
    if organization is not None and not _ORGANIZATION.fullmatch(organization):
        raise LeveeError(f"--organization {organization}: not an id", "write it as o-a1b2c3d4e5", exit_code=2)
    insiders = Insiders((plan.boundary.account, *plan.trusted_accounts), organization)
    return Limits(region=plan.boundary.region, insiders=insiders, closed=frozenset(closed))


def _left_open(plan: Plan, limits: Limits, kinds: Sequence[Kind], partition: Partition) -> Iterator[str]:
    """What the policies don't keep, as tables."""
    from levee.render.table import render_table
    from levee.targets.aws.iam.guardrails import BEYOND, Kind

    boundary = plan.boundary
    yield f"For account {boundary.account}, region {boundary.region}: attach to this account, or above it with care.\n"
    if Kind.SCP in kinds:
        rows = [
            (service.name, service.control_plane_in(partition) or "every region", service.hole)
            for service in limits.exempt()
        ]
        yield "Exempt from the region, as in AWS's own sample (--close NAME withdraws it)\n" + render_table(
            ("NAME", "RUN FROM", "LEFT OPEN"), rows
        )
    yield "Beyond these policies\n" + render_table(("WHAT", "WHY"), BEYOND)


def _write(folder: Path, project: Path, stack: str, found: Sequence[Guardrail], open_ends: str) -> None:
    texts = {f"{stack}-{each.name}.json": each.document.pretty() for each in found}
    texts[f"{stack}-left-open.txt"] = open_ends
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

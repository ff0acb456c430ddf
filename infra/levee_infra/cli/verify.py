"""`levee verify`: the proof on the live cluster and in the account."""

from __future__ import annotations

import argparse
import sys

from levee_infra.cli.colour import coloured
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, project_of
from levee_infra.cli.waiting import waiting_for_cluster

DESCRIPTION = """\
Log in as every service of a stack, with the settings that the service itself uses, and try what its roles allow and
what they don't; compare topics, ACLs and users with the declaration; name everybody else who may touch its streams.

Safe in production: operations are asked for in forms that brokers authorize and that can't be carried out. No record
is written or read, no group is joined, nothing is changed. Every refusal stands in the brokers' authorizer log under
the client id levee-verify, and each user fails to log in once, on purpose, with a wrong password.

A service whose `principal` was made elsewhere can't be tried: levee holds no credential of it. Its ACLs are compared,
and it is listed as granted, not proved.

Exit code 0: all that can be tried or compared is as declared; what can't be, by its declaration, fails nothing and is
listed. 1: a surprise, or something that is unknown, which is never a pass.

Of a stack on aws its account is read as well: what the live policies of roles, secrets, keys and archives come to,
decided here and not by AWS, and whether locks, encryption and alarms are as declared. Nothing is tried there.
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "verify",
        help="prove it: who can write, read and reconfigure, tried with real clients",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", help="the stack's name: the folder under stacks/")
    parser.add_argument(
        "--json",
        action="store_true",
        help="canonical JSON instead of tables: every single trial, and when, by what, of which revision and by whom",
    )
    parser.add_argument(
        "--write",
        action="store_true",
        help="really write: a marked record on each stream tried (header levee-probe), read back by its readers; "
        "managers of a prefix make a topic and delete it",
    )
    parser.add_argument(
        "--service",
        metavar="NAME",
        nargs="+",
        action="extend",
        default=[],
        help="try only these services' credentials and roles; all else is compared as a whole",
    )
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the proof. 0: all that can be tried is as declared; 1: a surprise, or something unknown."""
    from levee.loading.load import load_plan
    from levee_infra.engines.record import record_if_readable
    from levee_infra.targets.registry import target_of
    from levee_infra.verify.evidence import evidence
    from levee_infra.verify.progress import Progress
    from levee_infra.verify.proof import Scope, prove
    from levee_infra.verify.proof_json import render_json
    from levee_infra.verify.proof_tables import render_tables

    project = project_of(arguments)
    began = arguments.clock.now()
    plan = load_plan(project, arguments.stack, began.date())
    target = target_of(plan)
    with waiting_for_cluster(plan), Progress(sys.stderr) as progress:
        scope = Scope(
            plan=plan,
            project=project,
            recorded=record_if_readable(project, plan.stack),
            as_of=began.date(),
            services=arguments.service,
            write=arguments.write,
        )
        proof = prove(scope, target, progress.show)
    if arguments.json:
        sys.stdout.write(render_json(proof, evidence(plan, project, began, target.caller(plan, project))))
    else:
        sys.stdout.write(coloured(render_tables(proof), sys.stdout))
    return 0 if proof.holds else 1

"""`levee status`: what is deployed, by which engine, and what the cluster says."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

from levee.diagnostics import LeveeError
from levee.diagnostics.text import one_line
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, project_of
from levee_infra.cli.telling import Telling, add_json_option
from levee_infra.cli.waiting import waiting_for_cluster

if TYPE_CHECKING:
    from levee.plan.credential_age import CredentialAge

DESCRIPTION = """\
Print which engine holds a stack, how many resources it holds, what the live cluster answers (its identity, where its
brokers stand, how many declared topics exist), whose password is due by the service's `rotate_every`, and what the
stack let go of and its account still holds, until that is empty and gone. Changes nothing. Exit 1 where the cluster or
the account can't be asked, or the cluster contradicts the declaration.
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser("status", help="what is deployed and what the cluster says", description=DESCRIPTION)
    parser.add_argument("stack", help="the stack's name: the folder under stacks/")
    add_json_option(parser)
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the status."""
    from levee.loading.load import load_plan
    from levee_infra.deployed.holder import holder
    from levee_infra.engines.record import record_of
    from levee_infra.kafka.live_cluster import look, refuse_contradictions
    from levee_infra.targets.registry import target_of

    project = project_of(arguments)
    today = arguments.clock.today()
    plan = load_plan(project, arguments.stack, today)
    held = holder(project, plan.stack)
    with waiting_for_cluster(plan):
        live = look(plan, project)
    unknown: LeveeError | None = None
    existing = sum(topic.name in live.topics for topic in plan.topics)
    document: dict[str, object] = {
        "engine": held.engine,
        "resources": held.resources,
        "cluster": {"id": live.id, "racks": {str(broker): rack for broker, rack in sorted(live.racks.items())}},
        "topics": {"declared": len(plan.topics), "existing": existing},
        "credentials": {
            "declared": len(plan.credentials),
            "due": _due(record_of(project, plan.stack).ages(plan, today)),
        },
    }
    try:
        document["let_go"] = [asdict(each) for each in target_of(plan).let_go(plan, project)]
    except LeveeError as error:
        unknown = error
        document["let_go"] = {"unknown": error.message}
    if arguments.json:
        Telling("status", plan.stack, as_json=True).end(**document)
    else:
        _print(plan.stack, document)
    refuse_contradictions(plan, live, project)
    return 0 if unknown is None else 1


def _print(stack: str, document: dict[str, object]) -> None:
    cluster, topics, credentials = document["cluster"], document["topics"], document["credentials"]
    assert isinstance(cluster, dict)
    assert isinstance(topics, dict)
    assert isinstance(credentials, dict)
    brokers = ", ".join(f"{broker} in {rack or 'unknown'}" for broker, rack in cluster["racks"].items())
    held = document["engine"] or "nobody yet (never deployed from here)"
    lines = (
        f"stack     {stack}",
        f"held by   {held}, {document['resources']} resources",
        f"cluster   {cluster['id']}; brokers {brokers}",
        f"topics    {topics['existing']} of {topics['declared']} declared exist",
        *(f"password  {each['user']} {each['due']}: {each['found']}; {each['next']}" for each in credentials["due"]),
        *_let_go(document["let_go"]),
    )
    sys.stdout.write("\n".join(map(one_line, lines)) + "\n")


def _due(ages: Iterable[CredentialAge]) -> list[dict[str, str]]:
    """The passwords that are to be renewed, soon or long since, and those of unknown age."""
    from levee.plan.credential_age import Due

    return [
        {"user": age.username, "due": age.due.value, "found": age.found, "next": age.remedy}
        for age in ages
        if age.due is not Due.IN_TIME
    ]


def _let_go(found: object) -> Iterator[str]:
    if isinstance(found, dict):
        yield f"let go    unknown: {found['unknown']}"
    for each in found if isinstance(found, list) else ():
        locked = f", locked until {each['locked_until']} at the latest" if each["locked_until"] else ""
        yield f"let go    {each['what']} {each['name']} since {each['since']}: {each['state']}{locked}; {each['next']}"

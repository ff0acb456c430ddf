"""`levee local`: a real, secured Kafka on this machine."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from levee.diagnostics import LeveeError
from levee.diagnostics.text import one_line, printable
from levee_infra.cli.project import add_project_option, project_of

if TYPE_CHECKING:
    from levee_infra.local.aws_server import AwsServerStatus
    from levee_infra.local.cluster import ClusterSettings, ClusterStatus

DESCRIPTION = """\
Three real Kafka brokers on 127.0.0.1, secured as a production cluster is: clients sign in with SCRAM-SHA-512 over
TLS, brokers and controllers by certificate, nobody may do anything without an ACL. Replication factor 3, two replicas
in sync; each broker stands in a zone of its own (rack `region/zone`).

With `--aws` an AWS API too (a moto server): one made-up account, any region, any credentials, and in eu-west-1 the log
group /levee/checkout, as an application's would be there. It keeps nothing once it is stopped.
"""

EPILOG = """\
examples:
  levee local up                      start them (the first time: fetch Kafka's jars, format storage); again: no-op
  levee local up --aws                and the AWS API, on port 19122
  AWS_SHARED_CREDENTIALS_FILE=.levee/local/aws/credentials \\
    aws --endpoint-url http://127.0.0.1:19122 --region eu-west-1 secretsmanager list-secrets
                                      any AWS client takes its endpoint and its made-up credentials
  levee local status --json           addresses, CA, administrator and processes, for scripts
  kcat -F .levee/local/admin/client.properties -L
                                      any librdkafka client takes the settings file of the administrator
  levee local down                    stop all; what the brokers hold stays, what the AWS API holds is gone
  levee local down --delete-data      stop all and remove topics, users, certificates, and what the project's stacks
                                      on it left: states, passwords, the passphrase and its salts; no other stack's

needs Java 17 or later, and Maven once; `--aws` moto. It says how to get them. Everything lies under --directory.
exit codes: 0 done, 1 it failed, 2 bad usage. `status` exits 0 whatever runs: read `state`.
"""

PORT_HELP = (
    "client port of broker 1; broker i uses this + 10*(i-1) and the two ports above it, the AWS API this + 30 "
    "(default 19092)"
)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `local` with its three commands to the `levee` command line."""
    local = subparsers.add_parser(
        "local",
        help="run three secured Kafka brokers on this machine",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = local.add_subparsers(dest="local_command", metavar="up|down|status", required=True)

    up = commands.add_parser("up", help="start the brokers that don't run; return when all answer")
    up.add_argument("--aws", action="store_true", help="also start the AWS API (needs levee[local])")
    up.set_defaults(run=run_up)
    down = commands.add_parser("down", help="stop the brokers and the AWS API")
    down.add_argument(
        "--delete-data",
        action="store_true",
        help="also remove topics, users, certificates, and the states of the stacks on it: for good",
    )
    down.set_defaults(run=run_down)
    status = commands.add_parser("status", help="say what runs and where clients find it")
    status.set_defaults(run=run_status)

    for command in (up, down, status):
        command.add_argument("--directory", type=Path, metavar="D", help="default: <project>/.levee/local")
        add_project_option(command)
    up.add_argument("--base-port", type=int, metavar="N", help=PORT_HELP)
    for command in (up, status):
        command.add_argument("--json", action="store_true", help="print the status as JSON on standard output")


def run_up(arguments: argparse.Namespace) -> int:
    """`levee local up`: 0 when all brokers answer, and with `--aws` the AWS API."""
    from levee_infra.local import aws_server, cluster

    settings = _settings(arguments)
    aws = aws_server.AwsServerSettings.beside(settings)
    if arguments.aws:
        aws_server.check(aws)
    brokers = cluster.up(settings, _progress, arguments.clock)
    api = aws_server.up(aws, _progress) if arguments.aws else aws_server.status(aws)
    _print_status(brokers, api, as_json=arguments.json)
    return 0


def run_down(arguments: argparse.Namespace) -> int:
    """`levee local down`: 0 when none runs any more."""
    from levee_infra.local import aws_server, cluster

    settings = _settings(arguments)
    with _leftovers(settings, arguments) as remove_leftovers:
        aws_server.down(aws_server.AwsServerSettings.beside(settings), _progress, delete_data=arguments.delete_data)
        cluster.down(settings, _progress, delete_data=arguments.delete_data)
        remove_leftovers(_progress)
    return 0


def _leftovers(
    settings: ClusterSettings, arguments: argparse.Namespace
) -> AbstractContextManager[Callable[[Callable[[str], None]], None]]:
    """What the stacks on the cluster left in the project; nothing where the data stays, or no project is near."""
    from levee_infra.engines.pulumi.local_leftovers import local_leftovers
    from levee_infra.local.certificates import ca_path

    if not arguments.delete_data:
        return nullcontext(lambda _: None)
    try:
        project = project_of(arguments)
    except LeveeError:
        if arguments.directory is None or arguments.project is not None:
            raise
        return nullcontext(lambda _: None)
    return local_leftovers(project, ca_path(settings.certificates), os.environ)


def run_status(arguments: argparse.Namespace) -> int:
    """`levee local status`: 0, whatever runs."""
    from levee_infra.local import aws_server, cluster

    settings = _settings(arguments)
    api = aws_server.status(aws_server.AwsServerSettings.beside(settings))
    _print_status(cluster.status(settings), api, as_json=arguments.json)
    return 0


def _settings(arguments: argparse.Namespace) -> ClusterSettings:
    from levee_infra.local.record import recorded
    from levee_infra.local.settings import ClusterSettings

    settings = ClusterSettings(arguments.directory or project_of(arguments) / ".levee" / "local")
    # `down` must work on a damaged record too; nothing but the folder matters to it.
    if arguments.run is run_down:
        return settings
    settings = recorded(settings)
    base_port = getattr(arguments, "base_port", None)
    return settings if base_port is None else replace(settings, base_port=base_port)


def _progress(line: str) -> None:
    print(printable(line), file=sys.stderr, flush=True)  # noqa: T201 - standard output is for the status


def _print_status(brokers: ClusterStatus, aws: AwsServerStatus, *, as_json: bool) -> None:
    values = {**brokers.to_json(), "aws": aws.to_json()}
    sys.stdout.write(json.dumps(values, indent=2) + "\n" if as_json else _table(brokers, aws))


def _table(status: ClusterStatus, aws: AwsServerStatus) -> str:
    lines = [
        f"state      {status.state}",
        f"cluster    {status.cluster_id}",
        f"bootstrap  {status.bootstrap}",
        f"ca         {status.ca}",
        f"admin      {status.administrator.client_settings}",
    ]
    lines += [
        f"broker {each.node.id}   {_process(each.pid)} port {each.node.client_port}  rack {each.node.rack}"
        for each in status.brokers
    ]
    lines.append(f"aws        {_process(aws.pid)} {_api(aws)}")
    return "\n".join(map(one_line, lines)) + "\n"


def _process(pid: int | None) -> str:
    return f"{f'pid {pid}' if pid else 'stopped':<12}"


def _api(aws: AwsServerStatus) -> str:
    if aws.pid is None:
        return "start it with: levee local up --aws"
    return f"{aws.endpoint}  account {aws.account}  credentials {aws.credentials_file}  (keeps nothing once stopped)"

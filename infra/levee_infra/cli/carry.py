"""`levee carry`: a log group's events to their topic."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from levee.diagnostics import LeveeError
from levee_infra.cli.command import Commands
from levee_infra.cli.project import add_project_option, project_of

DESCRIPTION = """\
Carry a CloudWatch log group's events to their stream's topic. CloudWatch Logs can't send to Kafka: `levee up` lets it
send to a Kinesis data stream, and this command takes them on from there. It runs until it is ended (SIGTERM, Ctrl-C):
let a supervisor run it (ECS, Kubernetes, systemd), once for each source, and start it again when it ends. Where a
service is the source of several streams, --stream says of which.

Each event is on the topic exactly once for readers with `isolation.level=read_committed`: events and how far they bring
the carrier are committed in one transaction. It may be killed at any point; the next run goes on from the last commit,
and one that starts while another runs takes over from it. A first run begins with the oldest record there is.

It runs as the source's service: with the AWS credentials of that service's role, and its own Kafka login. Each log
event becomes a record: its message as it is, its time, the log stream's name as the key, and the headers aws.account,
aws.log_group, aws.log_stream and aws.event_id.

A record that CloudWatch Logs can't have written ends the run with its place. It stays in the data stream for the time
that this keeps records; find out what it is, then pass it with --skip.
"""
EPILOG = """\
examples:
  levee carry prod web-logs                                   run for good
  levee carry prod web-logs --until-caught-up                 carry what is there, then end (cron, tests)
  levee carry prod web-logs --skip shardId-000000000002:4961  pass over one record

exit codes: 0 ended as asked, 1 it can't go on or records may be lost, 2 bad usage, 130 Ctrl-C
"""


def register(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "carry",
        help="take a log group's events from CloudWatch Logs to their topic (runs until ended)",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("stack", help="the stack's name: the folder under stacks/")
    parser.add_argument(
        "service", nargs="?", help="the source's service; may be left out where a stack has one carrier"
    )
    parser.add_argument("--stream", metavar="KEY", help="the stream, where the service is the source of several")
    parser.add_argument(
        "--skip",
        metavar="SHARD:SEQUENCE",
        action="append",
        default=[],
        help="pass this record of the data stream over: none of its events is carried; can be given again",
    )
    parser.add_argument(
        "--until-caught-up", action="store_true", help="end as soon as everything that has come in is carried"
    )
    add_project_option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Carry. 0: ended as asked; 1: records may have been lost."""
    from levee.loading.load import load_plan
    from levee_infra.carrier.carry import carry
    from levee_infra.carrier.choice import choose

    project = project_of(arguments)
    plan = load_plan(project, arguments.stack, arguments.clock.today())
    carrier = choose(plan, arguments.service, arguments.stream)
    skips = _skips(arguments.skip)
    clock, stops_at_tip = arguments.clock, arguments.until_caught_up
    return carry(plan, project, carrier, skips, sys.stderr, clock, stops_at_tip=stops_at_tip)


def _skips(texts: Sequence[str]) -> frozenset[tuple[str, str]]:
    """Places of records. Raises LeveeError (exit 2)."""
    from levee_infra.carrier.checkpoint import is_sequence, is_shard

    places = set()
    for text in texts:
        shard, _, sequence = text.partition(":")
        if not is_shard(shard) or not is_sequence(sequence):
            message = f"--skip {text}: not the place of a record"
            raise LeveeError(message, "copy it from the error: shardId-000000000002:4961…", exit_code=2)
        places.add((shard, sequence))
    return frozenset(places)

"""Benchmark `carry`: `levee carry` takes a log group's events from a data stream to a topic, beside one producer alone.

The producer writes the same events to a topic of the same brokers in transactions of the same size, and reads nothing.
Kinesis is a server on loopback, one Python process, which gives records as fast as it can.
"""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient, NewTopic

from benchmarks.aws import account_with_key
from benchmarks.brokers import running_brokers, scratch_folder
from benchmarks.declared_project import REGION, STACK, DeclaredCluster, write_project
from benchmarks.levee_command import CREATE, LOGS, run_carrier, run_levee
from benchmarks.outcome import Aim, Outcome, Row
from benchmarks.request import BenchmarkError, Request, Say
from levee.clock import SYSTEM_CLOCK
from levee.plan.carriers import carrier_name
from levee_infra.carrier.portion import MOST_EVENTS
from levee_infra.local.cluster import ClusterStatus
from tests.support.aws.api import AwsApi, running_api

FEW, MANY = 1, 200_000
"""Events. With one, it is the start and the end that take time."""

EVENTS_IN_RECORD: Final = 2_000
EVENT_BYTES: Final = 200
LOG_GROUP: Final = "/levee/bench"
ALONE: Final = "levee-bench-alone"
"""A topic, and a transactional id."""

MOST_TIMES: Final = 4.0
"""Of what a producer alone takes: reading, unpacking and checking are Python's, the producer is librdkafka's."""


def run(request: Request) -> Outcome:
    """Measure on one cluster. Raises BenchmarkError where an event is missing."""
    with (
        scratch_folder() as folder,
        running_brokers(request.base_port, request.say) as brokers,
        running_api(folder) as api,
    ):
        carrier = _Carrier(folder / "carry", brokers, api, request.say)
        carrier.declare()
        list(carrier.carried(FEW))  # Java compiles as it runs, Python compiles once
        rows = [*carrier.alone(MANY), *carrier.carried(FEW), *carrier.carried(MANY)]
    alone, start, all_of_it = (row.seconds for row in rows)
    aim = Aim(
        what=f"{MANY:,} events, beyond those of a start, in at most {MOST_TIMES:g} times the producer's",
        measured=(all_of_it - start) / alone,
        limit=MOST_TIMES,
        unit="times",
    )
    return Outcome(benchmark="carry", rows=rows, aims=[aim])


@dataclass(frozen=True, slots=True)
class _Carrier:
    """A stack with one stream that a log group feeds."""

    project: Path
    brokers: ClusterStatus
    api: AwsApi
    say: Say

    def declare(self) -> None:
        """Write the stack and bring it about."""
        write_project(self.project, 1, DeclaredCluster.of(self.brokers), account_with_key(self.api))
        stream = self.project / "stacks" / STACK / "streams" / "stream-00001.yaml"
        source = f"kind: cloudwatch-logs\n    log_group: {LOG_GROUP}"
        stream.write_text(stream.read_text().replace("kind: application", source))
        self.api.client("logs", region=REGION).create_log_group(logGroupName=LOG_GROUP)
        run_levee(CREATE, "embedded", self.project)

    def carried(self, events: int) -> Iterator[Row]:
        """Let events come in, then carry them."""
        self._let_in(events)
        self.say(f"{events:,} events: levee carry {STACK} --until-caught-up …")
        log = LOGS / f"carry-{events}.log"
        cost = run_carrier(self.project, log)
        if f"carried {events:,} events" not in log.read_text():
            raise BenchmarkError(f"not all of {events:,} events were carried, see {log}")
        self.say(f"  {cost.seconds:.2f} s, {cost.peak_mb:.0f} MB")
        yield Row(
            what="levee carry",
            streams=1,
            seconds=cost.seconds,
            cpu_seconds=cost.cpu_seconds,
            peak_mb=cost.peak_mb,
            remark=f"{events:,} events",
        )

    def alone(self, events: int) -> Iterator[Row]:
        """The same events by a producer that has them at hand."""
        settings = {**self.brokers.administrator.client(self.brokers.bootstrap, self.brokers.ca), "log_level": 0}
        admin = AdminClient(settings)
        admin.create_topics([NewTopic(ALONE, 3, 3)])[ALONE].result()
        producer = Producer({**settings, "transactional.id": ALONE, "compression.type": "lz4"})
        producer.init_transactions()
        self.say(f"{events:,} events: a producer alone …")
        began = time.perf_counter()
        for first in range(0, events, MOST_EVENTS):
            producer.begin_transaction()
            for number in range(first, min(first + MOST_EVENTS, events)):
                producer.produce(ALONE, key="web", value=_message(number))
                producer.poll(0)
            producer.commit_transaction()
        yield Row(what="a producer alone", streams=1, seconds=time.perf_counter() - began, remark=f"{events:,} events")

    def _let_in(self, events: int) -> None:
        kinesis = self.api.client("kinesis", region=REGION)
        name = carrier_name(STACK, "stream-00001", "writer-00001")
        for first in range(0, events, EVENTS_IN_RECORD):
            numbers = range(first, min(first + EVENTS_IN_RECORD, events))
            kinesis.put_record(StreamName=name, PartitionKey="web", Data=self._envelope(numbers))

    def _envelope(self, numbers: range) -> bytes:
        now = SYSTEM_CLOCK.milliseconds()
        body = {
            "messageType": "DATA_MESSAGE",
            "owner": self.api.account,
            "logGroup": LOG_GROUP,
            "logStream": "web",
            "subscriptionFilters": ["levee"],
            "logEvents": [{"id": f"{number:056}", "timestamp": now, "message": _message(number)} for number in numbers],
        }
        return gzip.compress(json.dumps(body).encode())


def _message(number: int) -> str:
    return f"order {number} placed ".ljust(EVENT_BYTES, ".")

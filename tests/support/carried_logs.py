"""A log group whose events a stream takes, its carrier, and what is on the topic."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import time
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

from levee.clock import SYSTEM_CLOCK
from levee_infra.carrier.checkpoint import Checkpoint
from levee_infra.carrier.envelope import Event
from levee_infra.carrier.portion import CarriedRecord, Portion
from levee_infra.carrier.route import Route
from levee_infra.carrier.transaction.limits import Limits
from levee_infra.carrier.transaction.transactions import Transactions
from levee_infra.cli.main import main
from tests.support.aws_deployment import AwsDeployment
from tests.support.deployment import Result

LOG_STREAMS: Final = ("web/1", "web/2", "worker", "ж")


@dataclass(frozen=True)
class Carried:
    """An event on the topic."""

    log_stream: str
    message: str
    id: str


class CarriedLogs:
    """A stack whose stream `logs` is fed by a log group, and its carrier as a process."""

    def __init__(self, stack: AwsDeployment) -> None:
        self.stack = stack
        self.name = f"{stack.stack}.logs.{stack.service('writer')}"
        self.group = f"/levee/{stack.word}"
        self.topic = stack.topic("logs")
        self.checkpoints = f"levee.checkpoints.{self.name}"
        self.put: list[tuple[str, str]] = []
        self.began = SYSTEM_CLOCK.milliseconds()

    def make(self) -> None:
        """A log group, and a stack that reads it."""
        writer, reader = map(self.stack.service, ("writer", "reader"))
        self.stack.stream(
            "logs",
            sources=f"[{{service: {writer}, kind: cloudwatch-logs, log_group: {self.group}}}]",
            consumers=f"[{{service: {reader}, groups: [{reader}]}}]",
        )
        logs = self.stack.aws("logs")
        logs.create_log_group(logGroupName=self.group)
        for name in LOG_STREAMS:
            logs.create_log_stream(logGroupName=self.group, logStreamName=name)
        made = self.stack.up()
        assert made.code == 0, made.text

    def log(self, word: str, events: int = 20) -> None:
        """Let an application log to each of the log group's streams."""
        for name in LOG_STREAMS:
            messages = [f"{word} {number} ☃" for number in range(events)]
            entries = [{"timestamp": self.began + len(self.put), "message": message} for message in messages]
            self.stack.aws("logs").put_log_events(logGroupName=self.group, logStreamName=name, logEvents=entries)
            self.put += [(name, message) for message in messages]

    def catch_up(self, *options: str) -> Result:
        """Carry what there is, and end: in this process, which has imported all that it needs."""
        out, err = io.StringIO(), io.StringIO()
        words = ("carry", self.stack.stack, "--until-caught-up", "--project", str(self.stack.project), *options)
        with redirect_stdout(out), redirect_stderr(err):
            code = main(words)
        result = Result(code, out.getvalue(), err.getvalue())
        self.stack.said.append(result.text)
        return result

    def start(self) -> subprocess.Popen[str]:
        """A carrier that runs for good, as soon as it has begun."""
        process = self.stack.start("carry", self.stack.stack, self.stack.service("writer"))
        self.wait_for(process, "carrying")
        return process

    @staticmethod
    def wait_for(process: subprocess.Popen[str], word: str) -> None:
        """Until it says this word."""
        assert process.stderr is not None
        said = []
        while line := process.stderr.readline():
            said.append(line)
            if word in line:
                return
        raise AssertionError("".join(said))

    def on_topic(self) -> list[Carried]:
        """What a consumer sees that reads committed records only."""
        return [
            Carried(
                record.key().decode(),
                record.value().decode(),
                dict(record.headers())["aws.event_id"].decode(),
            )
            for record in self.read(self.topic, 2, "reader")
        ]

    def read(self, topic: str, partitions: int, service: str) -> list[Any]:
        """All records that are committed, as a service reads them. Raises AssertionError with the name of an error."""
        group = self.stack.service(service)
        consumer = Consumer(
            {
                **self.stack.client(service), "log_level": 0, "group.id": group, "isolation.level": "read_committed",
                "enable.partition.eof": True, "enable.auto.commit": False, "fetch.wait.max.ms": 50,
            }
        )  # fmt: skip
        try:
            consumer.list_topics(topic, timeout=20)  # or the first fetch takes half a second
            consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in range(partitions)])
            found, open_ends = [], partitions
            while open_ends:
                record = consumer.poll(20)
                assert record is not None, "nothing in 20 s"
                error = record.error()
                if error is None:
                    found.append(record)
                elif error.code() == KafkaError._PARTITION_EOF:
                    open_ends -= 1
                else:
                    assert error.name() == "GROUP_AUTHORIZATION_FAILED", error.name()
            return found
        finally:
            consumer.close()

    def assert_all_carried(self) -> None:
        """Every event once, and those of each log stream in their order."""
        found = self.on_topic()
        assert len({event.id for event in found}) == len(found)
        for name in LOG_STREAMS:
            put = [message for log_stream, message in self.put if log_stream == name]
            assert [event.message for event in found if event.log_stream == name] == put

    def wait_until_carried(self) -> None:
        """Until as many events are on the topic as have been logged."""
        until = time.monotonic() + 30
        while (
            sum(event.log_stream in LOG_STREAMS for event in self.on_topic()) < len(self.put)
            and time.monotonic() < until
        ):
            time.sleep(0.2)
        self.assert_all_carried()

    # The data stream, touched behind the carrier's back.

    @property
    def kinesis(self) -> Any:
        return self.stack.aws("kinesis")

    def shard_of(self, log_stream: str) -> str:
        """The open shard that takes its events, told by writing a control message to it."""
        control = gzip.compress(json.dumps({"messageType": "CONTROL_MESSAGE"}).encode())
        return str(self.kinesis.put_record(StreamName=self.name, PartitionKey=log_stream, Data=control)["ShardId"])

    def envelope(self, *messages: str, log_stream: str = "worker", timestamp: int | None = None) -> bytes:
        """What CloudWatch Logs would put into a record."""
        event = {"id": "1" * 56, "timestamp": timestamp or self.began}
        events = [{**event, "message": message} for message in messages]
        body = {"messageType": "DATA_MESSAGE", "owner": self.stack.api.account, "logGroup": self.group}
        return gzip.compress(json.dumps({**body, "logStream": log_stream, "logEvents": events}).encode())

    def put_record(self, data: bytes) -> str:
        """Put a record where those of the log stream `worker` go; its place."""
        put = self.kinesis.put_record(StreamName=self.name, PartitionKey="worker", Data=data)
        return f"{put['ShardId']}:{put['SequenceNumber']}"

    def plant(self, key: bytes, value: bytes) -> None:
        """Put a record among the checkpoints, as an administrator may."""
        producer = self.stack.cluster.producer()
        producer.produce(self.checkpoints, key=key, value=value, partition=0)
        assert producer.flush(20) == 0

    # The carrier's Kafka side by itself.

    def login(self) -> Mapping[str, str]:
        return {name: str(value) for name, value in self.stack.client("writer").items() if name != "log_level"}

    def route(self, **changes: str) -> Route:
        names = {"name": self.name, "topic": self.topic, "checkpoints": self.checkpoints, **changes}
        return Route(account=self.stack.api.account, log_group=self.group, username="writer", **names)

    def write_once(self, **changes: str) -> None:
        """An event and a checkpoint, in a transaction."""
        transactions = Transactions(self.route(**changes), self.login(), Limits.of({}), print)
        transactions.open()
        checkpoint = Checkpoint(data_stream=self.name, created=1, shard="shard", sequence="1", arrival=1, until=1)
        record = CarriedRecord("1", 1, (Event("1", 1, "worker", b"never to be seen"),))
        transactions.write([Portion.of(checkpoint, record)])

    def control(self, name: str, value: object) -> None:
        """Ask the AWS API itself for something."""
        connection = HTTPConnection(urlsplit(self.stack.api.endpoint).netloc, timeout=30)
        connection.request("POST", f"/levee-tests/{name}", json.dumps(value))
        assert connection.getresponse().status == 200
        connection.close()

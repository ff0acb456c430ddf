"""`levee carry` on real brokers: from a log group to its topic, each event once and in order, whatever happens.

The tests share one stack, in their order: each leaves everything carried.
"""

from __future__ import annotations

import gzip
import io
import json
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

from infra.carrier.checkpoint import Checkpoint
from infra.carrier.envelope import Event
from infra.carrier.portion import CarriedRecord, Portion
from infra.carrier.route import Route
from infra.carrier.transaction import kept_checkpoints
from infra.carrier.transaction.kept_checkpoints import read_checkpoints
from infra.carrier.transaction.transactions import Transactions
from levee.cli.main import main
from levee.diagnostics import LeveeError
from tests.support.aws.api import AwsApi
from tests.support.aws_deployment import AwsDeployment
from tests.support.cluster import LocalCluster
from tests.support.deployment import Result
from tests.support.dying_carrier import POINTS

pytestmark = pytest.mark.integration

LOG_STREAMS: Final = ("web/1", "web/2", "worker", "ж")
CALLS: Final = {
    "sts:GetCallerIdentity",
    "secretsmanager:GetSecretValue",
    *(f"kinesis:{name}" for name in ("DescribeStreamSummary", "ListShards", "GetShardIterator", "GetRecords")),
}
"""All that the role of a source's service lets it do, and what needs no right."""

DAY_MS: Final = 86_400_000


@dataclass(frozen=True)
class Carried:
    """An event on the topic."""

    log_stream: str
    message: str
    id: str


class Carrier:
    """A stack whose stream `logs` is fed by a log group, and its carrier as a process."""

    def __init__(self, stack: AwsDeployment) -> None:
        self.stack = stack
        self.name = f"{stack.stack}.logs.{stack.service('writer')}"
        self.group = f"/levee/{stack.word}"
        self.topic = stack.topic("logs")
        self.checkpoints = f"levee.checkpoints.{self.name}"
        self.put: list[tuple[str, str]] = []
        self.began = time.time_ns() // 1_000_000

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
        return Result(code, out.getvalue(), err.getvalue())

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
        pytest.fail("".join(said))

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

    def envelope(self, message: str, *, log_stream: str = "worker", timestamp: int | None = None) -> bytes:
        """What CloudWatch Logs would put into a record."""
        event = {"id": "1" * 56, "timestamp": timestamp or self.began, "message": message}
        body = {"messageType": "DATA_MESSAGE", "owner": self.stack.api.account, "logGroup": self.group}
        return gzip.compress(json.dumps({**body, "logStream": log_stream, "logEvents": [event]}).encode())

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
        transactions = Transactions(self.route(**changes), self.login(), None, print)
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


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory, cluster: LocalCluster, aws_api: AwsApi) -> Iterator[Carrier]:
    stack = AwsDeployment(tmp_path_factory.mktemp("carrier"), cluster, f"c{secrets.token_hex(4)}", aws_api)
    carrier = Carrier(stack)
    carrier.make()
    yield carrier
    aws_api.forget_faults()


def test_what_is_logged_is_on_the_topic_as_it_was_logged(carrier: Carrier) -> None:
    carrier.log("first")
    ended = carrier.catch_up()
    assert (ended.code, ended.out) == (0, ""), ended.text
    assert f"carried {len(carrier.put)} events" in ended.err
    carrier.assert_all_carried()
    record = carrier.read(carrier.topic, 2, "reader")[0]
    headers = dict(record.headers())
    assert headers["aws.account"].decode() == carrier.stack.api.account
    assert headers["aws.log_group"].decode() == carrier.group
    assert headers["aws.log_stream"] == record.key()
    assert record.timestamp()[1] >= carrier.began


def test_a_time_that_brokers_refuse_is_told_beside_the_one_it_came_in_at(carrier: Carrier) -> None:
    ahead = carrier.began + DAY_MS
    carrier.put_record(carrier.envelope("from tomorrow", log_stream="ahead", timestamp=ahead))
    ended = carrier.catch_up()
    assert ended.code == 0, ended.text
    (record,) = (each for each in carrier.read(carrier.topic, 2, "reader") if each.key() == b"ahead")
    assert carrier.began <= record.timestamp()[1] < ahead
    assert dict(record.headers())["aws.timestamp"].decode() == str(ahead)


def test_a_second_run_has_nothing_to_do_and_does_nothing(carrier: Carrier) -> None:
    before = carrier.read(carrier.checkpoints, 1, "writer")
    carrier.stack.api.reset_calls()
    ended = carrier.catch_up()
    assert carrier.stack.api.calls().keys() == CALLS
    assert (ended.code, "4 of them from where they stopped" in ended.err) == (0, True), ended.text
    assert "carried 0 events" in ended.err
    after = carrier.read(carrier.checkpoints, 1, "writer")
    assert [record.offset() for record in after] == [record.offset() for record in before]


def test_the_writer_still_cannot_read_its_stream(carrier: Carrier) -> None:
    with pytest.raises(AssertionError, match="TOPIC_AUTHORIZATION_FAILED"):
        carrier.read(carrier.topic, 2, "writer")


def test_killed_anywhere_in_a_transaction_it_neither_loses_nor_doubles(carrier: Carrier) -> None:
    command = carrier.stack.command("carry", carrier.stack.stack)
    for point in POINTS:
        carrier.log(point)
        dying = [sys.executable, "-m", "tests.support.dying_carrier", point, *command[command.index("carry") :]]
        killed = subprocess.run(dying, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        assert killed.returncode == -9, killed.stderr
    ended = carrier.catch_up()
    assert ended.code == 0, ended.text
    carrier.assert_all_carried()


def test_a_second_carrier_takes_over_and_the_first_ends(carrier: Carrier) -> None:
    first = carrier.start()
    second = carrier.start()
    carrier.log("for the second")
    _, err = first.communicate(timeout=60)
    assert first.returncode == 1
    assert f"another carrier of {carrier.name} has been started" in err
    carrier.wait_until_carried()
    second.send_signal(signal.SIGINT)
    _, err = second.communicate(timeout=60)
    assert (second.returncode, "Traceback" in err) == (130, False), err


def test_resharding_outdated_iterators_and_throttling_change_nothing(carrier: Carrier) -> None:
    carrier.log("before the split")
    process = carrier.start()
    shard = carrier.shard_of(LOG_STREAMS[0])
    hashes = carrier.kinesis.describe_stream(StreamName=carrier.name)["StreamDescription"]["Shards"]
    ends = next(each["HashKeyRange"] for each in hashes if each["ShardId"] == shard)
    middle = (int(ends["StartingHashKey"]) + int(ends["EndingHashKey"])) // 2
    carrier.kinesis.split_shard(StreamName=carrier.name, ShardToSplit=shard, NewStartingHashKey=str(middle))
    carrier.control("outdate-iterators", 3)
    carrier.log("after the split")
    carrier.stack.api.fail("kinesis:GetRecords", "throttled", times=2)
    carrier.wait_until_carried()
    children = [each["ShardId"] for each in carrier.kinesis.list_shards(StreamName=carrier.name)["Shards"]][-2:]
    carrier.kinesis.merge_shards(StreamName=carrier.name, ShardToMerge=children[0], AdjacentShardToMerge=children[1])
    carrier.log("after the merger")
    carrier.wait_until_carried()
    process.terminate()
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    kept = {
        record.key().decode(): json.loads(record.value()) for record in carrier.read(carrier.checkpoints, 1, "writer")
    }
    assert {name for name, checkpoint in kept.items() if checkpoint["closed"]} == {shard, *children}


def test_what_cannot_be_carried_stops_it_until_it_is_told_to_pass_it(carrier: Carrier) -> None:
    carrier.log("before it")
    strange = carrier.put_record(b"password: hunter2")
    large = carrier.put_record(carrier.envelope(secrets.token_urlsafe(975_000)))
    carrier.log("behind it")
    stopped = carrier.catch_up()
    assert (stopped.code, f"record {strange}" in stopped.err, "hunter2" in stopped.text) == (1, True, False)
    assert f"--skip {strange}" in stopped.err
    assert ("worker", "before it 19 ☃") in {(event.log_stream, event.message) for event in carrier.on_topic()}
    stopped = carrier.catch_up("--skip", strange)
    assert (stopped.code, f"record {large} of the data stream is larger" in stopped.err) == (1, True), stopped.text
    assert "max.message.bytes" in stopped.err
    passed = carrier.catch_up("--skip", strange, "--skip", large)
    assert (passed.code, "2 records passed over" in passed.err) == (0, True), passed.text
    carrier.assert_all_carried()


def test_a_refused_login_ends_it_and_says_whose(carrier: Carrier) -> None:
    manager, name = carrier.stack.aws("secretsmanager"), carrier.stack.secret("writer")
    ours = manager.get_secret_value(SecretId=name)["SecretString"]
    manager.put_secret_value(SecretId=name, SecretString=json.dumps(json.loads(ours) | {"password": "of-their-own"}))
    refused = carrier.catch_up()
    manager.put_secret_value(SecretId=name, SecretString=ours)
    whose = f"the login of {carrier.stack.service('writer')}.g1"
    assert (refused.code, whose in refused.err, "of-their-own" in refused.text) == (1, True, False), refused.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "somebody-elses"}, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"),
        ({"topic": "eu.not.there.v1"}, "TOPIC_AUTHORIZATION_FAILED"),
        ({"checkpoints": "levee.checkpoints.not.there"}, "TOPIC_AUTHORIZATION_FAILED"),
    ],
)
def test_a_right_that_is_missing_is_told_with_what_to_do(carrier: Carrier, changes: dict[str, str], error: str) -> None:
    with pytest.raises(LeveeError, match=error) as ended:
        carrier.write_once(**changes)
    assert "levee up" in ended.value.help
    with pytest.raises(LeveeError, match="AUTHORIZATION_FAILED"):
        read_checkpoints(carrier.route(checkpoints="levee.checkpoints.not.there"), carrier.login())


def test_away_for_longer_than_records_are_kept_it_says_what_may_be_lost(carrier: Carrier) -> None:
    newest = carrier.read(carrier.checkpoints, 1, "writer")[-1]
    old = json.loads(newest.value()) | {"until": time.time_ns() // 1_000_000 - 8 * DAY_MS}
    carrier.plant(newest.key(), json.dumps(old).encode())
    ended = carrier.catch_up()
    told = f"error: shard {old['shard']}: what came in between"
    assert (ended.code, told in ended.err) == (1, True), ended.text
    carrier.assert_all_carried()


def test_a_data_stream_that_was_made_anew_is_carried_from_its_start(carrier: Carrier) -> None:
    key = carrier.kinesis.describe_stream_summary(StreamName=carrier.name)["StreamDescriptionSummary"]["KeyId"]
    carrier.kinesis.delete_stream(StreamName=carrier.name)
    carrier.kinesis.create_stream(StreamName=carrier.name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    carrier.kinesis.start_stream_encryption(StreamName=carrier.name, EncryptionType="KMS", KeyId=key)
    carrier.log("anew")
    ended = carrier.catch_up()
    assert (ended.code, "made anew" in ended.err) == (0, True), ended.text
    carrier.assert_all_carried()
    kept = {record.key(): record.value() for record in carrier.read(carrier.checkpoints, 1, "writer")}
    assert sorted(value is None for value in kept.values()) == [False] * 4 + [True] * 3


def test_what_may_yet_be_committed_among_the_checkpoints_is_never_passed_over(
    carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_checkpoints, "PATIENCE_S", 1.0)
    monkeypatch.setattr(kept_checkpoints, "POLL_S", 0.2)
    other = carrier.stack.cluster.producer(transactional_id=f"{carrier.name}.other")
    other.init_transactions(20)
    other.begin_transaction()
    other.produce(carrier.checkpoints, key=b"shardId-000000000000", value=b"open", partition=0)
    other.flush(20)
    with pytest.raises(LeveeError, match="a transaction is open on it"):
        read_checkpoints(carrier.route(), carrier.login())
    other.abort_transaction(20)
    assert len(read_checkpoints(carrier.route(), carrier.login())) == 4


def test_an_unreadable_checkpoint_ends_it_before_anything_is_carried(carrier: Carrier) -> None:
    carrier.plant(b"shardId-000000000000", b"{}")
    with pytest.raises(LeveeError, match="is no checkpoint of") as ended:
        read_checkpoints(carrier.route(), carrier.login())
    assert "levee up" in ended.value.help

"""`levee carry` on real brokers: from a log group to its topic, each event once and in order, whatever happens.

The tests share one stack, in their order: each leaves everything carried.
"""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Final

import pytest

from levee.clock import SYSTEM_CLOCK
from levee.diagnostics import LeveeError
from levee_infra.carrier.transaction import kept_checkpoints, transactions
from levee_infra.carrier.transaction.failure import Left
from levee_infra.carrier.transaction.kept_checkpoints import read_checkpoints
from tests.support.aws.api import AwsApi
from tests.support.aws_deployment import AwsDeployment
from tests.support.carried_logs import LOG_STREAMS, CarriedLogs
from tests.support.cluster import LocalCluster
from tests.support.dying_carrier import POINTS
from tests.support.proving import acl, planted, removed

pytestmark = pytest.mark.integration

CALLS: Final = {
    "sts:GetCallerIdentity",
    "secretsmanager:GetSecretValue",
    *(f"kinesis:{name}" for name in ("DescribeStreamSummary", "ListShards", "GetShardIterator", "GetRecords")),
}
"""All that the role of a source's service lets it do, and what needs no right."""

DAY_MS: Final = 86_400_000
MORE_THAN_A_PORTION: Final = 40_000
"""So many events that a transaction is refused while they are still being written."""


def staying() -> bool:
    """Whether a carrier is asked to end: no."""
    return False


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory, cluster: LocalCluster, aws_api: AwsApi) -> Iterator[CarriedLogs]:
    stack = AwsDeployment(tmp_path_factory.mktemp("carrier"), cluster, f"c{secrets.token_hex(4)}", aws_api)
    carrier = CarriedLogs(stack)
    carrier.make()
    yield carrier
    aws_api.forget_faults()


def test_what_is_logged_is_on_the_topic_as_it_was_logged(carrier: CarriedLogs) -> None:
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


def test_a_time_that_brokers_refuse_is_told_beside_the_one_it_came_in_at(carrier: CarriedLogs) -> None:
    ahead = carrier.began + DAY_MS
    carrier.put_record(carrier.envelope("from tomorrow", log_stream="ahead", timestamp=ahead))
    ended = carrier.catch_up()
    assert ended.code == 0, ended.text
    (record,) = (each for each in carrier.read(carrier.topic, 2, "reader") if each.key() == b"ahead")
    assert carrier.began <= record.timestamp()[1] < ahead
    assert dict(record.headers())["aws.timestamp"].decode() == str(ahead)


def test_a_second_run_has_nothing_to_do_and_does_nothing(carrier: CarriedLogs) -> None:
    before = carrier.read(carrier.checkpoints, 1, "writer")
    carrier.stack.api.reset_calls()
    ended = carrier.catch_up()
    assert carrier.stack.api.calls().keys() == CALLS
    assert (ended.code, "4 of them from where they stopped" in ended.err) == (0, True), ended.text
    assert "carried 0 events" in ended.err
    after = carrier.read(carrier.checkpoints, 1, "writer")
    assert [record.offset() for record in after] == [record.offset() for record in before]


def test_the_writer_still_cannot_read_its_stream(carrier: CarriedLogs) -> None:
    with pytest.raises(AssertionError, match="TOPIC_AUTHORIZATION_FAILED"):
        carrier.read(carrier.topic, 2, "writer")


def test_killed_anywhere_in_a_transaction_it_neither_loses_nor_doubles(carrier: CarriedLogs) -> None:
    command = carrier.stack.command("carry", carrier.stack.stack)
    for point in POINTS:
        carrier.log(point)
        dying = [sys.executable, "-m", "tests.support.dying_carrier", point, *command[command.index("carry") :]]
        killed = subprocess.run(dying, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        assert killed.returncode == -9, killed.stderr
    ended = carrier.catch_up()
    assert ended.code == 0, ended.text
    carrier.assert_all_carried()


def test_a_second_carrier_takes_over_and_the_first_ends(carrier: CarriedLogs) -> None:
    first = carrier.start()
    second = carrier.start()
    carrier.log("for the second")
    _, err = first.communicate(timeout=60)
    assert first.returncode == 1
    assert f"this carrier of {carrier.name} has been fenced off: another one has been started" in err
    carrier.wait_until_carried()
    second.send_signal(signal.SIGINT)
    _, err = second.communicate(timeout=60)
    assert (second.returncode, "Traceback" in err) == (130, False), err


def test_resharding_outdated_iterators_and_throttling_change_nothing(carrier: CarriedLogs) -> None:
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


def test_what_cannot_be_carried_stops_it_until_it_is_told_to_pass_it(carrier: CarriedLogs) -> None:
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
    assert (passed.code, "records passed over: 2" in passed.err) == (0, True), passed.text
    carrier.assert_all_carried()


def test_an_event_that_is_too_large_is_named_though_many_follow_it(
    carrier: CarriedLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "STEP_S", 0.2)  # what is refused may be told only when a step has ended
    large = carrier.put_record(carrier.envelope(secrets.token_urlsafe(975_000)))
    many = carrier.put_record(carrier.envelope(*["small"] * MORE_THAN_A_PORTION))
    stopped = carrier.catch_up()
    assert (stopped.code, f"record {large} of the data stream is larger" in stopped.err) == (1, True), stopped.text
    assert f"--skip {large}" in stopped.err
    passed = carrier.catch_up("--skip", large, "--skip", many)
    assert passed.code == 0, passed.text
    carrier.assert_all_carried()


def test_a_refused_login_ends_it_and_says_whose(carrier: CarriedLogs) -> None:
    manager, name = carrier.stack.aws("secretsmanager"), carrier.stack.secret("writer")
    ours = manager.get_secret_value(SecretId=name)["SecretString"]
    manager.put_secret_value(SecretId=name, SecretString=json.dumps(json.loads(ours) | {"password": "of-their-own"}))
    refused = carrier.catch_up()
    manager.put_secret_value(SecretId=name, SecretString=ours)
    whose = f"the login of {carrier.stack.service('writer')}.g1"
    assert (refused.code, whose in refused.err, "of-their-own" in refused.text) == (1, True, False), refused.text


def test_a_right_to_write_that_is_taken_away_ends_it_and_nothing_is_lost(carrier: CarriedLogs) -> None:
    carrier.log("while it may not write")
    user, cluster = f"{carrier.stack.service('writer')}.g1", carrier.stack.cluster
    describing, writing = (acl(user, "TOPIC", carrier.topic, operation) for operation in ("DESCRIBE", "WRITE"))
    with planted(cluster, describing), removed(cluster, writing):
        refused = carrier.catch_up()
    assert (refused.code, "TOPIC_AUTHORIZATION_FAILED" in refused.err) == (1, True), refused.text
    assert "run `levee up`" in refused.err
    assert carrier.catch_up().code == 0
    carrier.assert_all_carried()


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"name": "somebody-elses"}, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED"),
        ({"topic": "eu.not.there.v1"}, "TOPIC_AUTHORIZATION_FAILED"),
        ({"checkpoints": "levee.checkpoints.not.there"}, "TOPIC_AUTHORIZATION_FAILED"),
    ],
)
def test_a_right_that_is_missing_is_told_with_what_to_do(
    carrier: CarriedLogs, changes: dict[str, str], error: str
) -> None:
    with pytest.raises(LeveeError, match=error) as ended:
        carrier.write_once(**changes)
    assert "levee up" in ended.value.help
    with pytest.raises(LeveeError, match="AUTHORIZATION_FAILED"):
        read_checkpoints(carrier.route(checkpoints="levee.checkpoints.not.there"), carrier.login(), staying)


def test_away_for_longer_than_records_are_kept_it_says_what_may_be_lost(carrier: CarriedLogs) -> None:
    newest = carrier.read(carrier.checkpoints, 1, "writer")[-1]
    old = json.loads(newest.value()) | {"until": SYSTEM_CLOCK.milliseconds() - 8 * DAY_MS}
    carrier.plant(newest.key(), json.dumps(old).encode())
    ended = carrier.catch_up()
    told = f"error: shard {old['shard']}: what came in between"
    assert (ended.code, told in ended.err) == (1, True), ended.text
    carrier.assert_all_carried()


def test_a_data_stream_that_was_made_anew_is_carried_from_its_start_and_what_was_in_the_old_one_told_once(
    carrier: CarriedLogs,
) -> None:
    key = carrier.kinesis.describe_stream_summary(StreamName=carrier.name)["StreamDescriptionSummary"]["KeyId"]
    carrier.kinesis.delete_stream(StreamName=carrier.name)
    carrier.kinesis.create_stream(StreamName=carrier.name, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    carrier.kinesis.start_stream_encryption(StreamName=carrier.name, EncryptionType="KMS", KeyId=key)
    carrier.log("anew")
    ended = carrier.catch_up()
    assert (ended.code, "made anew" in ended.err) == (1, True), ended.text
    told = [line for line in ended.err.splitlines() if "may be lost: the data stream that had them was removed" in line]
    assert (len(told), "shards of which records may be lost: 4" in ended.err) == (4, True), ended.text
    carrier.assert_all_carried()
    assert carrier.catch_up().code == 0
    kept = {record.key(): record.value() for record in carrier.read(carrier.checkpoints, 1, "writer")}
    assert sorted(value is None for value in kept.values()) == [False] * 4 + [True] * 3


def test_no_password_is_anywhere_but_in_its_secret(carrier: CarriedLogs) -> None:
    assert carrier.stack.where_passwords_are() == []


def test_what_may_yet_be_committed_among_the_checkpoints_is_never_passed_over(
    carrier: CarriedLogs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept_checkpoints, "PATIENCE_S", 1.0)
    monkeypatch.setattr(kept_checkpoints, "POLL_S", 0.2)
    other = carrier.stack.cluster.producer(transactional_id=f"{carrier.name}.other")
    other.init_transactions(20)
    other.begin_transaction()
    other.produce(carrier.checkpoints, key=b"shardId-000000000000", value=b"open", partition=0)
    other.flush(20)
    with pytest.raises(LeveeError, match="a transaction is open on it"):
        read_checkpoints(carrier.route(), carrier.login(), staying)
    monkeypatch.setattr(kept_checkpoints, "PATIENCE_S", 60.0)
    told_to_end = time.monotonic() + 0.5
    with pytest.raises(Left):
        read_checkpoints(carrier.route(), carrier.login(), lambda: time.monotonic() > told_to_end)
    other.abort_transaction(20)
    assert len(read_checkpoints(carrier.route(), carrier.login(), staying)) == 4


def test_an_unreadable_checkpoint_ends_it_before_anything_is_carried(carrier: CarriedLogs) -> None:
    carrier.plant(b"shardId-000000000000", b"{}")
    with pytest.raises(LeveeError, match="is no checkpoint of") as ended:
        read_checkpoints(carrier.route(), carrier.login(), staying)
    assert "levee up" in ended.value.help

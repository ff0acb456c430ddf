"""How the parts of a stack fit together: each test breaks one thing, and exactly that is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from levee.loading.locate import MOST
from levee.model.name import NamePattern
from tests.support.stack_files import StackFiles, ids

TERMS = "until: 2026-12-31, approved_by: dpo, reason: agreed with its owner, ticket: G-1"
WIDENING = f"{{change: grant-widening, {TERMS}}}"
RECREATED = f"{{change: recreated, identity: qGZvLJ0TQ0uxqjnwcsh6Tw, {TERMS}}}"
UNPROTECT = f"{{change: unprotect, {TERMS}}}"


@pytest.fixture
def files(tmp_path: Path) -> StackFiles:
    return StackFiles(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("partitions: 3", "partitions: 3\nreplication: 4", "replication orders.yaml:6:14"),
        ("partitions: 3", "partitions: 3\nmin_insync: 3", "min-insync orders.yaml:6:13"),
        ("partitions: 3", "partitions: 3\nreplication: 2", "min-insync orders.yaml:1:1"),
        ("retention: 90d", "retention: 29d", "retention orders.yaml:6:12"),
        ("retention: 90d", "retention: 401d", "retention orders.yaml:6:12"),
        ("class: audit", "class: audits", "unknown-class orders.yaml:4:8"),
        ("consumers:", "  - {service: orders-api, kind: http}\nconsumers:", "service-twice orders.yaml:13:15"),
        ("consumers:", "consumers:\n  - {service: detection-engine, groups: [x]}", "service-twice orders.yaml:15:14"),
        ("[detection-engine]", "[siem-shipper]", "shared-group stack.yaml:27:18"),
        ("[detection-engine]", "[siem-*]", "shared-group stack.yaml:27:18"),
        ("consumers:", "monitors: [{kind: lag, window: 5m}]\nconsumers:", "monitor-threshold orders.yaml:13:12"),
        ("consumers:", "monitors: [{kind: silence, window: 5m, threshold: 1}]\nconsumers:",
         "monitor-threshold orders.yaml:13:51"),
        ("consumers:", "monitors: [{kind: silence, window: 5m}, {kind: silence, window: 1h}]\nconsumers:",
         "monitor-twice orders.yaml:13:48"),
        ("consumers:", "sinks: [{name: s, kind: http, service: siem, destination: x}]\nconsumers:",
         "sink-reader orders.yaml:13:40"),
        ("consumers:", f"approve: [{WIDENING}]\nconsumers:", "approval-service orders.yaml:13:11"),
        ("consumers:", f"approve: [{{service: siem, change: unprotect, {TERMS}}}]\nconsumers:",
         "approval-service orders.yaml:13:21"),
        ("consumers:", f"approve: [{{change: recreated, {TERMS}}}]\nconsumers:",
         "approval-identity orders.yaml:13:11"),
        ("consumers:", f"approve: [{{identity: x, change: unprotect, {TERMS}}}]\nconsumers:",
         "approval-identity orders.yaml:13:22"),
        ("consumers:", f"approve: [{RECREATED}, {RECREATED}]\nconsumers:",
         "approved-twice orders.yaml:13:147"),
        ("consumers:", f"approve: [{UNPROTECT}, {UNPROTECT}]\nconsumers:",
         "approved-twice orders.yaml:13:113"),
    ],
)  # fmt: skip
def test_a_stream(files: StackFiles, old: str, new: str, expected: str) -> None:
    assert files.edit(files.orders, old, new).found() == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("brokers: 3", "brokers: 2", "replication orders.yaml:1:1"),
        ("username: admin", "username: admin.g1", "admin-name stack.yaml:15:17"),
        ("streams: [orders]", "streams: [order]", "unknown-stream stack.yaml:26:19"),
        ("streams: [orders]", "streams: [orders, invoices]", "unknown-stream stack.yaml:26:27"),
        ("        groups: [siem-shipper]\n", "", "reader-groups stack.yaml:25:9"),
        ("role: manager", "role: manager\n        groups: [orders]", "reader-groups stack.yaml:31:9"),
        ("role: manager", "role: writer\n        groups: [orders]", "reader-groups stack.yaml:31:9"),
        ("eu.orders.*", "eu.order.*", "grant-of-nothing stack.yaml:31:17"),
        ("services:", "services:\n  idle: {owner: me}", "unused-service stack.yaml:21:3"),
        ("rotate_every: 90d", "previous: revoked", "nothing-to-revoke stack.yaml:23:15"),
        ("target: kafka", "target: aws", "account stack.yaml:2:10"),
    ],
)
def test_a_stack(files: StackFiles, old: str, new: str, expected: str) -> None:
    assert files.edit(files.stack, old, new).found() == [expected]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("floor: 30d", "floor: 401d", ["class-retention classes.yaml:7:14", "retention orders.yaml:6:12"]),
        ("min_insync: 2\n  diag", "min_insync: 3\n  diag", ["min-insync classes.yaml:10:17"]),
    ],
)
def test_a_class(files: StackFiles, old: str, new: str, expected: list[str]) -> None:
    assert files.edit(files.classes, old, new).found() == expected


def test_accounts_of_clouds(files: StackFiles) -> None:
    files.edit(files.stack, "target: kafka", "target: aws").edit(
        files.stack, "account: local", 'account: "012345678901"'
    )
    assert files.load().account == "012345678901"


def test_one_topic_is_one_stream(files: StackFiles) -> None:
    files.stream("again", topic="eu.orders.audit.v1")
    (found,) = files.diagnostics()
    assert found.id == "topic-twice"
    assert found.message == (
        "the topic eu.orders.audit.v1 is the stream again already (stacks/test/streams/again.yaml:1:8)"
    )


def test_topics_that_kafkas_metrics_spell_alike(files: StackFiles) -> None:
    files.stream("other", topic="eu.orders_audit.v1")
    assert files.found() == ["topic-collision other.yaml:1:8"] or files.found() == ["topic-collision orders.yaml:1:8"]


def test_an_entry_that_lets_an_adopted_topic_go_names_the_streams_own(files: StackFiles) -> None:
    entry = (
        "retire: {{on: 2026-12-31, approved_by: dpo, reason: Replaced by another stream, ticket: G-1, deletes: {}}}\n"
    )
    files.add(files.orders, entry.format("eu.other.v1"))
    assert [found.split()[0] for found in files.found()] == ["retires-another"]
    files.edit(files.orders, "deletes: eu.other.v1", "deletes: eu.orders.audit.v1")
    retire = files.load().streams[0].retire
    assert retire is not None
    assert retire.deletes == "eu.orders.audit.v1"


def test_services_may_share_streams_and_one_service_many_groups(files: StackFiles) -> None:
    files.stream(
        "events",
        sources="[{service: orders-api, kind: http, transactional_ids: [orders-api-1, orders-api-*]}]",
        consumers="[{service: detection-engine, groups: [detection-engine, detection-engine-*]}]",
    )
    groups = files.load().streams[0].consumers[0].groups
    assert groups == (NamePattern.parse("detection-engine"), NamePattern.parse("detection-engine-*"))


@pytest.mark.parametrize(
    ("first", "second", "clash"),
    [
        ("app", "app", True),
        ("app-*", "app-1", True),
        ("app-*", "app-", True),
        ("app-*", "app-one-*", True),
        ("app-*", "app-*", True),
        ("app", "app-*", False),
        ("app-1", "app-11", False),
        ("app.*", "app-*", False),
    ],
)
@pytest.mark.parametrize("kind", ["group", "transactional-id"])
def test_what_belongs_to_one_service_alone(files: StackFiles, kind: str, first: str, second: str, clash: bool) -> None:
    for key, pattern in (("one", first), ("two", second)):
        if kind == "group":
            files.stream(key, consumers=f"[{{service: {key}, groups: ['{pattern}']}}]")
        else:
            files.stream(key, sources=f"[{{service: {key}, kind: http, transactional_ids: ['{pattern}']}}]")
    if clash:
        assert ids(files.diagnostics()) == [f"shared-{kind}"]
    else:
        files.load()


def test_a_clash_is_found_behind_the_prefixes_of_one_service(files: StackFiles) -> None:
    files.stream("one", consumers="[{service: one, groups: [a-*]}]")
    files.stream("two", consumers="[{service: two, groups: [a-b-*, a-b-c-*, a-b-c-d]}]")
    found = files.diagnostics()
    assert [each.message.split(" (")[0] for each in found] == ["the group a-b-* of two is also one's, as a-*"]


def test_a_group_that_two_services_share_in_many_streams_is_told_once(files: StackFiles) -> None:
    for number in range(20):
        files.stream(f"s{number}", consumers="[{service: one, groups: [g]}, {service: two, groups: [g]}]")
    assert ids(files.diagnostics()) == ["shared-group"]


def test_a_sink_may_run_as_a_service_that_is_granted_the_stream(files: StackFiles) -> None:
    files.add(files.orders, "sinks: [{name: s, kind: http, service: siem-shipper, destination: siem}]")
    assert files.load().streams[0].sinks[0].service == "siem-shipper"


def test_a_broken_file_brings_no_false_alarms_from_the_others(files: StackFiles) -> None:
    """What only the broken file could show is not complained of: its topic, its services, its class."""
    files.edit(files.orders, "topic: eu.orders.audit.v1", "topic: [")
    files.edit(files.stack, "services:", "services:\n  orders-api: {owner: orders-team}")
    assert files.found() == ["invalid-yaml orders.yaml:3:6"]


def test_broken_classes_bring_no_false_alarms(files: StackFiles) -> None:
    files.edit(files.classes, "regulated: true", "regulated: 1")
    assert files.found() == ["wrong-type classes.yaml:4:16"]


def test_a_broken_stack_file_brings_no_false_alarms(files: StackFiles) -> None:
    files.edit(files.stack, "brokers: 3", "brokers: x")
    assert files.found() == ["wrong-type stack.yaml:9:12"]


def with_dead_letters(files: StackFiles, *ways: tuple[str, str]) -> StackFiles:
    """Streams that each hand what they can't deliver to another, by a service that may write it."""
    for key, other in ways:
        file = files.stream(key)
        writers = "".join(f"  - {{service: {one}-sink, kind: application}}\n" for one, to in ways if to == key)
        files.add(file, f"sources:\n{writers}" if writers else "")
        files.add(file, f"consumers: [{{service: {key}-sink, groups: [{key}-sink]}}]\n")
        sink = f"name: s, kind: http, service: {key}-sink, destination: x, dead_letter: {other}"
        files.add(file, f"sinks: [{{{sink}}}]\n")
    return files


@pytest.mark.parametrize(
    "ways",
    [
        [("a", "b"), ("b", "a")],
        [("a", "b"), ("b", "c"), ("c", "a")],
        [("x", "a"), ("a", "b"), ("b", "c"), ("c", "b")],
    ],
)
def test_dead_letters_never_go_in_a_circle(files: StackFiles, ways: list[tuple[str, str]]) -> None:
    assert ids(with_dead_letters(files, *ways).diagnostics()) == ["dead-letter"]


def test_dead_letters_may_come_together(files: StackFiles) -> None:
    files.add(files.stream("end"), "sources: [{service: a-sink, kind: http}, {service: b-sink, kind: http}]\n")
    assert len(with_dead_letters(files, ("a", "end"), ("b", "end")).load().streams) == 4


def test_a_sink_must_be_able_to_write_its_dead_letters(files: StackFiles) -> None:
    files.stream("end")
    with_dead_letters(files, ("a", "end"))
    assert ids(files.diagnostics()) == ["dead-letter-writer"]
    grant = "services:\n  a-sink: {grants: [{role: writer, topics: eu.end.*}]}\n"
    assert len(files.edit(files.stack, "services:\n", grant).load().streams) == 3


def test_a_long_way_of_dead_letters_is_followed_once(files: StackFiles) -> None:
    ways = [(f"s{n}", f"s{n + 1}") for n in range(60)]
    assert ids(with_dead_letters(files, *ways, ("s60", "s0")).diagnostics()) == ["dead-letter"]


@pytest.mark.parametrize(
    ("sinks", "expected"),
    [
        ("[{name: s, DEAD}]", "unknown-stream"),
        ("[{name: s, dead_letter: orders, REST}]", "dead-letter"),
        ("[{name: s, REST}, {name: s, REST}]", "sink-twice"),
    ],
)
def test_a_sink(files: StackFiles, sinks: str, expected: str) -> None:
    rest = "kind: http, service: detection-engine, destination: siem"
    lines = "sinks: " + sinks.replace("DEAD", "dead_letter: undelivered, REST").replace("REST", rest)
    assert ids(files.add(files.orders, lines).diagnostics()) == [expected]


def test_of_very_many_problems_of_a_file_so_many_are_told_and_the_rest_counted(files: StackFiles) -> None:
    names = ", ".join(f"n{number}" for number in range(10_000))
    files.edit(files.stack, "        streams: [orders]\n", f"        streams: [{names}]\n")
    *shown, last = files.diagnostics()
    counted = next(each for each in (*shown, last) if each.id == "more-problems")
    assert counted.message == "the file has 9,800 more problem(s)"
    assert len(shown) == MOST

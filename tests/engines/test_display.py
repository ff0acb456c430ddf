"""What a failed run of the embedded engine says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from levee.plan import type_tokens
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee_infra.engines.display import LISTED, NAMED, Display
from levee_infra.engines.embedded.errors import DeploymentFailed, Failure, Refusal, Refused
from levee_infra.engines.embedded.event import Change, ChangeKind, Op, PlanReady, ResourceEvent, Stage
from levee_infra.engines.resource_words import ResourceWords
from levee_infra.providers.protocol.properties import Value
from tests.support.stack_files import StackFiles

TOPIC = "kafka:index/topic:Topic"


def urn(number: int) -> str:
    return f"urn:pulumi:test::levee::kafka:index/topic:Topic::stream-{number}"


def test_every_refusal_of_a_few_is_shown() -> None:
    text = Display.text_of(Refused([Refusal(urn(number), f"{number} is gone") for number in range(3)]))
    told = [f"stream-{number}: {number} is gone" for number in range(3)]
    assert [line.strip() for line in text.splitlines()[1:]] == told


def test_thousands_of_refusals_are_counted() -> None:
    text = Display.text_of(Refused([Refusal(urn(number), f"broker {number} is silent") for number in range(2000)]))
    assert len(text.splitlines()) == LISTED + 2
    assert text.endswith(f"… and {2000 - LISTED:,} more")


def test_thousands_of_failures_are_counted() -> None:
    failures = [Failure(urn(number), "create", (f"broker {number} is silent",)) for number in range(2000)]
    lines = Display.text_of(DeploymentFailed(failures)).splitlines()
    assert lines[1].strip() == "stream-0: create: broker 0 is silent"
    assert lines[-1].strip() == f"… and {2000 - LISTED:,} more"


def test_a_refusal_names_things_by_words() -> None:
    told = Display.text_of(
        Refused([Refusal(urn(1), f"{TOPIC} 'a' can't be read"), Refusal("", "levee:aws:Key 'b' is gone")])
    )
    assert {line.strip() for line in told.splitlines()[1:]} == {"stream-1: topic 'a' can't be read", "key 'b' is gone"}


def test_one_reason_of_many_is_told_once() -> None:
    failures = [Failure(urn(number), "delete", ("cannot connect to b-1:9096",)) for number in range(9)]
    (_, line) = Display.text_of(DeploymentFailed(failures)).splitlines()
    names = ", ".join(f"stream-{number}" for number in range(NAMED))
    assert line.strip() == f"{names} and 4 more: delete: cannot connect to b-1:9096"


def lines_of(*events: ResourceEvent, plan: Plan | None = None, recorded: Sequence[Registered] = ()) -> list[str]:
    lines: list[str] = []
    display = Display(lines.append, ResourceWords(plan, recorded))
    for event in events:
        display.show(event)
    return lines


def event(
    op: Op,
    *changes: Change,
    name: str = "orders",
    type_: str = TOPIC,
    adopted: bool = False,
    vanished: bool = False,
) -> ResourceEvent:
    stage = Stage.DONE if op is Op.REFRESH else Stage.PLANNED
    return ResourceEvent(stage, op, urn(1), type_, name, changes, adopted=adopted, vanished=vanished)


def was(path: str, old: Value, new: Value) -> Change:
    return Change(path, ChangeKind.UPDATE, old, new)


def test_a_property_that_is_a_secret_by_its_name_is_not_shown() -> None:
    changes = was("connection.saslPassword", "old one", "new one"), was('config["retention.ms"]', "1", "604800000")
    assert lines_of(event(Op.UPDATE, *changes)) == [
        "~ topic orders  connection.sasl password <redacted> → <redacted>",
        "~ topic orders  retention 1ms → 7d",
    ]


def test_an_id_that_is_seen_for_the_first_time_was_changed_by_nobody() -> None:
    assert lines_of(event(Op.REFRESH, was("topicId", None, "x"))) == []


@pytest.mark.parametrize("change", [was("recreatedAs", None, "x"), was("topicId", "w", "x")])
def test_an_id_that_changed_was(change: Change) -> None:
    held = Registered(urn=urn(1), type=TOPIC, name="orders", properties={"name": "orders"}, outputs={"topicId": "w"})
    (line,) = lines_of(event(Op.REFRESH, change), recorded=[held])
    assert line == "! topic orders was deleted and made again: its records are gone (recorded w, found x)"


def test_what_is_planned_is_described_as_in_its_file(tmp_path: Path) -> None:
    files = StackFiles(tmp_path)
    plan = build_plan(files.load(), date(2026, 11, 21))
    topic, credential = plan.topics[0], plan.credentials[0]
    lines = lines_of(
        event(Op.CREATE, name=topic.stream),
        event(Op.CREATE, name=credential.service, type_=type_tokens.KAFKA_SERVICE_CREDENTIAL),
        plan=plan,
    )
    assert lines[0].startswith(f"+ topic {topic.name}  {topic.partitions} partitions × 3, kept ")  # noqa: RUF001
    assert lines[1].startswith(f"+ service {credential.service}  ")
    assert f"as {credential.usernames[0]}" in lines[1]


@pytest.mark.parametrize(("before", "words"), [(True, "protection lifted"), (False, "protected from now on")])
def test_protection_that_changes_is_shown(tmp_path: Path, *, before: bool, words: str) -> None:
    plan = build_plan(StackFiles(tmp_path).load(), date(2026, 11, 21))
    (topic, *_) = (replace(each, protected=not before) for each in plan.topics)
    held = Registered(urn=urn(1), type=TOPIC, name=topic.stream, properties={"name": topic.name}, protected=before)
    lines = lines_of(event(Op.SAME, name=topic.stream), plan=replace(plan, topics=(topic,)), recorded=[held])
    assert lines == [f"~ topic {topic.name}  {words}"]


def test_a_change_that_puts_back_what_was_shown_is_not_shown_again() -> None:
    drifted = event(Op.REFRESH, was('config["retention.ms"]', "604800000", "3600000"))
    back = was('config["retention.ms"]', "3600000", "604800000")
    assert lines_of(drifted, event(Op.UPDATE, back)) == ["! topic orders  retention 7d → 1h"]
    more = event(Op.UPDATE, back, was("partitions", 2, 4))
    assert lines_of(drifted, more)[1:] == ["~ topic orders  partitions 2 → 4"]


def test_settings_that_change_together_are_told_one_by_one() -> None:
    before: Value = {"retention.ms": "1000", "cleanup.policy": "delete"}
    after: Value = {"retention.ms": "2000", "segment.ms": "1000"}
    assert lines_of(event(Op.UPDATE, was("config", before, after))) == [
        "~ topic orders  cleanup.policy delete → the broker's default",
        "~ topic orders  retention 1s → 2s",
        "~ topic orders  segment.ms the broker's default → 1s",
    ]


def test_one_difference_is_told_once_however_its_place_is_spelled() -> None:
    whole = was("secretStore", {"kind": "file", "directory": "/a"}, {"kind": "file", "directory": "/b"})
    parts = was("secretStore.directory", "/a", "/b"), was('secretStore["directory"]', "/a", "/b")
    for changes in ((whole, *parts), (*parts, whole), parts, parts[::-1]):
        (line,) = lines_of(event(Op.UPDATE, *changes, type_=type_tokens.KAFKA_SERVICE_CREDENTIAL))
        assert line.endswith("/a → /b")
    deep = was("a", {"b": {"c": 1, "d.e": 2}}, {"b": {"c": 3, "d.e": 4}})
    told = lines_of(event(Op.UPDATE, deep, was("a.b.c", 1, 3), was('a["b"]["d.e"]', 2, 4)))
    assert told == ["~ topic orders  a.b.c 1 → 3", '~ topic orders  a.b["d.e"] 2 → 4']
    drifted = event(Op.REFRESH, was("config", {"retention.ms": "2"}, {"retention.ms": "1"}))
    assert len(lines_of(drifted, event(Op.UPDATE, was("config.retention.ms", "1", "2")))) == 1


def test_a_right_that_was_taken_is_told_in_the_readers_words() -> None:
    drift = was("drift", None, ["siem.g1 lost Read on topic orders"])
    gone = was("drift", ["siem.g1 lost Read on topic orders"], None)
    service = type_tokens.KAFKA_SERVICE_CREDENTIAL
    lines = lines_of(
        event(Op.REFRESH, drift, name="siem", type_=service), event(Op.UPDATE, gone, name="siem", type_=service)
    )
    assert lines == ["! siem.g1 lost Read on topic orders"]


def test_a_thing_that_is_gone_is_told_once() -> None:
    lines = lines_of(event(Op.REFRESH, vanished=True), event(Op.CREATE))
    assert lines == ["! topic orders is gone"]


def test_an_adoption_is_shown_as_one_and_what_was_adopted_as_kept() -> None:
    lines = lines_of(event(Op.CREATE, adopted=True), event(Op.DELETE, adopted=True))
    assert lines[0] == "= adopt topic orders"
    assert lines[1].startswith("- let go of topic orders: it was adopted, and is kept")


def test_no_type_token_reaches_a_reader() -> None:
    tokens = [value for name, value in vars(type_tokens).items() if name.isupper()]
    lines = lines_of(*(event(Op.CREATE, type_=token) for token in [*tokens, TOPIC, "kafka:index/quota:Quota"]))
    assert len(lines) == len(tokens)  # components are not shown
    assert not [line for line in lines if ":" in line]


def test_a_component_that_goes_is_neither_shown_nor_counted() -> None:
    lines: list[str] = []
    display = Display(lines.append, ResourceWords(None, ()))
    for token in (type_tokens.LOG_STREAM, type_tokens.SERVICE_CREDENTIAL):
        display.show(ResourceEvent(Stage.PLANNED, Op.DELETE, urn(1), token, "stream-1"))
        display.show(ResourceEvent(Stage.DONE, Op.DELETE, urn(1), token, "stream-1"))
    display.end()
    assert (lines, display.ungrouped) == ([], 2)


def test_what_stays_as_it_is_is_nothing_to_wait_for() -> None:
    lines: list[str] = []
    display = Display(lines.append, ResourceWords(None, ()))
    display.show(PlanReady({Op.SAME: 10_000, Op.CREATE: 2, Op.DELETE: 1}, preview=False))
    display.show(ResourceEvent(Stage.DONE, Op.CREATE, urn(1), TOPIC, "stream-1"))
    display.end()
    assert [line.strip() for line in lines] == ["1 created of 3"]

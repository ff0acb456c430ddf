"""Whether an update has anything to do, and what stays of what is deleted, by events quoted from the CLI 3.274."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from levee_infra.engines.pulumi.preview_events import deleted_made_anew, nothing_to_do
from levee_infra.providers.protocol.identity import STAYS

STACK = "urn:pulumi:dev::levee::pulumi:pulumi:Stack::levee-dev"
TOPIC = "urn:pulumi:dev::levee::kafka:index/topic:Topic::orders"

Event = dict[str, Any]


def state(urn: str, **values: Any) -> Event:
    return {"urn": urn, "type": urn.split("::")[2], "id": "x", "parent": "", "inputs": {}, "outputs": {}} | values


def step(op: str, old: Event, new: Event | None = None) -> Event:
    metadata = {"op": op, "urn": old["urn"], "type": old["type"], "old": old, "new": new or deepcopy(old)}
    return {"resOutputsEvent": {"metadata": metadata, "planning": True}}


def summary(**changes: int) -> Event:
    return {"summaryEvent": {"resourceChanges": changes, "isPreview": True, "result": "succeeded"}}


def unchanged() -> list[Event]:
    stack, topic = state(STACK, outputs={"levee": "0.1.0"}), state(TOPIC, inputs={"name": "orders"}, protect=True)
    return [
        {"preludeEvent": {"config": {}}},
        step("refresh", topic),
        step("same", stack),
        {"resourcePreEvent": {"metadata": {"op": "same", "urn": TOPIC, "old": topic, "new": state(TOPIC)}}},
        step("same", topic),
        step("same", stack),  # the stack's outputs come last
        summary(same=2),
        {"cancelEvent": {}},
    ]


def written(folder: Path, events: list[Event]) -> Path:
    file = folder / "events"
    stamped = ({"sequence": n, "timestamp": 1796073693, **each} for n, each in enumerate(events))
    file.write_text("".join(f"{json.dumps(each, separators=(',', ':'))}\n" for each in stamped))
    return file


def test_nothing_is_to_be_done_where_all_is_as_recorded(tmp_path: Path) -> None:
    assert nothing_to_do(written(tmp_path, unchanged()))


@pytest.mark.parametrize(
    ("number", "field", "value"),
    [
        (4, "protect", False),
        (4, "inputs", {"name": "orders", "owner": "dev"}),
        (4, "outputs", {"topicId": "new"}),
        (4, "urn", TOPIC.replace("orders", "renamed")),
        (4, "parent", STACK),
        (4, "provider", "another"),
        (4, "retainOnDelete", True),
        (1, "outputs", {"topicId": "learned by the refresh"}),
        (1, "initErrors", ["half made"]),
        (5, "outputs", {"levee": "0.2.0"}),
        (5, "outputs", {"levee": "0.1.0", "approvals": ["spent"]}),
    ],
)
def test_whatever_an_update_would_record_is_to_be_done(tmp_path: Path, number: int, field: str, value: object) -> None:
    events = unchanged()
    events[number]["resOutputsEvent"]["metadata"]["new"][field] = value
    assert not nothing_to_do(written(tmp_path, events))


@pytest.mark.parametrize("op", ["create", "update", "delete", "replace", "read", "import", "something new"])
def test_whatever_an_update_would_do_is_to_be_done(tmp_path: Path, op: str) -> None:
    events = unchanged()
    events.insert(4, step(op, state(TOPIC.replace("orders", "another"))))
    assert not nothing_to_do(written(tmp_path, events))


def test_what_a_refresh_found_gone_is_to_be_done(tmp_path: Path) -> None:
    events = unchanged()
    events[1]["resOutputsEvent"]["metadata"]["new"] = None
    assert not nothing_to_do(written(tmp_path, events))


@pytest.mark.parametrize(
    "events",
    [
        [],
        unchanged()[:-2],
        [*unchanged()[:4], *unchanged()[5:]],
        [*unchanged()[:-2], summary(same=2, delete=1)],
        [*unchanged()[:-2], summary(same=3)],
        [*unchanged()[:-2], {"summaryEvent": {"resourceChanges": {"same": 2}, "isPreview": False}}],
        [*unchanged(), {"resOpFailedEvent": {"metadata": {}}}],
    ],
)
def test_a_log_that_does_not_tell_of_everything_tells_nothing(tmp_path: Path, events: list[Event]) -> None:
    assert not nothing_to_do(written(tmp_path, events))


@pytest.mark.parametrize(
    "line", ['{"sequence":1,"resOutputsEvent":', '{"sequence":1,"resOutputsEvent":[]}', '{"summaryEvent":null}']
)
def test_a_log_that_cannot_be_read_tells_nothing(tmp_path: Path, line: str) -> None:
    file = written(tmp_path, unchanged())
    file.write_text(f"{file.read_text()}{line}\n")
    assert not nothing_to_do(file)
    assert not nothing_to_do(tmp_path / "missing")


KEPT = "urn:pulumi:dev::levee::kafka:index/topic:Topic::debug"
BUCKET = "urn:pulumi:dev::levee::levee:aws:ArchiveBucket::orders"
ANEW = {"topicId": "recorded", "recreatedAs": "another"}


def destroyed(*, preview: bool = False) -> list[Event]:
    """A topic and a bucket that the refresh finds made anew, and a topic that it finds as it was."""
    events: list[Event] = [{"preludeEvent": {"config": {}}}]
    for urn in (TOPIC, KEPT, BUCKET):
        before = state(urn, inputs={"name": f"the {urn[-6:]}"}, outputs={"topicId": "recorded"})
        after = before if urn == KEPT else before | {"outputs": ANEW}
        deletion = step("delete", after)
        deletion["resOutputsEvent"]["metadata"]["new"] = None
        events += [step("refresh", before, after), deletion]
    ended = {"summaryEvent": {"resourceChanges": {"delete": 3}, "isPreview": preview}}
    return [*events, ended, {"cancelEvent": {}}]


@pytest.mark.parametrize("preview", [True, False])
def test_what_is_deleted_and_was_made_anew_stays(tmp_path: Path, preview: bool) -> None:
    kept = deleted_made_anew(written(tmp_path, destroyed(preview=preview)), "dev", preview=preview)
    assert kept is not None
    assert [(urn, each.id) for urn, each in kept.items()] == [(TOPIC, "the orders"), (BUCKET, "the orders")]
    assert all("it stays as it is" in each.how and not each.unless for each in kept.values())


@pytest.mark.parametrize(("number", "side"), [(1, "new"), (2, "old")])
def test_the_refresh_or_the_deletion_alone_tells_of_it(tmp_path: Path, number: int, side: str) -> None:
    events = destroyed()
    events[number]["resOutputsEvent"]["metadata"][side] = state(TOPIC)
    kept = deleted_made_anew(written(tmp_path, events), "dev", preview=False)
    assert kept is not None
    assert TOPIC in kept


def test_the_provider_tells_of_what_was_not_refreshed(tmp_path: Path) -> None:
    before = state(KEPT, inputs={"name": "debug"}, outputs={"topicId": "recorded"})
    message = f"<{{%reset%}}>{STAYS}<{{%reset%}}>\n"
    says = {"urn": KEPT, "prefix": "warning: ", "message": message, "severity": "warning"}
    ended = {"summaryEvent": {"resourceChanges": {"delete": 1}, "isPreview": False}}
    events = [{"diagnosticEvent": says}, step("delete", before), ended]
    kept = deleted_made_anew(written(tmp_path, events), "dev", preview=False)
    assert kept is not None
    assert [(urn, each.id) for urn, each in kept.items()] == [(KEPT, "debug")]


@pytest.mark.parametrize("op", ["same", "update", "delete-replaced"])
def test_what_is_not_deleted_is_not_let_go_of(tmp_path: Path, op: str) -> None:
    events = destroyed()
    events[2]["resOutputsEvent"]["metadata"]["op"] = op
    events[-2]["summaryEvent"]["resourceChanges"] = {"delete": 2, op: 1}
    kept = deleted_made_anew(written(tmp_path, events), "dev", preview=False)
    assert kept is not None
    assert set(kept) == {BUCKET}


@pytest.mark.parametrize(
    "events",
    [
        [],
        destroyed()[:-2],
        destroyed(preview=True),
        [*destroyed()[:2], *destroyed()[3:]],
        [*destroyed()[:-2], {"summaryEvent": None}],
    ],
)
def test_a_log_that_does_not_tell_of_every_deletion_tells_nothing(tmp_path: Path, events: list[Event]) -> None:
    assert deleted_made_anew(written(tmp_path, events), "dev", preview=False) is None


def test_a_log_of_deletions_that_cannot_be_read_tells_nothing(tmp_path: Path) -> None:
    file = written(tmp_path, destroyed())
    assert deleted_made_anew(file, "another", preview=False) is None
    assert deleted_made_anew(tmp_path / "missing", "dev", preview=False) is None
    file.write_text(f'{file.read_text()}{{"sequence":9,"resOutputsEvent":{{"metadata":{{"op":"delete"')
    assert deleted_made_anew(file, "dev", preview=False) is None

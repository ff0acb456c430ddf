"""Records of a data stream: what CloudWatch Logs writes is read as it is, and nothing else is read at all."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee_infra.carrier import envelope
from levee_infra.carrier.envelope import Envelope, Event, Unreadable

ACCOUNT: Final = "123456789012"
GROUP: Final = "/ecs/checkout"
ENVELOPE: Final = Envelope(ACCOUNT, GROUP)
SECRET: Final = "hunter2"

TEXT: Final = st.text(st.characters(codec="utf-8"))
NAMES: Final = TEXT.filter(bool)
EVENTS: Final = st.builds(
    Event,
    id=NAMES,
    timestamp=st.integers(1, 2**63 - 1),
    log_stream=st.just("web/1"),
    message=TEXT.map(lambda text: text.encode()),
)


def event(**changes: object) -> dict[str, object]:
    return {"id": "1" * 56, "timestamp": 1_795_268_744_448, "message": SECRET, **changes}


def body(**changes: object) -> dict[str, object]:
    """What CloudWatch Logs sends; tests change one thing."""
    return {
        "messageType": "DATA_MESSAGE",
        "owner": ACCOUNT,
        "logGroup": GROUP,
        "logStream": "web/1",
        "subscriptionFilters": ["levee-test"],
        "logEvents": [event()],
        **changes,
    }


def packed(value: object) -> bytes:
    return gzip.compress(json.dumps(value).encode())


def without(values: Mapping[str, object], name: str) -> dict[str, object]:
    return {key: value for key, value in values.items() if key != name}


@given(st.lists(EVENTS, max_size=5))
def test_events_come_out_as_they_went_in(events: list[Event]) -> None:
    listed = [{"id": each.id, "timestamp": each.timestamp, "message": each.message.decode()} for each in events]
    assert ENVELOPE.open(packed(body(logEvents=listed))) == tuple(events)


def test_fields_that_aws_adds_are_left_alone() -> None:
    added = body(policyLevel="ACCOUNT_LEVEL_POLICY", logEvents=[event(extractedFields={"@aws.region": "eu-west-1"})])
    assert [each.message for each in ENVELOPE.open(packed(added))] == [SECRET.encode()]


def test_a_control_message_holds_no_event_whoever_it_is_of() -> None:
    check = {"messageType": "CONTROL_MESSAGE", "owner": "CloudwatchLogs", "logGroup": "", "logStream": ""}
    assert ENVELOPE.open(packed({**check, "subscriptionFilters": [], "logEvents": [event()]})) == ()


HALF: Final = "\ud83d"
WRONG: Final[Mapping[str, tuple[object, str]]] = {
    "no object": ([body()], "isn't a JSON object"),
    "no type": (without(body(), "messageType"), "messageType"),
    "another type": (body(messageType="DATA"), "neither DATA_MESSAGE"),
    "another account": (body(owner="210987654321"), ACCOUNT),
    "an owner that is a number": (body(owner=int(ACCOUNT)), "owner"),
    "another log group": (body(logGroup="/ecs/other"), GROUP),
    "no log stream": (body(logStream=""), "logStream"),
    "events that are no list": (body(logEvents={"0": event()}), "logEvents"),
    "no events": (without(body(), "logEvents"), "logEvents"),
    "an event that is no object": (body(logEvents=[SECRET]), "log event"),
    "an event without id": (body(logEvents=[without(event(), "id")]), "id"),
    "an id that is a number": (body(logEvents=[event(id=7)]), "id"),
    "an id that is empty": (body(logEvents=[event(id="")]), "id"),
    "a message that is an object": (body(logEvents=[event(message={"text": SECRET})]), "message"),
    "a message with half of a character": (body(logEvents=[event(message=SECRET + HALF)]), "half of a character"),
    "a log stream with half of a character": (body(logStream=HALF), "half of a character"),
    "a timestamp of text": (body(logEvents=[event(timestamp="1")]), "timestamp"),
    "a timestamp that is a truth": (body(logEvents=[event(timestamp=True)]), "timestamp"),
    "a timestamp with a fraction": (body(logEvents=[event(timestamp=1.5)]), "timestamp"),
    "a timestamp of 0": (body(logEvents=[event(timestamp=0)]), "timestamp"),
    "a timestamp beyond Kafka's": (body(logEvents=[event(timestamp=2**63)]), "timestamp"),
    "not a number": (body(logEvents=[event(timestamp=float("nan"))]), "no number"),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_and_nothing_of_it_quoted(what: str) -> None:
    value, says = WRONG[what]
    with pytest.raises(Unreadable, match=says) as refused:
        ENVELOPE.open(packed(value))
    assert SECRET not in str(refused.value)


GOOD: Final = packed(body())
DAMAGED: Final[Mapping[str, tuple[bytes, str]]] = {
    "empty": (b"", "cut off"),
    "plain text": (SECRET.encode(), "gzip"),
    "zlib without gzip": (zlib.compress(json.dumps(body()).encode()), "gzip"),
    "cut off": (GOOD[:-1], "cut off"),
    "cut short": (GOOD[: len(GOOD) // 2], "cut off"),
    "with something behind": (GOOD + b"\0", "something follows"),
    "twice": (GOOD + GOOD, "something follows"),
    "not JSON": (gzip.compress(SECRET.encode()), "isn't JSON"),
    "not UTF-8": (gzip.compress(b'{"messageType": "\xff"}'), "UTF-8"),
    "UTF-16": (gzip.compress(json.dumps(body()).encode("utf-16")), "UTF-8"),
    "a key twice": (gzip.compress(b'{"owner": "1", "owner": "2"}'), "twice"),
    "nested too deeply": (gzip.compress(b"[" * 200_000), "nested"),
    "a number that is too long": (gzip.compress(b"9" * 10_000), "JSON"),
}


@pytest.mark.parametrize("what", DAMAGED)
def test_what_is_damaged_is_told(what: str) -> None:
    data, says = DAMAGED[what]
    with pytest.raises(Unreadable, match=says) as refused:
        ENVELOPE.open(data)
    assert SECRET not in str(refused.value)


def test_what_unpacks_to_more_than_it_may_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "LONGEST_BYTES", 1000)
    with pytest.raises(Unreadable, match="1000 bytes"):
        ENVELOPE.open(gzip.compress(b" " * 1001))
    assert len(ENVELOPE.open(packed(body()))) == 1


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_else(data: bytes) -> None:
    for each in (data, gzip.compress(data)):
        with pytest.raises(Unreadable):
            ENVELOPE.open(each)


JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(body())), JSON)
def test_no_value_of_a_field_does_anything_else(name: str, value: Any) -> None:
    try:
        events = ENVELOPE.open(packed(body(**{name: value})))
    except Unreadable as refused:
        assert SECRET not in str(refused)  # noqa: PT017 - either outcome is right
    else:
        assert all(isinstance(each, Event) for each in events)

"""What CloudWatch Logs puts into a record of Kinesis, taken out again.

A record is gzip of a JSON object that names its origin and lists log events:
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html. Anybody who may write the data stream
may write anything, so nothing about it is believed. Fields that AWS adds are left alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from levee_infra.carrier.strict_json import NotStrictJson, strict_object

LONGEST_BYTES: Final = 32 * 1024 * 1024
"""Of a record's JSON. What CloudWatch Logs puts into one comes from about 1 MiB of events, each with some escapes."""

CONTROL, DATA = "CONTROL_MESSAGE", "DATA_MESSAGE"
_GZIP: Final = 16 + zlib.MAX_WBITS
_LARGEST: Final = 2**63 - 1


class Unreadable(Exception):
    """A record that CloudWatch Logs hasn't written for this log group. The text says why and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Event:
    """A log event. `timestamp` is in milliseconds since 1970; neither name nor message is in any representation."""

    id: str
    timestamp: int
    log_stream: str
    message: bytes

    def __repr__(self) -> str:
        return f"Event({self.id})"


@dataclass(frozen=True, slots=True)
class Envelope:
    """Where records must come from."""

    account: str
    log_group: str

    def open(self, data: bytes) -> tuple[Event, ...]:
        """A record's events in their order: none in a control message. Raises Unreadable."""
        body = _object(_unpacked(data))
        kind = _string(body, "messageType")
        if kind == CONTROL:
            return ()
        if kind != DATA:
            raise Unreadable("its messageType is neither DATA_MESSAGE nor CONTROL_MESSAGE")
        if _string(body, "owner") != self.account:
            raise Unreadable(f"its owner is another account than the stack's, {self.account}")
        if _string(body, "logGroup") != self.log_group:
            raise Unreadable(f"it is of another log group than {self.log_group}")
        log_stream = _named(body, "logStream")
        return tuple(_events(_list(body, "logEvents"), log_stream))


def _unpacked(data: bytes) -> bytes:
    unpacking = zlib.decompressobj(_GZIP)
    try:
        content = unpacking.decompress(data, LONGEST_BYTES + 1)
    except zlib.error:
        raise Unreadable("it isn't compressed with gzip") from None
    if len(content) > LONGEST_BYTES:
        raise Unreadable(f"it unpacks to more than {LONGEST_BYTES} bytes")
    if not unpacking.eof:
        raise Unreadable("it is cut off")
    if unpacking.unused_data:
        raise Unreadable("something follows what is compressed")
    return content


def _object(data: bytes) -> dict[str, Any]:
    try:
        return strict_object(data)
    except NotStrictJson as reason:
        raise Unreadable(str(reason)) from None


def _events(listed: Sequence[Any], log_stream: str) -> Iterator[Event]:
    for each in listed:
        if not isinstance(each, dict):
            raise Unreadable("a log event in it isn't an object")
        message = _string(each, "message").encode("utf-8")
        yield Event(_named(each, "id"), _timestamp(each), log_stream, message)


def _list(body: dict[str, Any], name: str) -> Sequence[Any]:
    value = body.get(name)
    if not isinstance(value, list):
        raise Unreadable(f"the field {name} is missing or no list")
    return value


def _string(body: dict[str, Any], name: str) -> str:
    """A text that UTF-8 can hold: JSON can write halves of characters, which it can't."""
    value = body.get(name)
    if not isinstance(value, str):
        raise Unreadable(f"the field {name} is missing or no text")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise Unreadable(f"the field {name} holds half of a character") from None
    return value


def _named(body: dict[str, Any], name: str) -> str:
    value = _string(body, name)
    if not value:
        raise Unreadable(f"the field {name} is empty")
    return value


def _timestamp(body: dict[str, Any]) -> int:
    """Of Kafka's range; 0 means something else to Kafka's clients."""
    value = body.get("timestamp")
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= _LARGEST:
        raise Unreadable("the field timestamp is missing or no time")
    return value

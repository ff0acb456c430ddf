"""Topic names beside each other."""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.declared import Declared
from levee.model.name import CHECKPOINTS, metric_name
from levee.model.problem import Problem
from levee.model.stream import StreamSpec


def declared_twice(declared: Declared) -> Iterator[Problem]:
    """No two streams are one topic."""
    first: dict[str, StreamSpec] = {}
    for stream in declared.streams:
        other = first.setdefault(stream.topic, stream)
        if other is not stream:
            message = f"the topic {stream.topic} is the stream {other.key} already"
            hint = "a stream is one topic: give this one another name, or remove one of the two files"
            yield Problem("topic-twice", message, hint, stream.origin.at("topic"), other=other.origin.at("topic"))


def reserved(declared: Declared) -> Iterator[Problem]:
    """No stream is one of levee's own topics, which are judged as no stream."""
    for stream in declared.streams:
        if metric_name(stream.topic).startswith(metric_name(CHECKPOINTS)):
            message = f"{stream.topic} begins as levee's own topics do, which keep how far a carrier has come"
            yield Problem("reserved-topic", message, "choose another name", stream.origin.at("topic"))


def collides_in_metrics(declared: Declared) -> Iterator[Problem]:
    """No two topics are one name in Kafka's metrics: a broker refuses the second (CreateTopics, InvalidTopic)."""
    first: dict[str, StreamSpec] = {}
    for stream in declared.streams:
        other = first.setdefault(metric_name(stream.topic), stream)
        if other.topic != stream.topic:
            message = f"the topic {stream.topic} collides with {other.topic}: Kafka's metrics spell `.` as `_`"
            hint = "use only one of . and _ in topic names"
            yield Problem("topic-collision", message, hint, stream.origin.at("topic"), other=other.origin.at("topic"))


def retirement_of_another(declared: Declared) -> Iterator[Problem]:
    """An entry that lets an adopted topic go names that topic and no other."""
    for stream in declared.streams:
        if stream.retire is not None and stream.retire.deletes not in {None, stream.topic}:
            message = f"the entry lets {stream.retire.deletes} be deleted, and the stream's topic is {stream.topic}"
            hint = f"write `deletes: {stream.topic}`, or remove the key"
            yield Problem("retires-another", message, hint, stream.retire.origin.at("deletes"))

"""Sinks: a name of their own, a service that may read, and another stream for what can't be delivered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from levee.loading.checks.declared import Declared
from levee.loading.problem import Problem
from levee.loading.suggestion import Vocabulary
from levee.model.name import NamePattern
from levee.model.role import Role
from levee.model.stream import SinkSpec


def named_twice(declared: Declared) -> Iterator[Problem]:
    """The sinks of a stream have names of their own."""
    for stream in declared.streams:
        first: dict[str, SinkSpec] = {}
        for sink in stream.sinks:
            other = first.setdefault(sink.name, sink)
            if other is not sink:
                message = f"this stream has a sink {sink.name} already"
                yield Problem(
                    "sink-twice", message, "give it a name of its own", sink.origin.at("name"), other=other.origin
                )


def cannot_read(declared: Declared) -> Iterator[Problem]:
    """The service a sink runs as may read its stream."""
    if declared.stack is None:
        return
    granted: dict[str, set[str]] = defaultdict(set)
    prefixes: dict[str, list[NamePattern]] = defaultdict(list)
    for service, grant in declared.grants():
        if grant.role is Role.READER:
            granted[service.name].update(grant.streams)
            if grant.topics is not None:
                prefixes[service.name].append(grant.topics)
    for stream in declared.streams:
        readers = {consumer.service for consumer in stream.consumers}
        topic = NamePattern(stream.topic)
        for sink in stream.sinks:
            by_grant = stream.key in granted[sink.service] or any(p.covers(topic) for p in prefixes[sink.service])
            if sink.service not in readers and not by_grant:
                message = f"the sink {sink.name} runs as {sink.service}, which may not read this stream"
                hint = f"name {sink.service} under `consumers`, or correct the sink's `service`"
                yield Problem("sink-reader", message, hint, sink.origin.at("service"))


def dead_letter(declared: Declared) -> Iterator[Problem]:
    """What a sink can't deliver goes to another stream that exists."""
    keys = Vocabulary(declared.stream_keys)
    for stream in declared.streams:
        for sink in stream.sinks:
            origin = sink.origin.at("dead_letter")
            if sink.dead_letter == stream.key:
                message = f"what {sink.name} can't deliver would come back to it"
                yield Problem("dead-letter", message, "name another stream", origin)
            elif sink.dead_letter is not None and sink.dead_letter not in declared.stream_keys:
                hint = keys.suggest(sink.dead_letter) or "name a stream by its key: its file's name without .yaml"
                yield Problem("unknown-stream", f"there is no stream {sink.dead_letter}", hint, origin)

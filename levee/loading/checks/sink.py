"""Sinks: a name of their own, a service that may read, and another stream for what can't be delivered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from levee.loading.suggestion import Vocabulary
from levee.model.declared import Declared
from levee.model.name import NamePattern
from levee.model.problem import Problem
from levee.model.role import Role
from levee.model.stream import SinkSpec, StreamSpec


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
    if declared.stack is None or declared.partial_stack:
        return
    granted = _Granted(declared, Role.READER)
    for stream in declared.streams:
        if stream.key in declared.partial:
            continue
        readers = {consumer.service for consumer in stream.consumers}
        for sink in stream.sinks:
            if sink.service not in readers and not granted.reaches(sink.service, stream):
                message = f"the sink {sink.name} runs as {sink.service}, which may not read this stream"
                hint = f"name {sink.service} under `consumers`, or correct the sink's `service`"
                yield Problem("sink-reader", message, hint, sink.origin.at("service"))


def cannot_write_dead_letters(declared: Declared) -> Iterator[Problem]:
    """The service a sink runs as may write what it can't deliver."""
    if declared.stack is None or declared.partial_stack:
        return
    granted = _Granted(declared, Role.WRITER)
    streams = {stream.key: stream for stream in declared.streams}
    writers = {stream.key: {source.service for source in stream.sources} for stream in declared.streams}
    for stream in declared.streams:
        for sink in stream.sinks:
            taking = streams.get(sink.dead_letter or "", stream)
            if (
                taking is stream
                or taking.key in declared.partial
                or sink.service in writers[taking.key]
                or granted.reaches(sink.service, taking)
            ):
                continue
            message = f"the sink {sink.name} runs as {sink.service}, which may not write {taking.key}"
            hint = f"name {sink.service} under `sources` of the stream {taking.key}, or name another `dead_letter`"
            yield Problem("dead-letter-writer", message, hint, sink.origin.at("dead_letter"))


class _Granted:
    """Which streams services reach in a role by the grants of the stack's own file."""

    def __init__(self, declared: Declared, role: Role) -> None:
        self._streams: dict[str, set[str]] = defaultdict(set)
        self._prefixes: dict[str, list[NamePattern]] = defaultdict(list)
        for service, grant in declared.grants():
            if grant.role is role:
                self._streams[service.name].update(grant.streams)
                if grant.topics is not None:
                    self._prefixes[service.name].append(grant.topics)

    def reaches(self, service: str, stream: StreamSpec) -> bool:
        """Whether the service has the role on the stream."""
        topic = NamePattern(stream.topic)
        by_prefix = any(prefix.covers(topic) for prefix in self._prefixes.get(service, ()))
        return by_prefix or stream.key in self._streams.get(service, ())


def dead_letters_in_a_circle(declared: Declared) -> Iterator[Problem]:
    """What can't be delivered comes to rest: no way of dead letters leads back to a stream that is on it.

    Each stream is entered once: one that is met while its own way is still followed closes a circle.
    """
    left = {
        stream.key: iter([sink for sink in stream.sinks if sink.dead_letter != stream.key])
        for stream in declared.streams
    }
    done, on_way = set[str](), set[str]()
    for start in left:
        trail = [] if start in done else [start]
        on_way.update(trail)
        while trail:
            sink = next(left[trail[-1]], None)
            if sink is None:
                done.add(trail[-1])
                on_way.remove(trail.pop())
            elif sink.dead_letter in on_way:
                message = f"what {sink.name} can't deliver goes to {sink.dead_letter}, whose own dead letters come back"
                hint = "name a stream as `dead_letter` whose way of dead letters doesn't lead here"
                yield Problem("dead-letter", message, hint, sink.origin.at("dead_letter"))
            elif sink.dead_letter in left and sink.dead_letter not in done:
                on_way.add(sink.dead_letter)
                trail.append(sink.dead_letter)


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

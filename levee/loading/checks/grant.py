"""Grants over many streams, in `stack.yaml`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from levee.loading.checks.declared import Declared
from levee.loading.problem import Problem
from levee.loading.suggestion import suggest
from levee.model.role import Role


def unknown_streams(declared: Declared) -> Iterator[Problem]:
    """A grant's streams exist."""
    for _, grant in declared.grants():
        for index, key in enumerate(grant.streams):
            if key not in declared.stream_keys:
                near = suggest(key, declared.stream_keys)
                hint = near or "a stream's key is the name of its file under streams/, without .yaml"
                yield Problem("unknown-stream", f"there is no stream {key}", hint, grant.origin.at("streams", index))


def reaches_nothing(declared: Declared) -> Iterator[Problem]:
    """A prefix covers a topic of the stack: one that covers none is misspelled."""
    if not declared.complete:
        return
    topics = sorted(stream.topic for stream in declared.streams)
    for _, grant in declared.grants():
        if grant.topics is None:
            continue
        prefix = grant.topics.name
        index = bisect_left(topics, prefix)
        if index == len(topics) or not topics[index].startswith(prefix):
            hint = suggest(prefix, {topic[: len(prefix)] for topic in topics}).replace("`?", "*`?")
            hint = hint or "write a prefix that topics of this stack begin with"
            message = f"no topic of this stack begins with {prefix}"
            yield Problem("grant-of-nothing", message, hint, grant.origin.at("topics"))


def groups_of_role(declared: Declared) -> Iterator[Problem]:
    """A reader has groups, and nobody else has."""
    for service, grant in declared.grants():
        if grant.role is Role.READER and not grant.groups:
            message = f"{service.name} reads, and has no consumer group to read with"
            yield Problem("reader-groups", message, f"write for example `groups: [{service.name}]`", grant.origin)
        if grant.role is not Role.READER and grant.groups:
            message = f"a {grant.role} joins no consumer group"
            hint = "remove `groups`, or write `role: reader` if it shall read"
            yield Problem("reader-groups", message, hint, grant.origin.at("groups"))

"""Grants over many streams, in `stack.yaml`."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator

from levee.loading.suggestion import Vocabulary
from levee.model.declared import Declared
from levee.model.name import SEPARATORS
from levee.model.problem import Problem
from levee.model.role import Role


def unknown_streams(declared: Declared) -> Iterator[Problem]:
    """A grant's streams exist."""
    keys = Vocabulary(declared.stream_keys)
    for _, grant in declared.grants():
        for index, key in enumerate(grant.streams):
            if key not in declared.stream_keys:
                near = keys.suggest(key)
                hint = near or "a stream's key is the name of its file under streams/, without .yaml"
                yield Problem("unknown-stream", f"there is no stream {key}", hint, grant.origin.at("streams", index))


def reaches_nothing(declared: Declared) -> Iterator[Problem]:
    """A prefix covers a topic of the stack: one that covers none is misspelled."""
    if not declared.complete:
        return
    topics = sorted(stream.topic for stream in declared.streams)
    prefixes = Vocabulary(_prefixes(topics))
    for _, grant in declared.grants():
        if grant.topics is None:
            continue
        prefix = grant.topics.name
        index = bisect_left(topics, prefix)
        if index == len(topics) or not topics[index].startswith(prefix):
            hint = prefixes.suggest(f"{prefix}*") or "write a prefix that topics of this stack begin with"
            message = f"no topic of this stack begins with {prefix}"
            yield Problem("grant-of-nothing", message, hint, grant.origin.at("topics"))


def _prefixes(topics: Iterable[str]) -> Iterator[str]:
    """Every prefix that a grant could have meant; made only when one is misspelled."""
    for topic in topics:
        for index, letter in enumerate(topic):
            if letter in SEPARATORS:
                yield f"{topic[: index + 1]}*"


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

"""Services: named once a stream, used somewhere, with a life that makes sense."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from levee.model.declared import Declared
from levee.model.problem import Problem
from levee.model.service import Previous
from levee.model.stream import ConsumerSpec, SourceSpec

_CREDENTIAL: Final = re.compile(r"[a-z0-9-]+\.g[0-9]+")


def named_twice_in_stream(declared: Declared) -> Iterator[Problem]:
    """A stream names a service once as a source and once as a consumer."""
    for stream in declared.streams:
        yield from _repeated("sources", stream.sources)
        yield from _repeated("consumers", stream.consumers)


def _repeated(key: str, parts: Iterable[SourceSpec | ConsumerSpec]) -> Iterator[Problem]:
    first: dict[str, SourceSpec | ConsumerSpec] = {}
    for part in parts:
        other = first.setdefault(part.service, part)
        if other is not part:
            message = f"{part.service} stands twice under `{key}`"
            hint = "join the two entries"
            yield Problem("service-twice", message, hint, part.origin.at("service"), other=other.origin.at("service"))


def unused(declared: Declared) -> Iterator[Problem]:
    """A declared service does something: a name that nothing uses is misspelled or forgotten."""
    if not declared.complete:
        return
    used: set[str] = set()
    for stream in declared.streams:
        used.update(source.service for source in stream.sources)
        used.update(consumer.service for consumer in stream.consumers)
        used.update(sink.service for sink in stream.sinks)
    for service in declared.services.values():
        if service.name not in used and not service.grants:
            message = f"no stream names the service {service.name}, and it has no grants"
            hint = "name it in a stream's sources or consumers, give it grants, or remove it"
            yield Problem("unused-service", message, hint, service.origin)


def nothing_to_revoke(declared: Declared) -> Iterator[Problem]:
    """Only a second generation has one before it."""
    for service in declared.services.values():
        if service.generation == 1 and service.previous is Previous.REVOKED:
            message = f"{service.name} is in its first generation: there is none before it to revoke"
            hint = "remove `previous`, or raise `generation` to make a new credential first"
            yield Problem("nothing-to-revoke", message, hint, service.origin.at("previous"))


def admin_is_a_credential(declared: Declared) -> Iterator[Problem]:
    """The admin's user is not one that levee makes and revokes."""
    if declared.stack is None:
        return
    username = declared.stack.cluster.security.admin_username
    if _CREDENTIAL.fullmatch(username):
        message = f"the admin's user {username} has the form of a service's user, which levee makes and revokes"
        hint = "name the admin without .g and a number at the end"
        origin = declared.stack.origin.at("cluster", "security", "admin", "username")
        yield Problem("admin-name", message, hint, origin)

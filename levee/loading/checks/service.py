"""Services: named once a stream, used somewhere, with a life that makes sense."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from levee.model.declared import Declared
from levee.model.login import Plain, Scram, user_of
from levee.model.problem import Problem
from levee.model.service import Previous, ServiceSpec
from levee.model.stream import ConsumerSpec, SourceSpec
from levee.targets.registry import MODELS

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


_OF_USERS: Final = ("generation", "previous", "rotate_every", "assumed_by")


def existing_principals(declared: Declared) -> Iterator[Problem]:
    """A principal that was made elsewhere is one service's, no user of levee's own, and needs no password here."""
    outsiders = {each.name: each for each in declared.stack.principals} if declared.stack is not None else {}
    admin = user_of(declared.stack.cluster.security.admin) if declared.stack is not None else None
    first: dict[str, ServiceSpec] = {}
    for service in declared.services.values():
        if service.principal is None:
            continue
        origin = service.origin.at("principal")
        other = first.setdefault(service.principal, service)
        if other is not service:
            message = f"{service.principal} is the principal of {other.name} too: nobody could tell the two apart"
            hint = "give each service a principal of its own, or join the two services"
            yield Problem("principal-twice", message, hint, origin, other=other.origin.at("principal"))
        if outsider := outsiders.get(service.principal):
            message = f"{service.principal} stands under `principals` too, whose ACLs levee doesn't make"
            yield Problem("principal-twice", message, "keep one of the two", origin, other=outsider.origin)
        if _CREDENTIAL.fullmatch(service.principal):
            message = f"{service.principal} has the form of a service's user, which levee makes and revokes"
            yield Problem("principal-name", message, "remove `principal`: levee makes the service's users", origin)
        if service.principal == admin:
            message = f"{service.principal} is levee's own login, which has rights of its own"
            yield Problem("principal-name", message, "give the service a principal of its own", origin)


def mechanism_of_users(declared: Declared) -> Iterator[Problem]:
    """How services log in is said where levee makes the users of one."""
    stack = declared.stack
    if (
        stack is None
        or declared.partial_stack
        or stack.cluster.security.mechanism is not None
        or not MODELS[stack.target].scram
    ):
        return
    used = {each.name for each in declared.services.values() if each.grants}
    for stream in declared.streams:
        used |= {source.service for source in stream.sources} | {each.service for each in stream.consumers}
    if users := sorted(name for name in used if (it := declared.services.get(name)) is None or it.principal is None):
        message = f"`mechanism` is missing, by which the users of {users[0]} log in"
        hint = "write `mechanism: SCRAM-SHA-512`, or give each service a `principal` that was made elsewhere"
        yield Problem("missing-key", message, hint, stack.origin.at("cluster", "security"))


def nothing_to_rotate(declared: Declared) -> Iterator[Problem]:
    """What is said of users that levee makes says nothing of a principal that was made elsewhere."""
    for service in declared.services.values():
        if service.principal is None:
            continue
        said = (
            service.generation != 1,
            service.previous is not Previous.VALID,
            service.rotate_every,
            service.assumed_by,
        )
        for key in (key for key, value in zip(_OF_USERS, said, strict=True) if value):
            message = f"`{key}` is of users that levee makes, and {service.name} logs in as {service.principal}"
            hint = f"remove `{key}`, or `principal`"
            yield Problem("not-levees-user", message, hint, service.origin.at(key))


def carried_as_existing(declared: Declared) -> Iterator[Problem]:
    """The carrier logs in as its source's service, so it needs a password that levee made."""
    stack = declared.stack
    for stream in declared.streams if stack is not None else ():
        for source in stream.sources:
            service = declared.services.get(source.service)
            if stack is not None and stack.block.carries(source) and service and service.principal is not None:
                message = f"levee carries the records of {service.name}, and has no secret of {service.principal}"
                hint = "name a service without `principal` as the source"
                yield Problem("no-own-login", message, hint, source.origin.at("service"))


def admin_is_a_credential(declared: Declared) -> Iterator[Problem]:
    """The admin's user is not one that levee makes and revokes."""
    if declared.stack is None:
        return
    user = user_of(declared.stack.cluster.security.admin)
    if user is not None and _CREDENTIAL.fullmatch(user):
        message = f"the admin's user {user} has the form of a service's user, which levee makes and revokes"
        hint = "name the admin without .g and a number at the end"
        key = "username" if isinstance(declared.stack.cluster.security.admin, Scram | Plain) else "principal"
        origin = declared.stack.origin.at("cluster", "security", "admin", key)
        yield Problem("admin-name", message, hint, origin)

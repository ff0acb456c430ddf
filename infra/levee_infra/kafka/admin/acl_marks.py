"""Marks of ownership on a Kafka cluster: ACLs that allow nobody anything.

Their principal is of the type ``Levee``, which no authenticator makes (the default KafkaPrincipalBuilder makes ``User``
only), and StandardAuthorizer compares principals with their types: such an ACL matches no client. ACLs can be there
before what they name, are written in batches, are listed together, and show in kafka-acls.sh. There is no compare and
set: who has written reads again.

Source: https://kafka.apache.org/documentation/#security_authz; KIP-373 for ACLs on users (Kafka 3.3 and later).
"""

import asyncio
import re
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest

from levee_infra.kafka.admin.broker_error import BrokerError, error_of, settled
from levee_infra.kafka.admin.session import LacksRightError, Session
from levee_infra.kafka.admin.wire import Wire
from levee_infra.providers.protocol.batching import Batch, BatchLimits
from levee_infra.providers.protocol.failures import FailedError
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.lag import Lag, until_shown
from levee_infra.providers.protocol.ownership import (
    Mark,
    MarksUnavailableError,
    Standing,
    Thing,
    ThingKind,
    refused_for,
)
from levee_infra.providers.protocol.properties import Properties

PRINCIPAL_TYPE: Final = "Levee"
_PREFIX: Final = f"{PRINCIPAL_TYPE}:"

ANY, LITERAL, ALLOW = 1, 3, 3
EVERYWHERE: Final = "*"

LISTING_SECONDS: Final = 10.0
"""How long one listing serves reads; a claim reads anew."""

DELETED_AT_ONCE: Final = 250
"""The controller compares each filter of a deletion with every ACL that it has, and does nothing else meanwhile."""

MOST_BY_ONE_FILTER: Final = 9_000
"""A controller deletes at most 10,000 ACLs in one request."""

UNAVAILABLE: Final = {
    "SECURITY_DISABLED": "the cluster has no authorizer, so it can hold no mark of ownership",
    "CLUSTER_AUTHORIZATION_FAILED": "levee's Kafka user may not see or change ACLs, which marks of ownership are",
    "UNSUPPORTED_VERSION": "the brokers are too old for marks of ownership",
    "UnsupportedVersionError": "the brokers are too old for marks of ownership",
    "IncompatibleBrokerVersion": "the brokers are too old for marks of ownership",
    "INVALID_REQUEST": "the brokers don't take ACLs of this kind, which marks of ownership are",
}
"""Errors that say that a platform carries no marks, by librdkafka's names or kafka-python's, and in words."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How a kind of thing is written in an ACL. Two operations tell what was made from what was adopted."""

    resource_type: int
    prefix: str
    option: str
    made: int
    adopted: int | None = None


_WORDS: Final = {8: "Describe", 10: "DescribeConfigs", 14: "DescribeTokens"}
FORMS: Final[Mapping[ThingKind, _Form]] = {
    ThingKind.TOPIC: _Form(2, "", "--topic", made=8, adopted=10),
    ThingKind.USER: _Form(7, "User:", "--user-principal", made=14),
}

Send = Callable[[Any], Awaitable[Any]]
"""Sends one request of the Kafka protocol and answers its response. Raises FailedError where no broker answers."""


def owner_of(principal: str) -> str | None:
    """The owner in a mark's principal; None for any other principal."""
    return principal.removeprefix(_PREFIX) if principal.startswith(_PREFIX) else None


def marks_in(response: Any, kind: ThingKind) -> Iterator[tuple[str, Mark]]:
    """The marks among listed ACLs, with the names of what bears them."""
    form = FORMS[kind]
    for resource in response.resources:
        if (resource.resource_type, resource.pattern_type) != (form.resource_type, LITERAL):
            continue
        name = str(resource.resource_name).removeprefix(form.prefix)
        for acl in resource.acls:
            if (owner := owner_of(acl.principal)) is not None and acl.operation in (form.made, form.adopted):
                yield name, Mark(owner, adopted=acl.operation == form.adopted)


def marks_of(kind: ThingKind, session: Session, wire: Wire, owner: str | None) -> "AclMarks":
    """The marks of one kind of thing, over a session's connection."""

    async def send(request: Any) -> Any:
        # The session reports a wrong password or certificate at once, where the wire would only time out.
        await session.client()
        return await wire.send(request)

    return AclMarks(kind, send, session.require, owner, session.lag)


OWNER: Final = "owner"
"""The property of a provider's configuration that names who owns what it makes."""

_OWNER_FORM: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}/[A-Za-z0-9_.-]{1,100}")


def read_owner(config: Properties) -> str | None:
    """The configured owner, None if there is none or it isn't known yet. Raises RefusedError."""
    fields = Fields(config, what="the Kafka provider configuration")
    owner = known(fields.text(OWNER))
    if owner is not None and not _OWNER_FORM.fullmatch(owner):
        fields.refuse(OWNER, "must be <project>/<stack>, both of A-Z a-z 0-9 . _ -")
    fields.raise_problems()
    return owner


def without_owner(config: Properties) -> Properties:
    """The configuration of the connection alone."""
    return {name: value for name, value in config.items() if name != OWNER}


class AclMarks:
    """The marks of one kind of thing on one cluster (:class:`levee_infra.providers.protocol.ownership.Marks`).

    ``require`` proves that ACLs may be seen, and changed where it is called with ``to_change``: without that right
    Kafka answers with an empty list. It raises FailedError.
    """

    def __init__(
        self, kind: ThingKind, send: Send, require: Callable[..., Awaitable[None]], owner: str | None, lag: Lag
    ) -> None:
        self.owner = owner
        self._kind, self._form = kind, FORMS[kind]
        self._send, self._require, self._lag = send, require, lag
        self._listing: tuple[float, Mapping[str, frozenset[Mark]]] = (float("-inf"), {})
        waiting = BatchLimits(items=100_000, weight=100_000)
        self._listed: Batch[bool, Mapping[str, frozenset[Mark]]] = Batch(self._list, limits=waiting)
        self._claimed: Batch[tuple[Thing, bool], None] = Batch(self._claim, key=lambda item: item[0])
        self._released: Batch[Thing, None] = Batch(self._release, key=lambda thing: thing, limits=waiting)

    async def on(self, thing: Thing, *, expected: Mark | None = None) -> frozenset[Mark]:
        """The marks on a thing, at most ``LISTING_SECONDS`` old."""

        async def kept() -> frozenset[Mark]:
            taken, marks = self._listing
            young = time.monotonic() - taken < LISTING_SECONDS
            return (marks if young else await self._listed.submit(item=False)).get(thing.name, frozenset())

        async def anew() -> frozenset[Mark]:
            return (await self._listed.submit(item=True)).get(thing.name, frozenset())

        return await self._lag.confirmed(lambda found: expected is None or expected in found, kept, anew)

    async def every(self) -> Mapping[str, frozenset[Mark]]:
        """All marks of the kind, read anew, by the name of what bears them."""
        return await self._listed.submit(item=True)

    async def claim(self, thing: Thing, *, adopted: bool = False) -> None:
        """Write the own mark; refused where another's is there too."""
        await self._claimed.submit((thing, adopted))

    async def release(self, thing: Thing) -> None:
        """Remove the own mark."""
        await self._released.submit(thing)

    def removal(self, thing: Thing, mark: Mark) -> str:
        """A call of kafka-acls.sh."""
        form = self._form
        operation = _WORDS[form.adopted if mark.adopted and form.adopted is not None else form.made]
        return (
            "kafka-acls.sh --bootstrap-server BROKER --command-config ADMIN.properties --remove --force "
            f"--allow-principal {_PREFIX}{mark.owner} --operation {operation} {form.option} {form.prefix}{thing.name}"
        )

    async def _list(self, wanted: Sequence[bool]) -> Sequence[Mapping[str, frozenset[Mark]]]:
        taken = time.monotonic()
        await self._may()
        # One request for each operation: most ACLs of a cluster are others' and need not travel.
        operations = [one for one in (self._form.made, self._form.adopted) if one is not None]
        found: dict[str, set[Mark]] = defaultdict(set)
        for response in await asyncio.gather(*(self._described(None, operation) for operation in operations)):
            for name, mark in marks_in(response, self._kind):
                found[name].add(mark)
        marks = {name: frozenset(each) for name, each in found.items()}
        self._listing = (taken, marks)
        return [marks] * len(wanted)

    async def _described(self, principal: str | None, operation: int) -> Any:
        request = DescribeAclsRequest(
            resource_type_filter=self._form.resource_type,
            resource_name_filter=None,
            pattern_type_filter=LITERAL,
            principal_filter=principal,
            host_filter=EVERYWHERE,
            operation=operation,
            permission_type=ALLOW,
        )
        response = await self._send(request)
        _raise_for(response, "marks of ownership can't be listed")
        return response

    async def _claim(self, items: Sequence[tuple[Thing, bool]]) -> Sequence[Exception | None]:
        await self._may(to_change=True)
        taken, before = self._listing
        if time.monotonic() - taken > LISTING_SECONDS:
            (before,) = await self._list([True])
        missing = [
            item
            for item in items
            if self._mark(item) not in before.get(item[0].name, frozenset()) and self._others(item[0], before) is None
        ]
        outcomes = dict(zip(missing, await settled(missing, self._write), strict=True)) if missing else {}
        written = [item for item in missing if outcomes[item] is None]
        after = before

        async def shown() -> bool:
            nonlocal after
            (after,) = await self._list([True])
            return all(self._mark(item) in after.get(item[0].name, frozenset()) for item in written)

        self._lag.wrote()
        await until_shown("marks of ownership", shown)
        contested = {item: found for item in items if (found := self._others(item[0], after))}
        # Of two that write at once, the second sees both; its mark goes, so that the first one's stands alone.
        await self._delete(item[0] for item in written if item in contested)
        if self._form.adopted is not None:  # what is adopted isn't made: the other mark goes once this one is there
            made = self._mark((items[0][0], False))
            adopted = (thing for thing, adopted in items if adopted and made in after.get(thing.name, frozenset()))
            await self._delete((thing for thing in adopted if not self._others(thing, after)), self._form.made)
        return [self._outcome(item, outcomes.get(item), contested) for item in items]

    def _outcome(
        self, item: tuple[Thing, bool], error: Exception | None, contested: Mapping[tuple[Thing, bool], Standing]
    ) -> Exception | None:
        if item in contested:
            return refused_for(self, item[0], contested[item])
        if isinstance(error, BrokerError):
            return _unavailable(error) or FailedError(f"{item[0]} was not marked: {error}")
        return error

    def _others(self, thing: Thing, marks: Mapping[str, frozenset[Mark]]) -> Standing | None:
        others = sorted(mark for mark in marks.get(thing.name, frozenset()) if mark.owner != self.owner)
        return Standing(others=tuple(others)) if others else None

    def _mark(self, item: tuple[Thing, bool]) -> Mark:
        assert self.owner is not None, "only an owner claims"
        return Mark(self.owner, item[1])

    async def _write(self, items: Sequence[tuple[Thing, bool]]) -> Sequence[BrokerError | None]:
        form = self._form
        creations = [
            CreateAclsRequest.AclCreation(
                resource_type=form.resource_type,
                resource_name=f"{form.prefix}{thing.name}",
                resource_pattern_type=LITERAL,
                principal=f"{_PREFIX}{self.owner}",
                host=EVERYWHERE,
                operation=form.adopted if adopted and form.adopted is not None else form.made,
                permission_type=ALLOW,
            )
            for thing, adopted in items
        ]
        response = await self._send(CreateAclsRequest(creations=creations))
        return [error_of(result.error_code, result.error_message) for result in response.results]

    async def _release(self, things: Sequence[Thing]) -> Sequence[Exception | None]:
        if self.owner is None:
            return [None] * len(things)
        await self._may(to_change=True)
        responses = [await self._described(f"{_PREFIX}{self.owner}", ANY)]
        own = {name for response in responses for name, _ in marks_in(response, self._kind)}
        going = {thing.name for thing in things}
        if own and own <= going and len(own) <= MOST_BY_ONE_FILTER:
            await self._delete_filters([self._filter(None)])  # a stack that goes as a whole: one comparison an ACL
        else:
            await self._delete(thing for thing in things if thing.name in own)
        return [None] * len(things)

    async def _delete(self, things: Iterable[Thing], operation: int = ANY) -> None:
        filters = [self._filter(thing.name, operation) for thing in things]
        for start in range(0, len(filters), DELETED_AT_ONCE):
            await self._delete_filters(filters[start : start + DELETED_AT_ONCE])

    async def _delete_filters(self, filters: Collection[Any]) -> None:
        self._lag.wrote()
        self._listing = (float("-inf"), {})
        response = await self._send(DeleteAclsRequest(filters=[*filters]))
        for result in response.filter_results:
            for one in (result, *result.matching_acls):
                if error := error_of(one.error_code, one.error_message):
                    raise _unavailable(error) or FailedError(f"marks of ownership were not removed: {error}")

    def _filter(self, name: str | None, operation: int = ANY) -> Any:
        return DeleteAclsRequest.DeleteAclsFilter(
            resource_type_filter=self._form.resource_type,
            resource_name_filter=None if name is None else f"{self._form.prefix}{name}",
            pattern_type_filter=LITERAL,
            principal_filter=f"{_PREFIX}{self.owner}",
            host_filter=EVERYWHERE,
            operation=operation,
            permission_type=ALLOW,
        )

    async def _may(self, *, to_change: bool = False) -> None:
        try:
            await self._require("DESCRIBE", *(["ALTER"] if to_change else []))
        except LacksRightError as error:
            raise MarksUnavailableError(str(error)) from None


def _raise_for(response: Any, what: str) -> None:
    if error := error_of(response.error_code, response.error_message):
        raise _unavailable(error) or FailedError(f"{what}: {error}")


def _unavailable(error: BrokerError) -> MarksUnavailableError | None:
    return MarksUnavailableError(UNAVAILABLE[error.code]) if error.code in UNAVAILABLE else None

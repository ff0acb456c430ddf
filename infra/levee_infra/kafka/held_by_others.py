"""What other stacks hold on the plan's cluster, by their marks of ownership: a few lists, whatever their number."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
)
from confluent_kafka.admin import (
    ResourceType as KafkaResource,
)

from levee.model.acl import ResourceType
from levee.model.name import NamePattern, PatternType
from levee.plan.planned import Plan
from levee_infra.kafka.admin.acl_marks import marks_of
from levee_infra.kafka.admin.broker_error import BrokerError
from levee_infra.kafka.admin.connection import Connection
from levee_infra.kafka.admin.session import Session
from levee_infra.kafka.admin.wire import Wire
from levee_infra.kafka.reach import Held, reaches_beyond
from levee_infra.providers.protocol.ownership import Mark, MarksUnavailableError, ThingKind

_USED_BY: Final = (
    (ResourceType.GROUP, KafkaResource.GROUP, AclOperation.READ),
    (ResourceType.TRANSACTIONAL_ID, KafkaResource.TRANSACTIONAL_ID, AclOperation.WRITE),
)
"""The right by which a service uses what nobody makes and nothing marks."""

_PATTERNS: Final = {
    ResourcePatternType.LITERAL: PatternType.LITERAL,
    ResourcePatternType.PREFIXED: PatternType.PREFIXED,
}
_USER: Final = "User:"


async def held_by_others(
    session: Session, connection: Connection, plan: Plan, topics: Collection[str]
) -> tuple[Held, ...]:
    """What isn't this stack's, as far as the plan's grants may reach it; `topics` are those on the cluster.

    Where marks can't be read it is what may be another's, without an owner. Raises FailedError.
    """
    wire = Wire(connection)
    try:
        return (*await _topics(session, wire, plan, topics), *await _used(session, wire, plan))
    finally:
        await wire.close()


async def _topics(session: Session, wire: Wire, plan: Plan, topics: Collection[str]) -> list[Held]:
    if not reaches_beyond(plan):
        return []
    marks = await _marks(ThingKind.TOPIC, session, wire)
    if marks is None:
        return [Held(ResourceType.TOPIC, NamePattern(name)) for name in topics]
    return [
        Held(ResourceType.TOPIC, NamePattern(name), mark.owner)
        for name, found in marks.items()
        for mark in found
        if mark.owner != plan.qualified_stack
    ]


async def _used(session: Session, wire: Wire, plan: Plan) -> list[Held]:
    """Groups and transactional ids of other stacks' users. Users are asked for only where there are others'."""
    own = {name for credential in plan.credentials for name in credential.principals}
    found = [
        (Held(kind, NamePattern(acl.name, _PATTERNS[acl.resource_pattern_type])), acl.principal.removeprefix(_USER))
        for kind, resource, operation in _USED_BY
        if any(acl.resource_type is kind for credential in plan.credentials for acl in credential.acls)
        for acl in await _acls(session, resource, operation)
        if acl.principal.startswith(_USER) and acl.principal.removeprefix(_USER) not in own
    ]
    if not found:
        return []
    marks = await _marks(ThingKind.USER, session, wire)
    if marks is None:
        return [held for held, _ in found]
    return [
        Held(held.type, held.pattern, mark.owner)
        for held, username in found
        for mark in marks.get(username, ())
        if mark.owner != plan.qualified_stack
    ]


async def _acls(session: Session, resource: KafkaResource, operation: AclOperation) -> list[AclBinding]:
    wanted = AclBindingFilter(resource, None, ResourcePatternType.ANY, None, None, operation, AclPermissionType.ALLOW)
    try:
        return list(await session.ask(lambda client: client.describe_acls(wanted)))
    except BrokerError as error:
        if error.code == "SECURITY_DISABLED":  # without an authorizer nobody holds anything by an ACL
            return []
        raise


async def _marks(kind: ThingKind, session: Session, wire: Wire) -> Mapping[str, frozenset[Mark]] | None:
    try:
        return await marks_of(kind, session, wire, None).every()
    except MarksUnavailableError:
        return None

"""Creations that a killed run began and that may or may not have taken effect.

Nobody can be asked about them by id, as none was recorded. So each is asked for once more with the very inputs of then:
a provider adopts what is there.
"""

from collections.abc import Callable
from dataclasses import replace

from levee_infra.deployed.embedded_state import Begun, Put, Resource
from levee_infra.engines.embedded.hosted_provider import CallFailed, HostedProvider
from levee_infra.engines.embedded.session import Session
from levee_infra.providers.protocol.properties import Properties


def undeclared_creations(session: Session, declared: Callable[[str], bool]) -> list[Resource]:
    """Resources whose creation was interrupted and which nobody declares now."""
    return [
        begin.resource
        for urn, begin in session.state.unfinished.items()
        if begin.operation is Begun.CREATE and urn not in session.state.resources and not declared(urn)
    ]


def other_creation(session: Session, urn: str, inputs: Properties) -> Resource | None:
    """The resource whose creation was interrupted, if that was begun with other inputs than these."""
    begin = session.state.unfinished.get(urn)
    if begin is None or begin.operation is not Begun.CREATE:
        return None
    return None if inputs == begin.resource.inputs else begin.resource


async def can_finish(begun: Resource, provider: HostedProvider) -> bool:
    """Whether the provider, asked beforehand, would create or adopt the resource as it was begun."""
    try:
        await provider.rehearse_create(begun.urn, begun.inputs)
    except CallFailed:
        return False
    return True


async def finish(session: Session, begun: Resource, provider: HostedProvider) -> Resource:
    """The resource, created or adopted as it was begun, and recorded.

    Raises:
        CallFailed: the provider refuses.
    """
    live = await provider.create(begun.urn, begun.inputs)
    finished = replace(begun, id=live.id, outputs=live.outputs, init_errors=live.init_errors)
    session.journal.append(Put(finished))
    return finished

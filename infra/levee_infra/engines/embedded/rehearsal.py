"""Creations and updates are asked of their providers beforehand: what would be refused later is refused now.

Until it is done, the program is given for the resource what the provider foresees. The Pulumi engine does the same in a
preview (pulumi/pulumi, pkg/resource/deploy/step.go and sdk/go/common/resource/plugin/provider_plugin.go).
"""

from levee_infra.engines.embedded.decision import CannotDecide, Decision, refused
from levee_infra.engines.embedded.hosted_provider import CallFailed, HostedProvider, Live
from levee_infra.engines.embedded.interrupted import can_finish, other_creation
from levee_infra.engines.embedded.session import Answer, Session


async def rehearse(session: Session, decision: Decision, provider: HostedProvider) -> Answer:
    """What may be known in advance of a resource that is to be made or changed; the rest is unknown.

    Raises:
        CannotDecide: the provider refuses, or the run is stopping (without a reason, as nobody was asked).
    """
    async with session.slots:
        if session.stopping:
            raise CannotDecide([])
        live = await _ask(session, decision, provider)
    return Answer(decision.registration.urn, live.id, live.outputs)


async def _ask(session: Session, decision: Decision, provider: HostedProvider) -> Live:
    declared, inputs = decision.registration, decision.inputs
    try:
        if decision.old is not None:
            return await provider.rehearse_update(decision.old, inputs)
        return await provider.rehearse_create(declared.urn, inputs)
    except CallFailed as failed:
        begun = other_creation(session, declared.urn, inputs)
        if begun is None or not await can_finish(begun, provider):
            raise refused(declared, failed) from failed
        return Live("", None, inputs)  # a killed run's own: the second pass takes it over, then changes it

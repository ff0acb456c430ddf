"""A pass that only configures providers: for destroy, where the recorded configuration lacks its secrets."""

from collections.abc import Iterable

from levee_infra.deployed.embedded_state import provider_urn
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.planner import Planner
from levee_infra.engines.embedded.registration import Registration
from levee_infra.engines.embedded.secrecy import has_placeholder
from levee_infra.engines.embedded.session import Answer, Session
from levee_infra.providers.protocol.properties import Properties


def needs_program(session: Session) -> bool:
    """Whether a provider that recorded resources need was configured with secrets, which only the program knows."""
    resources = session.state.resources
    wanted = {provider_urn(resource.provider) for resource in resources.values() if resource.is_managed}
    return any(has_placeholder(resources[urn].inputs) for urn in wanted if urn in resources)


class ProviderSetup:
    """Answers the registrations of providers as the planner does, and no others."""

    preview = True

    def __init__(self, session: Session, planner: Planner) -> None:
        self._session = session
        self._planner = planner

    async def register(self, declared: Registration) -> Answer:
        """Configure a provider; anything else is not looked at."""
        if not declared.is_provider:
            return Answer.failure(declared.urn)
        answer = await self._planner.register(declared)
        self._planner.plan.decisions.clear()
        return answer

    async def outputs(self, urn: str, outputs: Properties) -> None:
        """Nothing is made of a component's outputs."""

    def refuse(self, refusals: Iterable[Refusal]) -> None:
        """Nothing but providers is looked at, so nothing else is refused."""

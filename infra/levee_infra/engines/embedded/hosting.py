"""The provider servicers of one run: made from their factories, configured once, and let go at the end."""

import asyncio
from collections.abc import Callable, Mapping

from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderServicer

from levee_infra.deployed.embedded_state import Resource
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.hosted_provider import HostedProvider
from levee_infra.engines.embedded.servicer_call import CallFailed
from levee_infra.providers.protocol.properties import Properties

Factory = Callable[[], ResourceProviderServicer]


class CannotHost(Exception):
    """A provider cannot be used; ``refusal`` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class Hosting:
    """Providers by the URN of the resource that configures them."""

    def __init__(self, factories: Mapping[str, Factory]) -> None:
        self._factories = factories
        self._started: dict[str, HostedProvider] = {}
        self._ready: dict[str, HostedProvider] = {}
        self._starting = asyncio.Lock()

    async def start(self, urn: str, type_: str) -> HostedProvider:
        """The provider of this URN, greeted but perhaps not configured yet.

        Raises:
            CannotHost: no factory makes this kind, or it does not greet back.
        """
        async with self._starting:
            if urn not in self._started:
                self._started[urn] = await self._make(urn, type_)
            return self._started[urn]

    async def configure(self, urn: str, type_: str, id_: str, inputs: Properties) -> HostedProvider:
        """The provider of this URN, configured.

        Raises:
            CannotHost: it cannot be made, or refuses its configuration.
        """
        provider = await self.start(urn, type_)
        try:
            await provider.configure(urn, type_, id_, inputs)
        except CallFailed as failed:
            raise CannotHost(Refusal(urn, f"{type_} {_name(urn)!r}: {'; '.join(failed.reasons)}")) from failed
        self._ready[urn] = provider
        return provider

    async def for_recorded(self, recorded: Resource | None, urn: str) -> HostedProvider:
        """The provider of this URN: as the program configured it in this run, else as the state recorded it.

        Raises:
            CannotHost: it is not known.
        """
        if urn in self._ready:
            return self._ready[urn]
        if recorded is None:
            raise CannotHost(Refusal(urn, f"the provider {urn} is neither declared nor recorded"))
        return await self.configure(urn, recorded.type, recorded.id, recorded.inputs)

    def ready(self, urn: str) -> HostedProvider | None:
        """The provider of this URN if the program configured it in this run."""
        return self._ready.get(urn)

    async def end(self) -> None:
        """Let every provider go."""
        await asyncio.gather(*(provider.end() for provider in self._started.values()))

    async def _make(self, urn: str, type_: str) -> HostedProvider:
        package = type_.removeprefix("pulumi:providers:")
        factory = self._factories.get(package)
        if factory is None:
            known = ", ".join(sorted(self._factories)) or "none"
            raise CannotHost(
                Refusal(
                    urn,
                    f"the embedded engine has no provider named {package!r} (it has: {known})",
                    help="use one that it has, or deploy with the Pulumi CLI",
                )
            )
        provider = HostedProvider(factory())
        try:
            await provider.handshake()
        except CallFailed as failed:
            raise CannotHost(Refusal(urn, f"provider {package!r}: {'; '.join(failed.reasons)}")) from failed
        return provider


def _name(urn: str) -> str:
    return urn.split("::", 3)[-1]

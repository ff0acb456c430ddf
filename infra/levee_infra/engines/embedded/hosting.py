"""The providers of one run: made from their factories, configured once, and let go at the end."""

import asyncio
from collections.abc import Callable, Mapping

from levee_infra.deployed.embedded_state import Resource, name_of
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.hosted_provider import CallFailed, HostedProvider
from levee_infra.providers.protocol.plugin import PluginProvider
from levee_infra.providers.protocol.properties import Properties

Factory = Callable[[], PluginProvider]


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

    def start(self, urn: str, type_: str) -> HostedProvider:
        """The provider of this URN, perhaps not configured yet.

        Raises:
            CannotHost: no factory makes this kind.
        """
        package = type_.removeprefix("pulumi:providers:")
        if urn not in self._started:
            if package not in self._factories:
                raise CannotHost(self._unknown(urn, package))
            self._started[urn] = HostedProvider(self._factories[package]())
        return self._started[urn]

    async def configure(self, urn: str, type_: str, inputs: Properties) -> HostedProvider:
        """The provider of this URN, configured.

        Raises:
            CannotHost: it cannot be made, or refuses its configuration.
        """
        provider = self.start(urn, type_)
        try:
            await provider.configure(inputs)
        except CallFailed as failed:
            raise CannotHost(Refusal(urn, f"{type_} {name_of(urn)!r}: {'; '.join(failed.reasons)}")) from failed
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
        return await self.configure(urn, recorded.type, recorded.inputs)

    def ready(self, urn: str) -> HostedProvider | None:
        """The provider of this URN if the program configured it in this run."""
        return self._ready.get(urn)

    async def end(self) -> None:
        """Let every provider go."""
        await asyncio.gather(*(provider.end() for provider in self._started.values()))

    def _unknown(self, urn: str, package: str) -> Refusal:
        known = ", ".join(sorted(self._factories)) or "none"
        return Refusal(
            urn,
            f"the embedded engine has no provider named {package!r} (it has: {known})",
            help="use one that it has, or deploy with the Pulumi CLI",
        )

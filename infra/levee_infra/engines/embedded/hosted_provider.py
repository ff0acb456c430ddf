"""One provider in this process: what the engine asks of it, without the protocol that plugins speak."""

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from levee_infra.deployed.embedded_state import Resource, name_of
from levee_infra.fault import fault
from levee_infra.providers.protocol import on_destroy
from levee_infra.providers.protocol.differences import differences
from levee_infra.providers.protocol.engine_session import EngineSession
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError, Problem, RefusedError
from levee_infra.providers.protocol.kind import Declaration, Naming, Recorded
from levee_infra.providers.protocol.plugin import PluginProvider, own_config
from levee_infra.providers.protocol.properties import (
    Properties,
    SecretValueError,
    UnsupportedValueError,
    from_plain,
    to_plain,
    without_internal,
)

Answer = TypeVar("Answer")


class CallFailed(Exception):
    """A provider did not do what it was asked.

    ``partly``: the resource exists all the same, made or changed only in part. ``outcome_is_known``: nothing was
    changed, rather than that the provider lost its way.
    """

    def __init__(self, *reasons: str, partly: "Live | None" = None, outcome_is_known: bool = True) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons
        self.partly = partly
        self.outcome_is_known = outcome_is_known


@dataclass(frozen=True, slots=True)
class Checked:
    """Inputs as the provider understands them, with what is wrong with them."""

    inputs: Properties
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Live:
    """A resource as it exists: an empty ``id`` means that it does not. ``init_errors``: made or changed in part."""

    id: str
    inputs: Properties | None
    outputs: Properties
    init_errors: tuple[str, ...] = ()


class HostedProvider:
    """One provider, configured once.

    Every method raises CallFailed when the provider refuses or fails.
    """

    def __init__(self, provider: PluginProvider) -> None:
        self._provider = provider
        self._session = EngineSession()

    async def check_config(self, new: Properties) -> Checked:
        """The configuration as the provider understands it."""
        return await _checked(self._check_config(own_config(new)))

    def diff_config(self, old: Properties, new: Properties) -> tuple[str, ...]:
        """The paths at which a configuration changes."""
        before, after = own_config(old), own_config(new)
        return tuple(differences(before, before, after))

    async def configure(self, inputs: Properties) -> None:
        """Give the provider its configuration."""
        await _answer(self._provider.configure_session(self._session, inputs))

    async def check(self, urn: str, old: Properties, new: Properties) -> Checked:
        """The inputs as the provider understands them."""
        declaration = Declaration(
            new=without_internal(from_plain(new)),
            old=without_internal(old),
            naming=Naming(name_of(urn), explicit_only=True),  # as the program does
            urn=urn,
        )
        return await _checked(self._session.check(declaration))

    async def diff(self, old: Resource, new: Properties) -> tuple[str, ...]:
        """The properties that would change from the resource as it is to new inputs."""
        found = await _answer(self._session.diff(_recorded(old), without_internal(from_plain(new))))
        return tuple(sorted({*found, *(path.split(".")[0].split("[")[0] for path in found)}))

    async def read(self, old: Resource) -> Live:
        """The resource as it exists now."""
        live = await _answer(self._session.read(_recorded(old)))
        return Live("", None, {}) if live is None else Live(live.id, _plain(live.inputs), _plain(live.outputs))

    async def rehearse_create(self, urn: str, inputs: Properties) -> Live:
        """What ``create`` would lead to, as far as it is known in advance, without changing anything."""
        return await self._create(urn, inputs, preview=True)

    async def create(self, urn: str, inputs: Properties) -> Live:
        """Make the resource, or adopt it if an interrupted run made it."""
        return await _even_partly(self._create(urn, inputs, preview=False))

    async def rehearse_update(self, old: Resource, inputs: Properties) -> Live:
        """What ``update`` would lead to, without changing anything; see ``rehearse_create``."""
        return await self._update(old, inputs, preview=True)

    async def update(self, old: Resource, inputs: Properties) -> Live:
        """Change the resource in place."""
        return await _even_partly(self._update(old, inputs, preview=False))

    async def delete(self, old: Resource) -> None:
        """Remove the resource."""
        await _answer(self._session.delete(_recorded(old)))

    async def end(self) -> None:
        """Let the provider's connections go."""
        for each in (self._session, self._provider):
            with suppress(Exception):  # it has done what it was for; how it goes is its own affair
                await each.close()

    async def _check_config(self, own: Properties) -> Properties:
        self._provider.check_config(on_destroy.checked(own))
        return own

    async def _create(self, urn: str, inputs: Properties, *, preview: bool) -> Live:
        made = await _answer(self._session.create(urn, without_internal(from_plain(inputs)), preview=preview))
        return Live(made.id, None, _plain(made.outputs))

    async def _update(self, old: Resource, inputs: Properties, *, preview: bool) -> Live:
        new = without_internal(from_plain(inputs))
        outputs = await _answer(self._session.update(_recorded(old), new, preview=preview))
        return Live(old.id, None, _plain(outputs))


def _recorded(resource: Resource) -> Recorded:
    return Recorded(resource.id, resource.inputs, resource.outputs, resource.urn)


def _plain(properties: Properties) -> Properties:
    """An answer. A secret in it, which no kind of levee's gives, would come to lie in the journal."""
    try:
        return to_plain(properties)
    except SecretValueError:
        message = "the provider answered with a secret, which the embedded engine does not keep"
        raise CallFailed(message, outcome_is_known=False) from None


async def _checked(inputs: Awaitable[Properties]) -> Checked:
    try:
        return Checked(_plain(await inputs))
    except RefusedError as refusal:
        return Checked({}, refusal.problems)
    except Exception as error:
        raise _failed(error) from error


async def _answer(asked: Awaitable[Answer]) -> Answer:
    try:
        return await asked
    except Exception as error:
        raise _failed(error) from error


def _failed(error: Exception) -> CallFailed:
    match error:
        case CallFailed():
            return error
        case PartlyDoneError():
            partly = Live(error.resource_id, None, _plain(dict(error.outputs)), tuple(error.reasons))
            return CallFailed(*error.reasons, partly=partly)
        case RefusedError() | FailedError() | UnsupportedValueError():
            return CallFailed(str(error))
    return CallFailed(fault(error), outcome_is_known=False)


async def _even_partly(call: Awaitable[Live]) -> Live:
    """What was made or changed, be it in part."""
    try:
        return await call
    except CallFailed as failed:
        if failed.partly is None:
            raise
        return failed.partly

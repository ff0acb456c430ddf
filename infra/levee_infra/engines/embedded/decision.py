"""What has to be done for one registration, found by asking its provider and without changing anything."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from levee_infra.deployed.embedded_state import Resource, name_of, provider_urn
from levee_infra.engines.embedded.difference import changes, differing_paths
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.engines.embedded.event import Change, Op
from levee_infra.engines.embedded.hosted_provider import CallFailed, HostedProvider
from levee_infra.engines.embedded.registration import Registration
from levee_infra.providers.protocol.failures import Problem
from levee_infra.providers.protocol.properties import Properties, has_unknown


class CannotDecide(Exception):
    """A provider or this engine refuses the registration."""

    def __init__(self, refusals: Sequence[Refusal]) -> None:
        super().__init__(str(refusals))
        self.refusals = tuple(refusals)


@dataclass(frozen=True, slots=True)
class Decision:
    """Create, update or leave: with the checked inputs and, to show, what changes. ``old`` is None for a create."""

    op: Op
    registration: Registration
    old: Resource | None
    inputs: Properties
    changes: tuple[Change, ...]

    def unchanged(self, old: Resource) -> Resource:
        """The resource to record when nothing is done: as it was, with what only the program knows of it."""
        declared = self.registration
        return replace(
            old,
            inputs=self.inputs,
            parent=declared.parent,
            provider=declared.provider,
            dependencies=declared.dependencies,
            protect=declared.protect,
        )


async def decide(declared: Registration, old: Resource | None, provider: HostedProvider) -> Decision:
    """What is to be done for a resource that a provider manages.

    Raises:
        CannotDecide: the provider finds fault with the inputs.
    """
    try:
        return await _decide(declared, old, provider)
    except CallFailed as failed:
        raise refused(declared, failed) from failed


async def _decide(declared: Registration, old: Resource | None, provider: HostedProvider) -> Decision:
    if old and provider_urn(old.provider) != provider_urn(declared.provider):
        raise CannotDecide([_moved(declared, old)])
    checked = await provider.check(declared.urn, old.inputs if old else {}, declared.inputs)
    _raise_for(declared, checked.problems)
    if old is None:
        return _creation(declared, checked.inputs)
    return _change(declared, old, checked.inputs, await provider.diff(old, checked.inputs))


async def decide_provider(declared: Registration, old: Resource | None, provider: HostedProvider) -> Decision:
    """What is to be done for a configured provider; its configuration must be known by now.

    Raises:
        CannotDecide: the provider finds fault with its configuration.
    """
    if has_unknown(declared.inputs):
        raise CannotDecide([_refusal(declared, "its configuration must be known before anything is deployed")])
    try:
        checked = await provider.check_config(declared.inputs)
    except CallFailed as failed:
        raise refused(declared, failed) from failed
    _raise_for(declared, checked.problems)
    if old is None:
        return _creation(declared, checked.inputs)
    return _change(declared, old, checked.inputs, provider.diff_config(old.outputs, checked.inputs))


def decide_component(declared: Registration, old: Resource | None) -> Decision:
    """What is to be done for a component, which exists in the state alone."""
    if old is None:
        return _creation(declared, declared.inputs)
    return _change(declared, old, declared.inputs, differing_paths(old.inputs, declared.inputs))


def refused(declared: Registration, failed: CallFailed) -> CannotDecide:
    """A provider's own reasons against the registration."""
    return CannotDecide([_refusal(declared, reason) for reason in failed.reasons])


def _creation(declared: Registration, inputs: Properties) -> Decision:
    return Decision(Op.CREATE, declared, None, inputs, changes(sorted(inputs), inputs))


def _change(declared: Registration, old: Resource, inputs: Properties, paths: Sequence[str]) -> Decision:
    if not paths:
        return Decision(Op.SAME, declared, old, inputs, ())
    return Decision(Op.UPDATE, declared, old, inputs, changes(paths, inputs, old.outputs, old.inputs))


def _moved(declared: Registration, old: Resource) -> Refusal:
    before, after = (name_of(provider_urn(reference)) for reference in (old.provider, declared.provider))
    return Refusal(
        declared.urn,
        f"{_title(declared)} is managed by the provider {before!r} and cannot be moved to {after!r}",
        help="keep the name of the provider; to change where it points, change its configuration",
    )


def _raise_for(declared: Registration, problems: Sequence[Problem]) -> None:
    if problems:
        raise CannotDecide([_refusal(declared, item.reason, item.property) for item in problems])


def _refusal(declared: Registration, reason: str, key: str = "") -> Refusal:
    subject = f"{_title(declared)}: property {key}" if key else _title(declared)
    return Refusal(declared.urn, f"{subject}: {reason}", property=key)


def _title(declared: Registration) -> str:
    return f"{declared.type} {name_of(declared.urn)!r}"

"""What a kind of resource is, apart from the protocol that asks for it."""

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from levee_infra.providers.protocol.declared import Field
from levee_infra.providers.protocol.differences import Difference, differences
from levee_infra.providers.protocol.properties import Properties, is_known


@dataclass(frozen=True)
class Naming:
    """What the engine offers to a resource that has no name of its own."""

    resource_name: str
    """The name that the program gave the resource."""
    seed: bytes = b""
    """Repeats for the same resource in a preview and in the update after it."""
    proposed: str = ""
    """A physical name made by the stack's autonaming configuration."""
    explicit_only: bool = False
    """The stack's configuration demands that programs name things themselves."""


@dataclass(frozen=True)
class Declaration:
    """The inputs of a resource as the program states them now, and as it stated them last."""

    new: Properties = field(repr=False)
    old: Properties = field(repr=False)
    """Empty for a resource that is not in the state."""
    naming: Naming
    urn: str = ""
    """Whose declaration this is."""


@dataclass(frozen=True)
class Recorded:
    """A resource as the state has it, or as it was just read."""

    id: str
    inputs: Properties = field(repr=False)
    """Empty where the engine knows only the id, as in an import."""
    outputs: Properties = field(repr=False)
    urn: str = field(default="", compare=False)
    """Whose record this is."""


class ResourceKind(ABC):
    """One kind of resource.

    Properties come without the engine's and bridged providers' internal keys; values may be marked secret.
    Every method may raise RefusedError (nothing done, the declaration must change) or FailedError (nothing
    done); ``create`` and ``update`` may raise PartlyDoneError.
    """

    token: str
    """The type token, e.g. ``kafka:index/topic:Topic``."""

    takes: ClassVar[tuple[Field, ...]] = ()
    gives: ClassVar[tuple[Field, ...]] = ()
    """Its inputs, and the outputs beside them, for the package's schema; what it is, the docstring says."""

    secret_inputs: frozenset[str] = frozenset()
    """Inputs whose values must not be shown, whether or not the program marks them secret."""

    @abstractmethod
    async def check(self, declaration: Declaration) -> Properties:
        """Validate and complete the new inputs, some of which may be unknown yet."""

    async def diff(self, recorded: Recorded, new: Properties) -> Mapping[str, Difference]:
        """Say what an update would change, by property path. There is no way to ask for a replacement."""
        return differences(recorded.inputs, recorded.outputs, new)

    def can_rehearse(self, new: Properties) -> bool:
        """Whether enough is known of the inputs for ``preview_create``."""
        return is_known(new)

    async def preview_create(self, new: Properties) -> Properties:
        """Rehearse ``create`` without changing anything; return the outputs that are known in advance."""
        return new

    @abstractmethod
    async def create(self, new: Properties) -> Recorded:
        """Make the resource and return when it can be used."""

    @abstractmethod
    async def read(self, recorded: Recorded) -> Recorded | None:
        """Read the live resource, ``None`` if there is none. Inputs and outputs are empty in an import."""

    async def preview_update(self, recorded: Recorded, new: Properties) -> Properties:  # noqa: ARG002
        """Rehearse ``update`` without changing anything; return the outputs that are known in advance."""
        return new

    @abstractmethod
    async def update(self, recorded: Recorded, new: Properties) -> Properties:
        """Change the live resource in place; return its outputs."""

    @abstractmethod
    async def delete(self, recorded: Recorded) -> bool | None:
        """Remove the live resource; one that is gone already is fine.

        True where another one, that somebody made in its place, stays.
        """


Function: TypeAlias = Callable[[Properties], Awaitable[Properties]]
"""A function that programs can invoke: arguments in, result out."""


@dataclass(frozen=True)
class Package:
    """What a configured provider offers, and how to let go of its connections."""

    kinds: tuple[ResourceKind, ...]
    close: Callable[[], Awaitable[None]]
    functions: Mapping[str, Function] = field(default_factory=dict)

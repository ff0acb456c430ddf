"""The resources a stack is known to have, and the operations that began on them and were not seen to end."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from levee_infra.providers.protocol.properties import Properties


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource as last known. No secret is in ``inputs`` and ``outputs``: the engine takes none."""

    urn: str
    type: str
    custom: bool
    id: str
    inputs: Properties
    outputs: Properties
    parent: str = ""
    provider: str = ""
    dependencies: tuple[str, ...] = ()
    protect: bool = False
    init_errors: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The last part of the URN."""
        return name_of(self.urn)

    @property
    def is_provider(self) -> bool:
        """Whether this resource is a configured provider."""
        return is_provider_type(self.type)

    @property
    def is_managed(self) -> bool:
        """Whether a provider reads, changes and deletes this resource."""
        return self.custom and not self.is_provider

    def renamed(self, urns: Mapping[str, str]) -> "Resource":
        """The resource with these URNs in the place of others, its own or of what it refers to."""
        return replace(
            self,
            urn=urns.get(self.urn, self.urn),
            parent=urns.get(self.parent, self.parent),
            dependencies=tuple(urns.get(urn, urn) for urn in self.dependencies),
        )

    def needs(self) -> set[str]:
        """URNs of the resources that must exist as long as this one does."""
        urns = {*self.dependencies, self.parent, provider_urn(self.provider)}
        return urns - {"", self.urn}


class Begun(StrEnum):
    """What was begun on a resource."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Put:
    """The resource is now known to be so."""

    resource: Resource


@dataclass(frozen=True, slots=True)
class Begin:
    """An operation is about to be asked of a provider; ``resource`` is what it will lead to."""

    operation: Begun
    resource: Resource


@dataclass(frozen=True, slots=True)
class Over:
    """The operation begun on this resource ended and changed nothing that is recorded here."""

    urn: str


@dataclass(frozen=True, slots=True)
class Gone:
    """The resource does not exist any more."""

    urn: str


@dataclass(frozen=True, slots=True)
class Moved:
    """Resources have other URNs from now on: new ones by old ones. One record, so that none is ever known by both."""

    urns: Mapping[str, str]


Record = Put | Begin | Over | Gone | Moved


@dataclass(slots=True)
class State:
    """What the journal amounts to: resources by URN, and unfinished operations by URN."""

    resources: dict[str, Resource] = field(default_factory=dict)
    unfinished: dict[str, Begin] = field(default_factory=dict)

    def apply(self, record: Record) -> None:
        """Take one record into account."""
        match record:
            case Put(resource):
                self.resources[resource.urn] = resource
                self.unfinished.pop(resource.urn, None)
            case Begin(_, resource):
                self.unfinished[resource.urn] = record
            case Over(urn):
                self.unfinished.pop(urn, None)
            case Gone(urn):
                self.resources.pop(urn, None)
                self.unfinished.pop(urn, None)
            case Moved(urns):
                resources = [resource.renamed(urns) for resource in self.resources.values()]
                self.resources = {resource.urn: resource for resource in resources}
                begun = [Begin(begin.operation, begin.resource.renamed(urns)) for begin in self.unfinished.values()]
                self.unfinished = {begin.resource.urn: begin for begin in begun}

    def knows(self, urn: str) -> bool:
        """Whether there is a resource with the URN, or one is being made."""
        return urn in self.resources or urn in self.unfinished

    def move(self, old: str, new: str) -> None:
        """Know one resource by another URN; what refers to it comes with the record of the move."""
        if old in self.resources:
            self.resources[new] = replace(self.resources.pop(old), urn=new)
        if old in self.unfinished:
            begin = self.unfinished.pop(old)
            self.unfinished[new] = Begin(begin.operation, replace(begin.resource, urn=new))

    def records(self) -> list[Record]:
        """The shortest list of records that amounts to this state."""
        return [*(Put(resource) for resource in self.resources.values()), *self.unfinished.values()]


def name_of(urn: str) -> str:
    """The resource name in a URN (``urn:pulumi:stack::project::type::name``); a name may hold ``::`` itself."""
    return urn.split("::", 3)[-1]


def is_provider_type(type_: str) -> bool:
    """Whether the type token is that of a provider."""
    return type_.startswith("pulumi:providers:")


def provider_urn(reference: str) -> str:
    """The URN in a provider reference (``<urn>::<id>``); empty for an empty reference."""
    return reference.rpartition("::")[0]


def record_to_json(record: Record) -> dict[str, Any]:
    """One record as JSON values; ``record_from_json`` is its inverse."""
    match record:
        case Put(resource):
            return {"put": _resource_to_json(resource)}
        case Begin(operation, resource):
            return {"begin": operation.value, "resource": _resource_to_json(resource)}
        case Over(urn):
            return {"over": urn}
        case Gone(urn):
            return {"gone": urn}
        case Moved(urns):
            return {"moved": dict(urns)}


def record_from_json(value: Mapping[str, Any]) -> Record:
    """The record in JSON values.

    Raises:
        ValueError, KeyError or TypeError when it is not one.
    """
    match value:
        case {"put": resource}:
            return Put(_resource_from_json(resource))
        case {"begin": operation, "resource": resource}:
            return Begin(Begun(operation), _resource_from_json(resource))
        case {"over": str(urn)}:
            return Over(urn)
        case {"gone": str(urn)}:
            return Gone(urn)
        case {"moved": dict(urns)} if all(isinstance(urn, str) for urn in urns.values()):
            return Moved(urns)
        case _:
            raise ValueError("a record of an unknown kind")


_DEFAULTS: dict[str, Any] = {
    "parent": "",
    "provider": "",
    "dependencies": [],
    "protect": False,
    "init_errors": [],
}


def _resource_to_json(resource: Resource) -> dict[str, Any]:
    json: dict[str, Any] = {
        "urn": resource.urn,
        "type": resource.type,
        "custom": resource.custom,
        "id": resource.id,
        "inputs": resource.inputs,
        "outputs": resource.outputs,
        "parent": resource.parent,
        "provider": resource.provider,
        "dependencies": list(resource.dependencies),
        "protect": resource.protect,
        "init_errors": list(resource.init_errors),
    }
    return {key: value for key, value in json.items() if _DEFAULTS.get(key) != value}


def _resource_from_json(value: Mapping[str, Any]) -> Resource:
    json = {**_DEFAULTS, **value}
    return Resource(
        **{
            **json,
            "dependencies": tuple(json["dependencies"]),
            "init_errors": tuple(json["init_errors"]),
        }
    )

"""What the program asks for: one resource registration, and what of it this engine does not do."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from google.protobuf.message import Message
from pulumi.runtime.proto import resource_pb2 as pb

from levee_infra.deployed.embedded_state import is_provider_type
from levee_infra.engines.embedded.errors import Refusal
from levee_infra.providers.protocol.properties import (
    OUTPUT_SIGNATURE,
    RESOURCE_SIGNATURE,
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    Properties,
    Value,
    decode_plain,
)

STACK_TYPE: Final = "pulumi:pulumi:Stack"
_UNSUPPORTED: Final = {
    "c44067f5952c0a294b673a41bacd8c17": "an asset",
    "0def7320c3a5731c473e5ecbe6d01bc7": "an archive",
    SECRET_SIGNATURE: "a secret",
    RESOURCE_SIGNATURE: "a resource reference",
    OUTPUT_SIGNATURE: "an output value",
}
_READ: Final = frozenset(
    {
        *("type", "name", "parent", "custom", "object", "protect", "dependencies", "provider", "aliases", "aliasURNs"),
        # What the SDK can do, and what follows from the rest.
        *("acceptSecrets", "acceptResources", "supportsPartialValues", "supportsResultReporting", "aliasSpecs"),
        *("propertyDependencies", "providers", "version", "sourcePosition", "stackTrace", "parentStackTraceHandle"),
        *("accepts_byte_string", "hideDiffs", "deleteBeforeReplaceDefined"),
    }
)
_CAPITAL: Final = re.compile(r"(?<=[a-z])[A-Z]")
_HELP: Final = "leave it out, or deploy with the Pulumi CLI"


@dataclass(frozen=True, slots=True)
class Registration:
    """A resource as the program declares it. ``fingerprint`` is equal for equal declarations, ``aliases`` are the URNs
    by which it may be recorded as well.
    """

    urn: str
    type: str
    custom: bool
    inputs: Properties
    parent: str
    provider: str
    dependencies: tuple[str, ...]
    protect: bool
    fingerprint: bytes
    aliases: tuple[str, ...] = ()

    @property
    def is_provider(self) -> bool:
        """Whether this declares a configured provider."""
        return is_provider_type(self.type)


@dataclass(frozen=True, slots=True)
class Naming:
    """Makes the URNs of one stack."""

    project: str
    stack: str

    def urn(self, parent: str, type_: str, name: str) -> str:
        """The URN of a resource; its type is qualified by the parent's unless that is the stack itself.

        https://www.pulumi.com/docs/iac/concepts/resources/names/#urns
        """
        ancestry = parent.split("::")[2] if parent else STACK_TYPE
        qualified = type_ if ancestry == STACK_TYPE else f"{ancestry}${type_}"
        return f"urn:pulumi:{self.stack}::{self.project}::{qualified}::{name}"

    def aliases(self, request: pb.RegisterResourceRequest) -> Iterator[str]:
        """The URNs that a request says the resource may have had: what an alias leaves out is as it is now.

        ``collapseAliasToUrn`` of pulumi/pulumi, pkg/resource/deploy/step_generator.go.
        """
        yield from request.aliasURNs
        for alias in request.aliases:
            spec, naming = alias.spec, Naming(alias.spec.project or self.project, alias.spec.stack or self.stack)
            parent = "" if spec.noParent else spec.parentUrn or request.parent
            yield alias.urn or naming.urn(parent, spec.type or request.type, spec.name or request.name)


def registration_of(request: pb.RegisterResourceRequest, naming: Naming) -> Registration:
    """The request as a value."""
    dependencies = tuple(sorted(request.dependencies))
    head = repr((request.provider, request.parent, request.protect, dependencies))
    return Registration(
        urn=naming.urn(request.parent, request.type, request.name),
        type=request.type,
        custom=request.custom,
        inputs=decode_plain(request.object),
        parent=request.parent,
        provider=request.provider,
        dependencies=dependencies,
        protect=request.protect,
        fingerprint=head.encode() + b"\0" + request.object.SerializeToString(deterministic=True),
        aliases=tuple(naming.aliases(request)),
    )


def refusals(request: pb.RegisterResourceRequest, registration: Registration) -> list[Refusal]:
    """Everything the request asks for that this engine does not do, by name."""
    found = [*_options(request), *_values(registration.inputs)]
    if registration.custom and not registration.is_provider and not registration.provider:
        found.append("a resource without an explicit provider")
    return [
        Refusal(
            registration.urn,
            f"{request.type} {request.name!r}: the embedded engine does not support {what}",
            help=_HELP,
        )
        for what in found
    ]


def _options(request: pb.RegisterResourceRequest) -> Iterator[str]:
    """What the request sets beyond what is read of it: of any later SDK's options, too."""
    for field, value in request.ListFields():
        if field.name not in _READ and not (isinstance(value, Message) and not value.ByteSize()):
            yield f"the option {_CAPITAL.sub(_lowered, field.name)}"
    if (request.aliases or request.aliasURNs) and (not request.custom or is_provider_type(request.type)):
        yield "the option aliases of what no provider manages"


def _lowered(capital: re.Match[str]) -> str:
    return f"_{capital[0].lower()}"


def refused_values(urn: str, outputs: Properties) -> list[Refusal]:
    """What of a component's outputs this engine does not keep, by name."""
    return [Refusal(urn, f"{urn}: the embedded engine does not support {what}", _HELP) for what in _values(outputs)]


def _values(properties: Properties) -> Iterator[str]:
    for key, value in properties.items():
        for kind in _unsupported_kinds(value):
            yield f"{kind} as the property {key}"


def _unsupported_kinds(value: Value) -> Iterator[str]:
    """Names of the special kinds of value inside that this engine does not handle."""
    match value:
        case dict():
            signature = value.get(SIGNATURE_KEY)
            if isinstance(signature, str) and signature in _UNSUPPORTED:
                yield _UNSUPPORTED[signature]
                return
            for item in value.values():
                yield from _unsupported_kinds(item)
        case list():
            for item in value:
                yield from _unsupported_kinds(item)

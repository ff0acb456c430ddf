"""What is there or about to be registered, regardless of who wrote it: not only what levee itself would declare.

A declared plan comes to the same values (`declared_principals` …), so that a rule sees one kind of thing on every feed.
Fields of what was read back from a resource may be unknown (`levee.plan.unknown`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from levee.model.cluster import PolicySpec, SecretStoreSpec
from levee.model.duration import Duration
from levee.model.origin import Origin
from levee.model.stream import Trust
from levee.plan.places import NamedPlace
from levee.plan.planned import Plan, PlannedArchive, PlannedCredential, PlannedTopic

if TYPE_CHECKING:
    from levee.plan.registered import Registered

ANY_HOST: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One ACL in Kafka's words. `operation` and `resource_type` are as `kafka-acls` prints them, in lower case
    without underscores (`alterconfigs`, `transactionalid`); `pattern` is literal or prefixed, or what else was written.
    """

    allows: bool
    operation: str
    resource_type: str
    name: str
    pattern: str
    host: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who Kafka knows, and all that it may do. `label` is what reports call it.

    `service` and `owner` are None for one that no stack file declares. `made_elsewhere`: it is somebody whom levee
    doesn't make, under just this name.
    """

    name: str
    label: str
    service: str | None
    owner: str | None
    access: tuple[Access, ...]
    made_elsewhere: bool = False
    origin: Origin

    def is_held_by(self, other: Principal) -> bool:
        """Whether both are the same somebody. All generations of a service's users are one."""
        if self.made_elsewhere or other.made_elsewhere:
            return self.made_elsewhere == other.made_elsewhere and self.name == other.name
        return self.label == other.label

    def operations(self, resource_type: str) -> frozenset[str]:
        """Everything it is allowed on resources of this type."""
        return frozenset(each.operation for each in self.access if each.allows and each.resource_type == resource_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A SCRAM user. `in_clear` tells whether its password stands in the program or a file; the password is not here.

    `rotate_every` and `owner` are of its service, None where nothing says. `label` is what reports call it.
    """

    name: str
    label: str
    service: str | None
    mechanism: str
    iterations: int
    in_clear: bool
    owner: str | None
    rotate_every: Duration | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How the brokers are reached: by the stack's own account of it, or by a registered provider's."""

    bootstrap: tuple[str, ...]
    tls: bool
    verifies: bool
    mechanism: str
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudProvider:
    """A registered provider of a cloud, with the region and the accounts it is bound to (None: not bound)."""

    name: str
    cloud: str
    region: str | None
    accounts: tuple[str, ...] | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Guarded:
    """How the engine is to treat a registered resource that levee has rules for."""

    name: str
    type: str
    protected: bool
    ignored: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """A policy that lets somebody in, as JSON. `role` is the name of the role that it is the trust of, None for a
    resource's. `text` None: the resource has none of its own.
    """

    name: str
    role: str | None
    text: str | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """For what a cloud's service may take on the role of this name."""

    role: str
    trust: Trust
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Encrypted:
    """What holds records of a stream (empty: of all), and the key that encrypts them. `what` names it."""

    stream: str
    what: str
    key: str | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSecrets:
    """Where passwords are kept. Of a single secret the store's `prefix` is its whole name."""

    store: SecretStoreSpec
    origin: Origin


Said = (
    Principal
    | AccessPolicy
    | Caller
    | CloudProvider
    | Encrypted
    | StoredSecrets
    | PlannedArchive
    | PolicySpec
    | NamedPlace
)
"""One thing that a registered resource of a target's says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What registered resources say, in place of what the declaration says of the same things.

    `parts` are by type and name. `complete`: nothing else is registered, so that what isn't here is missing.
    """

    topics: tuple[PlannedTopic, ...] = ()
    principals: tuple[Principal, ...] = ()
    logins: tuple[Login, ...] = ()
    connections: tuple[tuple[str, Connection], ...] = ()
    clouds: tuple[CloudProvider, ...] = ()
    guarded: tuple[Guarded, ...] = ()
    policies: tuple[AccessPolicy, ...] = ()
    places: tuple[NamedPlace, ...] = ()
    callers: tuple[Caller, ...] = ()
    encrypted: tuple[Encrypted, ...] = ()
    secrets: tuple[StoredSecrets, ...] = ()
    archives: tuple[PlannedArchive, ...] = ()
    resource_policies: tuple[PolicySpec, ...] = ()
    parts: Mapping[tuple[str, str], Registered] = field(default_factory=dict)
    complete: bool = False


def declared_principals(plan: Plan) -> Iterator[Principal]:
    """One principal a service: all its generations may do the same."""
    for credential in plan.credentials:
        yield Principal(
            name=f"User:{credential.principals[-1]}",
            label=credential.service,
            service=credential.service,
            owner=credential.owner,
            access=tuple(_access(credential)),
            made_elsewhere=credential.made_elsewhere,
            origin=credential.origin,
        )


def _access(credential: PlannedCredential) -> Iterator[Access]:
    origins = {pattern: grant.origin for grant in credential.grants for pattern in grant.topics}
    for acl in credential.acls:
        yield Access(
            allows=True,
            operation=acl.operation.value.lower(),
            resource_type=acl.resource_type.value.lower(),
            name=acl.pattern.name,
            pattern=acl.pattern.type.value,
            host=ANY_HOST,
            origin=origins.get(acl.pattern, credential.origin),
        )


def declared_logins(plan: Plan) -> Iterator[Login]:
    """One login a service that levee makes users for."""
    for credential in plan.credentials:
        users, mechanism = credential.scram, plan.cluster.security.mechanism
        if users is None or mechanism is None:
            continue
        yield Login(
            name=credential.usernames[-1],
            label=credential.service,
            service=credential.service,
            mechanism=mechanism.value,
            iterations=users.iterations,
            in_clear=False,
            owner=credential.owner,
            rotate_every=users.rotate_every,
            origin=credential.origin,
        )


def declared_connections(plan: Plan) -> Iterator[Connection]:
    """The stack's own ways to its brokers: its services', and levee's where that has addresses of its own."""
    security = plan.cluster.security
    ways = [(plan.cluster.bootstrap, security.mechanism or "", plan.origin.at("cluster"))]
    if security.admin_bootstrap:
        origin = plan.origin.at("cluster", "security", "admin")
        ways.append((security.admin_bootstrap, security.admin.mechanism or "", origin))
    for bootstrap, mechanism, origin in ways:
        yield Connection(
            bootstrap=bootstrap,
            tls=security.protocol.value == "SASL_SSL",
            verifies=True,
            mechanism=mechanism,
            origin=origin,
        )


def declared_encryptions(plan: Plan) -> Iterator[Encrypted]:
    """What holds records of single streams: archives, and the data streams that bring a log group's events."""
    for archive in plan.archives:
        key, origin = archive.archive.key, archive.archive.origin
        yield Encrypted(stream=archive.stream, what=f"bucket {archive.archive.bucket}", key=key, origin=origin)
    for carrier in plan.carriers:
        key, origin = plan.secrets.key, carrier.source.origin
        yield Encrypted(stream=carrier.stream, what=f"data stream {carrier.name}", key=key, origin=origin)

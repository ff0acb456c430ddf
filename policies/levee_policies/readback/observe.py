"""All registered resources of a stack, or one of them, as what rules look at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Final, TypeVar

from levee.model.cluster import PolicySpec
from levee.model.origin import Origin
from levee.plan.observed import (
    AccessPolicy,
    Caller,
    CloudProvider,
    Connection,
    Encrypted,
    Guarded,
    Observed,
    Principal,
    Said,
    StoredSecrets,
)
from levee.plan.places import NamedPlace, principal_places
from levee.plan.planned import PlannedArchive, PlannedTopic
from levee.plan.registered import Registered
from levee.plan.unknown import Unknown
from levee.targets import TYPES, read_back, read_provider
from levee_policies.index import Index
from levee_policies.readback import acl, provider, scram_user, service_credential, topic

JUDGED = frozenset(
    {
        topic.TYPE,
        acl.TYPE,
        scram_user.TYPE,
        service_credential.TYPE,
        service_credential.EXISTING,
        provider.KAFKA,
        provider.LEVEE,
        *provider.CLOUDS,
        *TYPES,
    }
)

Kind = TypeVar("Kind")

_OF_PLATFORMS: Final = ("kafka:", "levee:", "aws:", "aws-native:", "awsx:", "ibm:")
_COMPONENTS: Final = "levee:index:"  # hold other resources, and nothing themselves


def is_unread(kind: str) -> bool:
    """Whether resources of this kind are a platform's that rules are about, and no rule can read them."""
    return kind.startswith(_OF_PLATFORMS) and kind not in JUDGED and not kind.startswith(_COMPONENTS)


def observe(resources: Iterable[Registered], index: Index, *, complete: bool = False) -> Observed:
    """What the resources say, owners and places in the files taken from the plan where it declares the same thing.

    `complete`: they are all that is registered.
    """
    services = index.credentials
    by_type: dict[str, list[Registered]] = {}
    for resource in resources:
        by_type.setdefault(resource.type, []).append(resource)
    credentials = by_type.get(service_credential.TYPE, [])
    existing = by_type.get(service_credential.EXISTING, [])
    users = by_type.get(scram_user.TYPE, [])
    parts = {(each.type, each.name): each for kind in TYPES for each in by_type.get(kind, ())}
    said = _Said(
        chain(
            (each for key, part in parts.items() for each in read_back(part, index.parts.get(key), index.plan)),
            (each for levee in by_type.get(provider.LEVEE, ()) for each in read_provider(levee, index.plan)),
        )
    )
    principals = (
        *(service_credential.principal(each, services) for each in (*credentials, *existing)),
        *acl.principals(by_type.get(acl.TYPE, ())),
        *(_owned(each, index) for each in said.of(Principal)),
    )
    return Observed(
        topics=tuple(_topics(by_type.get(topic.TYPE, ()), index)),
        principals=principals,
        logins=(
            *(service_credential.login(each, services) for each in credentials),
            *(scram_user.login(each) for each in users),
        ),
        connections=tuple(_connections(by_type, index.plan.origin.at("cluster"))),
        clouds=(
            *(provider.cloud(each) for kind in provider.CLOUDS for each in by_type.get(kind, ())),
            *said.of(CloudProvider),
        ),
        guarded=tuple(_guarded(by_type)),
        policies=said.of(AccessPolicy),
        places=(*said.of(NamedPlace), *_places(by_type, principals, index)),
        callers=said.of(Caller),
        encrypted=said.of(Encrypted),
        secrets=(*said.of(StoredSecrets), *(service_credential.secrets(each, index.plan) for each in credentials)),
        archives=said.of(PlannedArchive),
        resource_policies=said.of(PolicySpec),
        parts=parts,
        complete=complete,
    )


class _Said:
    """What parts say, by what it is."""

    def __init__(self, said: Iterable[Said]) -> None:
        self._by_kind: dict[type[Any], list[Any]] = defaultdict(list)
        for each in said:
            self._by_kind[type(each)].append(each)

    def of(self, kind: type[Kind]) -> tuple[Kind, ...]:
        """All of one kind."""
        return tuple(self._by_kind[kind])


def _owned(principal: Principal, index: Index) -> Principal:
    credential = index.credentials.get(principal.service or "")
    return principal if credential is None else replace(principal, owner=credential.owner)


def _places(
    by_type: Mapping[str, Sequence[Registered]], principals: Iterable[Principal], index: Index
) -> Iterator[NamedPlace]:
    """Those that others than parts name: principals that were made elsewhere, and stores of passwords."""
    for each in principals:
        if not isinstance(each.name, Unknown):
            yield from principal_places(f"service/{each.label}", each.name.removeprefix("User:"), each.origin)
    for credential in by_type.get(service_credential.TYPE, ()):
        yield from service_credential.places(credential, index.plan)


def _topics(resources: Iterable[Registered], index: Index) -> Iterator[PlannedTopic]:
    """All but the carriers' own, which hold no records of a stream."""
    for each in resources:
        found = topic.topic(each, index.named)
        if found.name not in index.checkpoints:
            yield found


def _connections(by_type: dict[str, list[Registered]], origin: Origin) -> Iterator[tuple[str, Connection]]:
    for kind in (provider.KAFKA, provider.LEVEE):
        for resource in by_type.get(kind, ()):
            yield resource.name, provider.connection(resource, origin)


def _guarded(by_type: dict[str, list[Registered]]) -> Iterator[Guarded]:
    for kind in (topic.TYPE, acl.TYPE, scram_user.TYPE, *service_credential.IDENTITIES, *TYPES):
        for resource in by_type.get(kind, ()):
            yield Guarded(
                name=resource.name,
                type=resource.type,
                protected=resource.protected,
                ignored=resource.ignored,
                origin=Origin("", (), resource.urn),
            )

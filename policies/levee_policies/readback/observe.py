"""All registered resources of a stack, or one of them, as what rules look at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from levee.model.origin import Origin
from levee.plan.observed import Connection, Guarded, Observed
from levee.plan.planned import PlannedTopic
from levee_policies.index import Index
from levee_policies.readback import acl, part, policy, provider, scram_user, service_credential, topic
from levee_policies.readback.registered import Registered

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
        *policy.HELD,
        *part.TYPES,
    }
)


_OF_PLATFORMS: Final = ("kafka:", "levee:", "aws:", "aws-native:", "awsx:", "ibm:")
_COMPONENTS: Final = "levee:index:"  # hold other resources, and nothing themselves


def is_unread(kind: str) -> bool:
    """Whether resources of this kind are a platform's that rules are about, and no rule can read them."""
    return kind.startswith(_OF_PLATFORMS) and kind not in JUDGED and not kind.startswith(_COMPONENTS)


def observe(resources: Iterable[Registered], index: Index) -> Observed:
    """What the resources say, owners and places in the files taken from the plan where it declares the same thing."""
    services = index.credentials
    by_type: dict[str, list[Registered]] = {}
    for resource in resources:
        by_type.setdefault(resource.type, []).append(resource)
    credentials = by_type.get(service_credential.TYPE, [])
    existing = by_type.get(service_credential.EXISTING, [])
    users = by_type.get(scram_user.TYPE, [])
    return Observed(
        topics=tuple(_topics(by_type.get(topic.TYPE, ()), index)),
        principals=(
            *(service_credential.principal(each, services) for each in (*credentials, *existing)),
            *acl.principals(by_type.get(acl.TYPE, ())),
        ),
        logins=(
            *(service_credential.login(each, services) for each in credentials),
            *(scram_user.login(each) for each in users),
        ),
        connections=tuple(_connections(by_type, index.plan.origin.at("cluster"))),
        clouds=tuple(provider.cloud(each) for kind in provider.CLOUDS for each in by_type.get(kind, ())),
        guarded=tuple(_guarded(by_type)),
        policies=tuple(policy.policy(each) for kind in policy.HELD for each in by_type.get(kind, ())),
        parts={(each.type, each.name): part.part(each) for kind in part.TYPES for each in by_type.get(kind, ())},
    )


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
    for kind in (topic.TYPE, acl.TYPE, scram_user.TYPE, *service_credential.IDENTITIES, *part.TYPES):
        for resource in by_type.get(kind, ()):
            yield Guarded(
                name=resource.name,
                type=resource.type,
                protected=resource.protected,
                ignored=resource.ignored,
                origin=Origin("", (), resource.urn),
            )

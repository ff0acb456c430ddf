"""What rules look at: each function yields the subjects of the rules that name it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from levee.model.cluster import Peer, PolicySpec, SecretStoreSpec
from levee.model.data_class import DataClass
from levee.plan.observed import (
    AccessPolicy,
    CloudProvider,
    Connection,
    Encrypted,
    Guarded,
    Login,
    Principal,
    declared_connections,
    declared_logins,
    declared_principals,
)
from levee.plan.places import NamedPlace, PlaceKind
from levee.plan.planned import (
    Plan,
    PlannedConsumer,
    PlannedCredential,
    PlannedSink,
    PlannedSource,
    PlannedTopic,
)
from levee.plan.registered import is_known
from levee.plan.unknown import or_unknown
from levee_policies.facts import Facts
from levee_policies.joined import (
    StreamArchive,
    StreamMonitors,
    carried_sources,
    encryptions,
    registered_grants,
    stream_archives,
    stream_monitors,
)
from levee_policies.rule import Subject
from levee_policies.waivers import WaiverUse

if TYPE_CHECKING:
    from levee.plan.part import Part
    from levee.plan.registered import Registered


def stack(facts: Facts) -> Iterator[Subject[Plan]]:
    """The stack itself."""
    yield Subject("stack", facts.plan.origin, facts.plan)


def data_classes(facts: Facts) -> Iterator[Subject[DataClass]]:
    """The classes that the stack's streams use."""
    used = {topic.data_class for topic in facts.plan.topics}
    for each in facts.plan.classes:
        if each.name in used:
            yield Subject(f"class/{each.name}", each.origin, each)


def topics(facts: Facts) -> Iterator[Subject[PlannedTopic]]:
    """Every topic: `stream/<key>`, or `topic/<logical name>` for one that no stream file declares."""
    observed = facts.context.observed
    for topic in facts.plan.topics if observed is None else observed.topics:
        yield Subject(topic_subject(topic), topic.origin, topic)


def topic_subject(topic: PlannedTopic) -> str:
    """What reports call a topic."""
    return f"stream/{topic.stream}" if topic.origin.file else f"topic/{topic.stream}"


def regulated_topics(facts: Facts) -> Iterator[Subject[PlannedTopic]]:
    """Topics of a regulated class, and those whose class nobody declared: unknown is not unregulated."""
    for subject in topics(facts):
        data_class = facts.classes.get(subject.value.data_class) if subject.origin.file else None
        if data_class is None or data_class.regulated:
            yield subject


def principals(facts: Facts) -> Iterator[Subject[Principal]]:
    """Everyone with an ACL: `service/<name>`, or `principal/<name>` for one that no stack file declares."""
    observed = facts.context.observed
    for each in declared_principals(facts.plan) if observed is None else observed.principals:
        name = f"{'principal' if each.service is None else 'service'}/{each.label}"
        yield Subject(name, each.origin, each)


def credentials(facts: Facts) -> Iterator[Subject[PlannedCredential]]:
    """Every service's credential, with the grants that the files give it, or that its registered access comes to."""
    observed = facts.context.observed
    if observed is None:
        for each in facts.plan.credentials:
            yield Subject(f"service/{each.service}", each.origin, each)
        return
    for principal in observed.principals:
        planned = facts.credentials.get(principal.service or "")
        if planned is not None:
            grants = or_unknown(partial(registered_grants, principal, facts))
            yield Subject(f"service/{planned.service}", principal.origin, replace(planned, grants=grants))


def archives(facts: Facts) -> Iterator[Subject[StreamArchive]]:
    """Every stream with its archive: as declared, or as registered."""
    for each in stream_archives(facts):
        origin = each.topic.origin
        if facts.context.observed and each.archive is not None:
            origin = replace(origin, urn=each.archive.origin.urn)
        yield Subject(topic_subject(each.topic), origin, each)


def watched(facts: Facts) -> Iterator[Subject[StreamMonitors]]:
    """Every stream with its monitors: as declared, or as far as what is registered is as planned."""
    for each in stream_monitors(facts):
        yield Subject(topic_subject(each.topic), replace(each.topic.origin, urn=each.urn), each)


def encrypted(facts: Facts) -> Iterator[Subject[tuple[DataClass, Encrypted]]]:
    """Whatever holds data of a class, with that class: `class/<name>`."""
    for data_class, each in encryptions(facts):
        yield Subject(f"class/{data_class.name}", each.origin, (data_class, each))


def password_stores(facts: Facts) -> Iterator[Subject[SecretStoreSpec]]:
    """Where passwords are kept: the stack's store, or every registered secret and credential."""
    observed = facts.context.observed
    if observed is None:
        yield Subject("stack", facts.plan.origin, facts.plan.secrets)
        return
    for each in observed.secrets:
        yield Subject("stack", each.origin, each.store)


def logins(facts: Facts) -> Iterator[Subject[Login]]:
    """Every SCRAM user: `service/<name>`, or `login/<logical name>`."""
    observed = facts.context.observed
    for each in declared_logins(facts.plan) if observed is None else observed.logins:
        name = f"{'login' if each.service is None else 'service'}/{each.label}"
        yield Subject(name, each.origin, each)


def connections(facts: Facts) -> Iterator[Subject[Connection]]:
    """The stack's way to its brokers, and every registered provider that reaches brokers."""
    observed = facts.context.observed
    if observed is None:
        for connection in declared_connections(facts.plan):
            yield Subject("cluster", connection.origin, connection)
        return
    for name, connection in observed.connections:
        yield Subject(f"provider/{name}", connection.origin, connection)


def clouds(facts: Facts) -> Iterator[Subject[CloudProvider]]:
    """Registered providers of clouds. None in a declaration: it has no providers."""
    observed = facts.context.observed
    for each in () if observed is None else observed.clouds:
        yield Subject(f"provider/{each.name}", each.origin, each)


def guarded(facts: Facts) -> Iterator[Subject[Guarded]]:
    """Registered resources with the engine's options. None in a declaration: those are the program's."""
    observed = facts.context.observed
    for each in () if observed is None else observed.guarded:
        yield Subject(f"resource/{each.name}", each.origin, each)


def access_policies(facts: Facts) -> Iterator[Subject[AccessPolicy]]:
    """Registered policies that let somebody in. None in a declaration: levee writes them from it."""
    observed = facts.context.observed
    for each in () if observed is None else observed.policies:
        yield Subject(f"resource/{each.name}", each.origin, each)


def decided_parts(facts: Facts) -> Iterator[Subject[tuple[Part, Registered]]]:
    """Every registered resource that is a part of the plan, with that part. None in a declaration: it is the plan."""
    for key, registered in facts.registered_parts.items():
        part = facts.parts.get(key)
        if part is not None:
            origin = replace(part.origin, urn=registered.urn)
            yield Subject(f"part/{part.kind}/{part.name}", origin, (part, registered))


def planned_parts(facts: Facts) -> Iterator[Subject[Part]]:
    """Every part of the plan, where resources are judged."""
    for part in facts.parts.values() if facts.context.observed else ():
        yield Subject(f"part/{part.kind}/{part.name}", part.origin, part)


def sinks(facts: Facts) -> Iterator[Subject[PlannedSink]]:
    """Every declared sink."""
    for each in facts.plan.sinks:
        yield Subject(f"stream/{each.stream}/sink/{each.sink.name}", each.sink.origin, each)


def waivers(facts: Facts) -> Iterator[Subject[WaiverUse]]:
    """Every waiver of the rules that were judged."""
    for use in facts.waiver_uses:
        yield Subject(f"waiver/{use.rule.id}/{use.waiver.subject}", use.waiver.origin, use)


def sources(facts: Facts) -> Iterator[Subject[PlannedSource]]:
    """Every declared source, or every one whose events a registered role delivers, with the trust of that role."""
    observed = facts.context.observed
    for each in facts.plan.sources if observed is None else carried_sources(facts):
        yield Subject(f"stream/{each.stream}/source/{each.source.service}", each.source.origin, each)


def consumers(facts: Facts) -> Iterator[Subject[PlannedConsumer]]:
    """Every declared consumer."""
    for each in facts.plan.consumers:
        yield Subject(f"stream/{each.stream}/consumer/{each.consumer.service}", each.consumer.origin, each)


def _places(*kinds: PlaceKind) -> Callable[[Facts], Iterator[Subject[NamedPlace]]]:
    """The places of these kinds as subjects."""

    def population(facts: Facts) -> Iterator[Subject[NamedPlace]]:
        observed = facts.context.observed
        for named in facts.places if observed is None else observed.places:
            if named.kind in kinds:
                yield Subject(named.subject, named.origin, named)

    return population


places = _places(*PlaceKind)
hop_places = _places(PlaceKind.SOURCE, PlaceKind.SINK, PlaceKind.IDENTITY)
archive_places = _places(PlaceKind.ARCHIVE)
link_places = _places(PlaceKind.LINK)
key_places = _places(PlaceKind.KEY)
account_places = _places(
    PlaceKind.SINK, PlaceKind.ARCHIVE, PlaceKind.CONSUMER, PlaceKind.LINK, PlaceKind.CLUSTER, PlaceKind.SECRET
)
log_places = _places(PlaceKind.LOGS)
other_places = _places(PlaceKind.ALARM, PlaceKind.API, PlaceKind.CLUSTER, PlaceKind.SECRET)


def peers(facts: Facts) -> Iterator[Subject[Peer]]:
    """Other accounts that reach the brokers: by a connection of their own, or by the cluster's policy."""
    for peer in facts.plan.cluster.network.peers if facts.context.observed is None else ():
        yield Subject(f"cluster/peer/{peer.name}", peer.origin, peer)
    for subject in resource_policies(facts):
        accounts: Any = subject.value.accounts
        for account in accounts if is_known(accounts) else (accounts,):
            peer = Peer(name="the cluster's policy", account=account, origin=subject.origin.at("accounts"))
            name = f"{subject.name}/{account}" if is_known(account) else subject.name
            yield Subject(name, peer.origin, peer)


def resource_policies(facts: Facts) -> Iterator[Subject[PolicySpec]]:
    """The cluster's resource policy, where it has one; of a registered one each statement that lets in others."""
    observed, declared = facts.context.observed, facts.plan.cluster.policy
    for policy in ((declared,) if declared else ()) if observed is None else observed.resource_policies:
        yield Subject("cluster/policy", policy.origin, policy)

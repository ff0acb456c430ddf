"""What rules look at: each function is the population of the rules that name it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from levee.model.cluster import Link, Peer, PolicySpec
from levee.model.data_class import DataClass
from levee.model.origin import Origin, Path
from levee.model.stream import Trust
from levee.plan.observed import (
    CloudProvider,
    Connection,
    Guarded,
    Login,
    Principal,
    declared_connection,
    declared_logins,
    declared_principals,
)
from levee.plan.planned import (
    Flow,
    Hop,
    HopKind,
    Plan,
    PlannedArchive,
    PlannedConsumer,
    PlannedSink,
    PlannedSource,
    PlannedTopic,
)
from policies.facts import Facts
from policies.rule import Subject
from policies.waivers import WaiverUse


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
        connection = declared_connection(facts.plan)
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


def flows(facts: Facts) -> Iterator[Subject[Flow]]:
    """The way of each stream's records."""
    for flow in facts.plan.flows:
        yield Subject(f"stream/{flow.stream}", facts.topics[flow.stream].origin, flow)


def sinks(facts: Facts) -> Iterator[Subject[PlannedSink]]:
    """Every declared sink."""
    for each in facts.plan.sinks:
        yield Subject(f"stream/{each.stream}/sink/{each.sink.name}", each.sink.origin, each)


def archives(facts: Facts) -> Iterator[Subject[PlannedArchive]]:
    """Every declared archive."""
    for each in facts.plan.archives:
        yield Subject(f"stream/{each.stream}/archive", each.archive.origin, each)


def waivers(facts: Facts) -> Iterator[Subject[WaiverUse]]:
    """Every waiver of the rules that were judged."""
    for use in facts.waiver_uses:
        yield Subject(f"waiver/{use.rule.id}/{use.waiver.subject}", use.waiver.origin, use)


def sources(facts: Facts) -> Iterator[Subject[PlannedSource]]:
    """Every declared source."""
    for each in facts.plan.sources:
        yield Subject(f"stream/{each.stream}/source/{each.source.service}", each.source.origin, each)


def consumers(facts: Facts) -> Iterator[Subject[PlannedConsumer]]:
    """Every declared consumer."""
    for each in facts.plan.consumers:
        yield Subject(f"stream/{each.stream}/consumer/{each.consumer.service}", each.consumer.origin, each)


@dataclass(frozen=True, slots=True)
class Named:
    """An ARN or CRN that the stack's files hold, and what it is the name of."""

    what: str
    text: str
    is_key: bool


def cloud_names(facts: Facts) -> Iterator[Subject[Named]]:
    """Every ARN and CRN of the declaration."""
    plan = facts.plan
    yield from cloud_keys(facts)
    for source in plan.sources:
        yield from _names(
            f"stream/{source.stream}/source/{source.source.service}",
            source.source.origin,
            ("identity", source.source.identity, ("identity",)),
            ("trusted caller", _caller(source.source.trust), ("trust", "source_arn")),
        )
    if plan.aws is not None:
        cluster = ("cluster", plan.aws.cluster_arn, ("cluster_arn",))
        actions = (("hears of alarms", arn, ("alarm_actions", i)) for i, arn in enumerate(plan.aws.alarm_actions))
        yield from _names("aws", plan.aws.origin, cluster, *actions)
    for sink in plan.sinks:
        destination = sink.sink.destination
        yield from _names(
            f"stream/{sink.stream}/sink/{sink.sink.name}",
            sink.sink.origin,
            ("role", sink.sink.role, ("role",)),
            ("trusted caller", _caller(sink.sink.trust), ("trust", "source_arn")),
            ("destination", destination if destination.startswith(("arn:", "crn:")) else None, ("destination",)),
        )


def _caller(trust: Trust | None) -> str | None:
    return None if trust is None else trust.source_arn


def cloud_keys(facts: Facts) -> Iterator[Subject[Named]]:
    """Every encryption key that the declaration names, and its copies."""
    plan = facts.plan
    origin = plan.origin.at("cluster", "encryption")
    replicas = plan.cluster.encryption.replicas
    yield from _names("cluster/key", origin, ("key", plan.cluster.encryption.key, ("encrypted_by",)), is_key=True)
    for index, replica in enumerate(replicas):
        yield from _names("cluster/key", origin, ("copy of the key", replica, ("replicas", index)), is_key=True)
    secrets = plan.origin.at("secrets")
    yield from _names("secrets/key", secrets, ("key", plan.secrets.key, ("encrypted_by",)), is_key=True)
    for each in plan.archives:
        name = f"stream/{each.stream}/archive"
        yield from _names(name, each.archive.origin, ("key", each.archive.key, ("encrypted_by",)), is_key=True)


def _names(
    subject: str, origin: Origin, *names: tuple[str, str | None, Path], is_key: bool = False
) -> Iterator[Subject[Named]]:
    for what, text, path in names:
        if text is not None:
            yield Subject(subject, origin.at(*path), Named(what, text, is_key))


def peers(facts: Facts) -> Iterator[Subject[Peer]]:
    """Other accounts that reach the brokers: by a connection of their own, or by the cluster's policy."""
    cluster = facts.plan.cluster
    for peer in cluster.network.peers:
        yield Subject(f"cluster/peer/{peer.name}", peer.origin, peer)
    if cluster.policy is not None:
        for account in cluster.policy.accounts:
            peer = Peer(name="the cluster's policy", account=account, origin=cluster.policy.origin.at("accounts"))
            yield Subject(f"cluster/policy/{account}", peer.origin, peer)


def resource_policies(facts: Facts) -> Iterator[Subject[PolicySpec]]:
    """The cluster's resource policy, where it has one."""
    policy = facts.plan.cluster.policy
    if policy is not None:
        yield Subject("cluster/policy", policy.origin, policy)


def links(facts: Facts) -> Iterator[Subject[Link]]:
    """Replicators and links to other clusters."""
    for link in facts.plan.cluster.links:
        yield Subject(f"cluster/link/{link.name}", link.origin, link)


def placed(facts: Facts) -> Iterator[Subject[Hop]]:
    """Every place that the stack's records pass, and those of the brokers' own logs."""
    for flow in facts.plan.flows:
        for hop in flow.hops:
            yield Subject(f"stream/{flow.stream}/{hop.kind.value}/{hop.name}", hop.origin, hop)
    boundary = facts.plan.boundary
    for sink in facts.plan.cluster.logs:
        hop = Hop(
            kind=HopKind.SINK,
            name=sink.name,
            account=sink.account or boundary.account,
            region=sink.region or boundary.region,
            origin=sink.origin,
        )
        yield Subject(f"cluster/logs/{sink.name}", sink.origin, hop)

"""Where the cluster isn't as the plan has it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from infra.proof.access import planned_topics
from infra.proof.live_state import LiveAcl, LiveState, LiveTopic
from infra.providers.levee.credential_name import CredentialName
from levee.catalog.rack import region_of_rack
from levee.catalog.topic_setting import same_value
from levee.plan.credential_age import CredentialAge
from levee.plan.planned import Plan, PlannedCredential, PlannedTopic

MECHANISM: Final = "SCRAM-SHA-512"


class Matter(StrEnum):
    """What a discrepancy is about."""

    CLUSTER = "cluster"
    TOPIC = "topic"
    USER = "user"
    ACL = "acl"
    STRANGER = "stranger"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, order=True)
class Discrepancy:
    """One difference: `what` it is about, what the plan says, what is so."""

    matter: Matter
    what: str
    declared: str
    found: str


def discrepancies(plan: Plan, live: LiveState) -> Iterator[Discrepancy]:
    """Every difference in brokers, topics, users and the ACLs of the plan's own services."""
    yield from _brokers(plan, live)
    for topic in planned_topics(plan):
        yield from _topic(topic, live.topics.get(topic.name))
    if live.users is not None:
        yield from _users(plan, live.users)
    yield from _acls(plan, live)


def identities(plan: Plan, live: LiveState, recorded: Mapping[str, str]) -> Iterator[Discrepancy]:
    """Every topic that isn't the one that was recorded under its name: what that one held is gone."""
    for topic in planned_topics(plan):
        found, known = live.topics.get(topic.name), recorded.get(topic.name)
        if found is not None and known is not None and found.id != known:
            what = f"{topic.name}: the topic itself"
            made_anew = f"another one, {found.id or 'without an id'}: deleted and made again, its records are gone"
            yield Discrepancy(Matter.TOPIC, what, f"the recorded one, {known}", made_anew)


def overdue(ages: Iterable[CredentialAge]) -> Iterator[Discrepancy]:
    """Every valid generation whose password is older than its service says, or of unknown age."""
    for age in ages:
        if not age.holds:
            declared = f"a password that is at most {age.rotate_every_days} days old"
            yield Discrepancy(Matter.USER, age.username, declared, age.found)


def service_of(name: str) -> CredentialName | None:
    """The service and generation behind a user's name; None where the name isn't of that form."""
    try:
        return CredentialName.parse(name)
    except ValueError:
        return None


def service_of_principal(principal: str) -> CredentialName | None:
    """The service and generation behind a principal such as `User:payments-api.g1`."""
    return service_of(principal.removeprefix("User:")) if principal.startswith("User:") else None


def _brokers(plan: Plan, live: LiveState) -> Iterator[Discrepancy]:
    # More brokers than declared are no harm: the number only bounds how often a record can be kept.
    if len(live.racks) < plan.cluster.brokers:
        yield Discrepancy(Matter.CLUSTER, "brokers that are up", str(plan.cluster.brokers), str(len(live.racks)))
    for broker, rack in sorted(live.racks.items()):
        region = region_of_rack(rack)
        if region != plan.boundary.region:
            found = f"unknown: its rack is {rack!r}" if region is None else f"{region} (rack {rack})"
            yield Discrepancy(Matter.CLUSTER, f"region of broker {broker}", plan.boundary.region, found)


def _topic(planned: PlannedTopic, live: LiveTopic | None) -> Iterator[Discrepancy]:
    def differs(what: str, declared: object, found: object) -> Discrepancy:
        return Discrepancy(Matter.TOPIC, f"{planned.name}: {what}", str(declared), str(found))

    if live is None:
        yield differs("the topic", "exists", "missing")
        return
    if live.partitions != planned.partitions:
        yield differs("partitions", planned.partitions, live.partitions)
    if live.replication != {planned.replication}:
        yield differs("replicas of a partition", planned.replication, " and ".join(map(str, sorted(live.replication))))
    for key, value in planned.settings:
        setting = live.settings.get(key)
        if setting is None or not same_value(key, setting.value, value):
            yield differs(key, value, "unknown" if setting is None else setting.value)
        elif not setting.on_topic:
            yield differs(key, f"{value}, set on the topic", f"{value}, by the broker's default, which may change")
    for key, value in planned.effective:
        setting = live.settings.get(key)  # a broker that doesn't know the setting does nothing by it
        if setting is not None and not same_value(key, setting.value, value):
            yield differs(key, value, setting.value)


def _users(plan: Plan, users: Mapping[str, Mapping[str, int]]) -> Iterator[Discrepancy]:
    valid = {username: credential for credential in plan.credentials for username in credential.usernames}
    for username, credential in valid.items():
        yield from _user(username, credential, users.get(username, {}))
    services = {credential.service for credential in plan.credentials}
    for username in sorted(users.keys() - valid.keys()):
        name = service_of(username)
        if name is not None and name.service in services:
            yield Discrepancy(Matter.USER, username, "revoked, or never made", "can log in")


def _user(username: str, credential: PlannedCredential, mechanisms: Mapping[str, int]) -> Iterator[Discrepancy]:
    if MECHANISM not in mechanisms:
        yield Discrepancy(Matter.USER, username, f"logs in by {MECHANISM}", "has no such password")
    elif mechanisms[MECHANISM] != credential.iterations:
        found = f"{mechanisms[MECHANISM]} rounds"
        yield Discrepancy(Matter.USER, username, f"{credential.iterations} rounds of {MECHANISM}", found)
    for mechanism in sorted(mechanisms.keys() - {MECHANISM}):
        yield Discrepancy(Matter.USER, username, f"logs in by {MECHANISM} alone", f"has a password for {mechanism} too")


def _acls(plan: Plan, live: LiveState) -> Iterator[Discrepancy]:
    declared = {
        LiveAcl(f"User:{username}", acl.resource_type.value, acl.pattern, acl.operation.value, "*", allows=True)
        for credential in plan.credentials
        for username in credential.usernames
        for acl in credential.acls
    }
    services = {credential.service for credential in plan.credentials}
    found = {acl for acl in live.acls if _belongs(acl.principal, services)}
    for acl in sorted(declared - found):
        yield Discrepancy(Matter.ACL, acl.principal, str(acl), "missing")
    for acl in sorted(found - declared):
        yield Discrepancy(Matter.ACL, acl.principal, "nothing such", str(acl))


def _belongs(principal: str, services: set[str]) -> bool:
    name = service_of_principal(principal)
    return name is not None and name.service in services

"""Where the cluster isn't as the plan has it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from levee.catalog.rack import region_of_rack
from levee.catalog.topic_setting import same_value
from levee.plan.credential_age import CredentialAge
from levee.plan.planned import Plan, PlannedCredential, PlannedTopic
from levee_infra import difference
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.verify.access import planned_topics
from levee_infra.verify.live_state import LiveAcl, LiveSetting, LiveState, LiveTopic

MECHANISM: Final = "SCRAM-SHA-512"


class Kind(StrEnum):
    """What a discrepancy is about."""

    CLUSTER = "cluster"
    TOPIC = "topic"
    USER = "user"
    ACL = "acl"
    UNEXPECTED = "unexpected access"
    OWNER = "owner"


@dataclass(frozen=True, slots=True, order=True)
class Discrepancy:
    """One difference: `what` it is about, what the plan says, what is so.

    `words` tell it in one line; `thing` is the topic or user that differs, as an engine names it.
    """

    kind: Kind
    what: str
    declared: str
    found: str
    words: str = field(default="", compare=False)
    thing: str = field(default="", compare=False)

    @property
    def line(self) -> str:
        """The difference in one line."""
        return self.words or difference.changed(self.what, "", self.declared, self.found).replace("   ", "  ")


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
            words, thing = (
                difference.made_again(topic.name, known, found.id or "a topic without an id"),
                f"topic {topic.name}",
            )
            yield Discrepancy(Kind.TOPIC, what, f"the recorded one, {known}", made_anew, words, thing)


def overdue(ages: Iterable[CredentialAge]) -> Iterator[Discrepancy]:
    """Every valid generation whose password is older than its service says, or of unknown age."""
    for age in ages:
        if not age.holds:
            declared = f"a password that is at most {age.rotate_every_days} days old"
            words = f"{age.username}  {age.found}; {age.remedy}"
            yield Discrepancy(Kind.USER, age.username, declared, age.found, words)


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
        yield Discrepancy(Kind.CLUSTER, "brokers that are up", str(plan.cluster.brokers), str(len(live.racks)))
    for broker, rack in sorted(live.racks.items()):
        region = region_of_rack(rack)
        if region != plan.boundary.region:
            found = f"unknown: its rack is {rack!r}" if region is None else f"{region} (rack {rack})"
            words = difference.changed(f"broker {broker}", "region", plan.boundary.region, found)
            yield Discrepancy(Kind.CLUSTER, f"region of broker {broker}", plan.boundary.region, found, words)


def _topic(planned: PlannedTopic, live: LiveTopic | None) -> Iterator[Discrepancy]:
    thing = f"topic {planned.name}"
    if live is None:
        yield _of_topic(planned, "the topic", "exists", "missing", difference.gone(thing))
        return
    if live.partitions != planned.partitions:
        words = difference.changed(thing, "partitions", planned.partitions, live.partitions)
        yield _of_topic(planned, "partitions", str(planned.partitions), str(live.partitions), words)
    if live.replication != {planned.replication}:
        found = " and ".join(map(str, sorted(live.replication)))
        words = difference.changed(thing, "replicas", planned.replication, found)
        yield _of_topic(planned, "replicas of a partition", str(planned.replication), found, words)
    yield from _settings(planned, live.settings)


def _settings(planned: PlannedTopic, settings: Mapping[str, LiveSetting]) -> Iterator[Discrepancy]:
    for key, value in planned.settings:
        setting = settings.get(key)
        seen = "unknown" if setting is None else setting.value if setting.on_topic else None
        words = difference.setting_changed(planned.name, key, value, seen)
        if setting is None or not same_value(key, setting.value, value):
            yield _of_topic(planned, key, value, "unknown" if setting is None else str(setting.value), words)
        elif not setting.on_topic:
            default = f"{value}, by the broker's default, which may change"
            yield _of_topic(planned, key, f"{value}, set on the topic", default, words)
    for key, value in planned.effective:
        setting = settings.get(key)  # a broker that doesn't know the setting does nothing by it
        if setting is not None and not same_value(key, setting.value, value):
            words = difference.setting_changed(planned.name, key, value, setting.value)
            yield _of_topic(planned, key, value, str(setting.value), words)


def _of_topic(planned: PlannedTopic, what: str, declared: str, found: str, words: str) -> Discrepancy:
    return Discrepancy(Kind.TOPIC, f"{planned.name}: {what}", declared, found, words, f"topic {planned.name}")


def _users(plan: Plan, users: Mapping[str, Mapping[str, int]]) -> Iterator[Discrepancy]:
    valid = {username: credential for credential in plan.credentials for username in credential.usernames}
    for username, credential in valid.items():
        yield from _user(username, credential, users.get(username, {}))
    services = {credential.service for credential in plan.credentials}
    for username in sorted(users.keys() - valid.keys()):
        name = service_of(username)
        if name is not None and name.service in services:
            words = difference.not_revoked(username)
            yield _of_user(username, "revoked, or never made", "can log in", words)


def _user(username: str, credential: PlannedCredential, mechanisms: Mapping[str, int]) -> Iterator[Discrepancy]:
    if MECHANISM not in mechanisms:
        words = difference.no_password(username, MECHANISM)
        yield _of_user(username, f"logs in by {MECHANISM}", "has no such password", words)
    elif credential.scram is not None and mechanisms[MECHANISM] != credential.scram.iterations:
        found, declared = mechanisms[MECHANISM], credential.scram.iterations
        words = difference.other_rounds(username, found, declared)
        yield _of_user(username, f"{declared} rounds of {MECHANISM}", f"{found} rounds", words)
    for mechanism in sorted(mechanisms.keys() - {MECHANISM}):
        words = difference.other_password(username, mechanism)
        yield _of_user(username, f"logs in by {MECHANISM} alone", f"has a password for {mechanism} too", words)


def _of_user(username: str, declared: str, found: str, words: str) -> Discrepancy:
    return Discrepancy(Kind.USER, username, declared, found, words, f"user {username}")


def _acls(plan: Plan, live: LiveState) -> Iterator[Discrepancy]:
    declared = {
        LiveAcl(f"User:{name}", acl.resource_type.value, acl.pattern, acl.operation.value, "*", allows=True)
        for credential in plan.credentials
        for name in credential.principals
        for acl in credential.acls
    }
    services = {credential.service for credential in plan.credentials}
    existing = {f"User:{name}" for each in plan.credentials if each.made_elsewhere for name in each.principals}
    found = {acl for acl in live.acls if acl.principal in existing or _belongs(acl.principal, services)}
    for acl in sorted(declared - found):
        user = acl.principal.removeprefix("User:")
        yield Discrepancy(Kind.ACL, acl.principal, str(acl), "missing", difference.lost(user, acl), f"user {user}")
    for acl in sorted(found - declared):
        user = acl.principal.removeprefix("User:")
        words = has(user, acl)
        yield Discrepancy(Kind.ACL, acl.principal, "nothing such", str(acl), words, f"user {user}")


def has(user: str, acl: LiveAcl) -> str:
    """That a user has, or is denied, what isn't declared."""
    right = str(replace(acl, allows=True))
    return difference.undeclared(user, right) if acl.allows else difference.denied(user, right)


def _belongs(principal: str, services: set[str]) -> bool:
    name = service_of_principal(principal)
    return name is not None and name.service in services

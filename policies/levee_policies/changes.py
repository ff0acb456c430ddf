"""What rules about a change look at, and what more than one of them asks of it.

Each function raises LookupError where no change is being judged: such a rule has then not been evaluated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from levee.catalog.regulated_setting import REGULATED_SETTINGS
from levee.catalog.topic_setting import canonical
from levee.model.approval import Approval
from levee.plan.change import ChangeSet, PrincipalChange, TopicChange
from levee.plan.credential_age import CredentialAge, credential_ages
from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Subject

FOREVER: Final = "-1"  # what retention.ms and retention.bytes say for `no limit`
RETENTION: Final = ("retention.ms", "retention.bytes")


@dataclass(frozen=True, slots=True)
class Kept:
    """A deployed topic whose stream stays."""

    before: PlannedTopic
    after: PlannedTopic


@dataclass(frozen=True, slots=True)
class Approved:
    """An approval and the stream whose file it stands in."""

    stream: str
    approval: Approval


@dataclass(frozen=True, slots=True)
class RetentionCut:
    """A limit that gets smaller: by how many percent of what it was (100 where there was none)."""

    setting: str
    before: str
    after: str
    percent: float


def changes_of(facts: Facts) -> ChangeSet:
    """The change that is judged."""
    if facts.context.changes is None:
        raise LookupError("no change is being judged")
    return facts.context.changes


def change(facts: Facts) -> Iterator[Subject[ChangeSet]]:
    """The change as a whole."""
    yield Subject("stack", facts.plan.origin, changes_of(facts))


def deployed_topics(facts: Facts) -> Iterator[Subject[TopicChange]]:
    """Every deployed topic. One whose stream is gone has no file to point at but the stack's."""
    for each in changes_of(facts).topics:
        origin = facts.plan.origin if each.after is None else each.after.origin
        yield Subject(f"stream/{each.before.stream}", origin, each)


def kept_topics(facts: Facts) -> Iterator[Subject[Kept]]:
    """Every deployed topic whose stream stays."""
    for each in changes_of(facts).topics:
        if each.after is not None:
            yield Subject(f"stream/{each.before.stream}", each.after.origin, Kept(each.before, each.after))


def services(facts: Facts) -> Iterator[Subject[PrincipalChange]]:
    """Every service that shall have access."""
    for each in changes_of(facts).principals:
        yield Subject(f"service/{each.after.label}", each.after.origin, each)


def deployed_credentials(facts: Facts) -> Iterator[Subject[CredentialAge]]:
    """Every deployed generation that stays valid of the services that say how often they are renewed.

    None of a service that this change renews, and none where it isn't known what was made when.
    """
    changes = changes_of(facts)
    if changes.passwords_made is None:
        return
    deployed = {each.before.name for each in changes.principals if each.before is not None}
    for age in credential_ages(facts.plan, changes.passwords_made, facts.context.as_of):
        credential = facts.credentials[age.service]
        if f"User:{credential.usernames[-1]}" in deployed:
            yield Subject(f"service/{age.service}", credential.origin, age)


def approvals(facts: Facts) -> Iterator[Subject[Approved]]:
    """Every approval in a stream's file."""
    changes_of(facts)
    for topic in facts.plan.topics:
        for approval in topic.approvals:
            yield Subject(f"stream/{topic.stream}", approval.origin, Approved(topic.stream, approval))


def loses_protection(before: PlannedTopic, after: PlannedTopic, as_of: date) -> bool:
    """Whether a protected topic may be deleted from now on, and no retirement that is due says so."""
    due = after.retire is not None and after.retire.is_due(as_of)
    return before.protected and not after.protected and not due


def retention_cuts(before: PlannedTopic, after: PlannedTopic) -> Iterator[RetentionCut]:
    """The limits that get smaller. A limit that isn't set is none."""
    old, new = dict(before.settings), dict(after.settings)
    for setting in RETENTION:
        was, becomes = old.get(setting, FOREVER), new.get(setting, FOREVER)
        percent = _cut(int(was), int(becomes))
        if percent > 0:
            yield RetentionCut(setting, was, becomes, percent)


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting that comes to a value by which records may be lost, refused, hidden or kept too long; and why."""

    setting: str
    before: str
    after: str
    why: str


def setting_changes(before: PlannedTopic, after: PlannedTopic) -> Iterator[SettingChange]:
    """The settings that change for the worse, but for the limits of retention. What isn't set is Kafka's default."""
    old, new = ({**dict(each.effective), **dict(each.settings)} for each in (before, after))
    for setting, rule in REGULATED_SETTINGS.items():
        if setting in RETENTION or not (setting in old or setting in new):
            continue
        was, becomes = (canonical(setting, values.get(setting, rule.default)) for values in (old, new))
        if rule.is_harmful(was, becomes):
            yield SettingChange(setting, was, becomes, rule.why)


def _cut(before: int, after: int) -> float:
    if after < 0 or (0 <= before <= after):
        return 0.0
    return 100.0 if before < 0 else (before - after) * 100 / before

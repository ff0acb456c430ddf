"""What the resources of a run are called, and how they differ, in the words of stack files."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from levee.diagnostics.redaction import REDACTED, looks_secret
from levee.plan import type_tokens
from levee.plan.planned import Plan, PlannedCredential, PlannedTopic
from levee.plan.registered import Registered
from levee.render.quantity import DEFAULT, value_of_setting
from levee.targets import TYPES
from levee.targets.contract import ARCHIVE
from levee.targets.registry import MODELS
from levee_infra import difference
from levee_infra.deployed.kept import Kept
from levee_infra.engines.embedded.event import Change
from levee_policies.readback import topic
from levee_policies.readback.service_credential import IDENTITIES

LONGEST: Final = 200  # characters of a value: a policy is shown by its beginning
NOTHING: Final = "nothing"
LEARNED: Final = frozenset({"identity", "topicId"})  # outputs that are seen for the first time, which is no change
UNSEEN: Final = "acknowledgedIds"  # an input of which no thing tells anything
_NOUNS: Final = {
    topic.TYPE: "topic",
    **dict.fromkeys(IDENTITIES, "service"),
    **{type_: noun for model in MODELS.values() for type_, noun in model.nouns.items()},
}
_SETTING: Final = re.compile(r'(?:config|effective)(?:\["([^"]+)"\]|\.([\w.-]+))')
_HUMP: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=[A-Z][a-z])")
_TOKEN: Final = re.compile(r"\b(?:kafka|levee):[A-Za-z]{1,40}(?:/[A-Za-z]{1,40})?:[A-Za-z]{1,40}\b")
_NAMING: Final = ("name", "alias")
_FIELDS: Final = {"replicationFactor": "replicas"}


class ResourceWords:
    """Words for resources by type and name. A `thing` is what `levee_infra.difference` calls one."""

    def __init__(self, plan: Plan | None, recorded: Iterable[Registered] = ()) -> None:
        self._topics = dict(_planned_topics(plan))
        self._credentials = {each.service: each for each in plan.credentials} if plan is not None else {}
        self._owner = plan.qualified_stack if plan is not None else ""
        self._recorded = {(each.type, each.name): each for each in recorded}
        self._archives = {each.stream: each.archive for each in plan.archives} if plan is not None else {}

    def name(self, type_: str, name: str) -> str:
        """What to call a resource: `topic eu.payments.audit.v1`."""
        noun = _noun(type_)
        if type_ == topic.TYPE:
            planned, held = self._topics.get(name), self._inputs(type_, name).get("name")
            return f"{noun} {planned.name if planned is not None else held or name}"
        return f"{noun} {name}"

    def described(self, type_: str, name: str) -> str:
        """The same with what it is like."""
        details = ""
        if type_ == topic.TYPE and name in self._topics:
            details = _topic_details(self._topics[name])
        elif type_ in IDENTITIES and name in self._credentials:
            details = _credential_details(self._credentials[name])
        elif _noun(type_) == ARCHIVE and name in self._archives:
            archive = self._archives[name]
            details = f"{archive.bucket}, kept {archive.retention}" + (", locked" if archive.locked else "")
        return f"{self.name(type_, name)}  {details}" if details else self.name(type_, name)

    def things(self, type_: str, name: str) -> Iterator[str]:
        """The topics and users that a resource is, planned or recorded."""
        if type_ == topic.TYPE:
            yield self.name(type_, name)
        elif type_ in IDENTITIES:
            yield from (f"user {username}" for username in {*self._planned_users(name), *self._recorded_users(name)})

    def account_names(self, type_: str, name: str, changes: Iterable[Change]) -> Iterator[str]:
        """What an account calls a resource, where it lies in one: as recorded, and as planned."""
        if type_ in TYPES:
            held = self._inputs(type_, name)
            yield from (str(held[key]) for key in _NAMING if held.get(key))
            yield from (str(change.new) for change in changes if change.path in _NAMING and change.new is not None)

    def protection(self, type_: str, name: str) -> str:
        """How the protection of a recorded topic changes; empty: it doesn't."""
        planned, held = self._topics.get(name), self._recorded.get((type_, name))
        if type_ != topic.TYPE or planned is None or held is None or planned.protected is bool(held.protected):
            return ""
        return "protected from now on" if planned.protected else "protection lifted"

    def changes(self, type_: str, name: str, changes: Iterable[Change]) -> Iterator[str]:
        """A line for each difference, from its old to its new value."""
        for change in changes:
            if change.path.startswith(UNSEEN) or (change.path in LEARNED and change.old is None):
                continue
            if type_ == topic.TYPE:
                yield self._topic_change(name, change)
            elif type_ in IDENTITIES:
                yield from self._credential_change(name, change)
            else:
                yield self._plain_change(type_, name, change)

    def back(self, type_: str, name: str, changes: Iterable[Change]) -> Iterator[str]:
        """The lines that tell of the same changes as differences of what is live from what is declared."""
        turned = [Change(each.path, each.kind, each.new, each.old) for each in changes if each.path != "drift"]
        yield from self.changes(type_, name, (each for each in turned if each.path != "acls"))
        for change in turned:
            if change.path == "acls" and type_ in IDENTITIES:
                declared, live = _rights(change.old), _rights(change.new)
                for user in self._planned_users(name):
                    yield from (difference.lost(user, right) for right in declared - live)
                    yield from (difference.undeclared(user, right) for right in live - declared)

    def _topic_change(self, name: str, change: Change) -> str:
        thing = self.name(topic.TYPE, name)
        if found := _SETTING.fullmatch(change.path):
            key = found[1] or found[2]
            return difference.setting_changed(thing.removeprefix("topic "), key, change.old, change.new)
        match change.path:
            case "topicId" | "recreatedAs" if change.new is not None:
                held = self._recorded.get((topic.TYPE, name))
                known = change.old or (held.outputs.get("topicId") if held is not None else None) or "another"
                return difference.made_again(thing.removeprefix("topic "), known, change.new)
            case "owner" if change.new is None:
                return difference.unmarked(thing, self._owner)
            case "owner":
                return difference.marked_by(thing, str(change.new).split(", "))
            case "onRemoval":
                return f"{thing}  {_ON_REMOVAL.get(str(change.new), 'deleted when it is no longer declared')}"
        return self._plain_change(topic.TYPE, name, change)

    def _credential_change(self, name: str, change: Change) -> Iterator[str]:
        if change.path == "drift":
            yield from map(str, change.new if isinstance(change.new, list) else ())
        elif change.path == "acls":
            before, after = _rights(change.old), _rights(change.new)
            thing = self.name(type_tokens.KAFKA_SERVICE_CREDENTIAL, name)
            yield from (f"{thing}  is given {right}" for right in sorted(after - before))
            yield from (f"{thing}  is no longer given {right}" for right in sorted(before - after))
        else:
            yield self._plain_change(type_tokens.KAFKA_SERVICE_CREDENTIAL, name, change)

    def _plain_change(self, type_: str, name: str, change: Change) -> str:
        secret = looks_secret(change.path)
        old, new = (REDACTED if secret and value is not None else _short(value) for value in (change.old, change.new))
        what = _FIELDS.get(change.path) or _spaced(change.path)
        return difference.changed(self.name(type_, name), what, old, new)

    def _inputs(self, type_: str, name: str) -> Mapping[str, Any]:
        held = self._recorded.get((type_, name))
        return held.properties if held is not None else {}

    def _planned_users(self, name: str) -> tuple[str, ...]:
        credential = self._credentials.get(name)
        return credential.principals if credential is not None else ()

    def _recorded_users(self, name: str) -> Iterator[str]:
        for type_ in IDENTITIES:
            held = self._recorded.get((type_, name))
            outputs = (held.outputs or {}) if held is not None else {}
            principals = outputs.get("principals", [outputs["principal"]] if "principal" in outputs else [])
            for principal in principals if isinstance(principals, list) else ():
                yield str(principal).removeprefix("User:")


def without_tokens(text: str) -> str:
    """The text with nouns for the type tokens in it: they are words of engines and states."""
    return _TOKEN.sub(lambda token: _noun(token[0]), text)


def _noun(type_: str) -> str:
    return _NOUNS.get(type_) or _spaced(type_.rpartition(":")[2])


def counted_noun(type_: str) -> str:
    """What one resource of a type is called where they are counted: it takes an `s`."""
    if type_.startswith("pulumi:providers:"):
        return "provider"
    return _noun(type_).partition(" of ")[0].removesuffix("s")


def kept_thing(kept: Kept) -> str:
    """What to call something that stays."""
    return f"topic {kept.id}" if kept.type == topic.TYPE and kept.id else ResourceWords(None).name(kept.type, kept.name)


_ON_REMOVAL: Final = {
    "let-go": "let go of when it is no longer declared: it stays with its records",
    "delete-adopted": "deleted when it is no longer declared, although it was adopted",
}


def _planned_topics(plan: Plan | None) -> Iterator[tuple[str, PlannedTopic]]:
    """By the resource's name."""
    if plan is not None:
        yield from ((planned.stream, planned) for planned in plan.topics)
        for carrier in plan.carriers:
            yield f"{carrier.stream}.{carrier.source.service}.checkpoints", carrier.checkpoints


def _topic_details(planned: PlannedTopic) -> str:
    settings = dict(planned.settings)
    partitions = f"{planned.partitions} partition{'s' if planned.partitions != 1 else ''}"
    count = f"{partitions} × {planned.replication}"  # noqa: RUF001 - replicas of each
    kept = value_of_setting("retention.ms", settings.get("retention.ms"))
    compacted = "compact" in settings.get("cleanup.policy", "")
    parts = (
        count,
        "compacted" if compacted else "",
        f"kept {kept}" if kept != DEFAULT and not compacted else "",
        "protected" if planned.protected else "",
    )
    return ", ".join(filter(None, parts))


def _credential_details(credential: PlannedCredential) -> str:
    reached: defaultdict[str, set[str]] = defaultdict(set)
    for grant in credential.grants:
        reached[grant.role.value].update(map(str, grant.topics))
    roles = (f"{role} of {_counted(topics)}" for role, topics in reached.items())
    return ", ".join((*roles, f"as {' and '.join(credential.principals)}"))


def _counted(topics: set[str]) -> str:
    return next(iter(topics)) if len(topics) == 1 else f"{len(topics):,} topics"


def _rights(acls: object) -> frozenset[str]:
    """ACLs as properties, in the words of `levee_infra.verify.live_state.LiveAcl`."""
    return frozenset(
        f"{acl['operation']} on {acl['resourceType']} {acl['name']}{'*' if acl['pattern'] == 'prefixed' else ''}"
        for acl in (acls if isinstance(acls, list) else ())
        if isinstance(acl, dict) and {"operation", "resourceType", "name", "pattern"} <= acl.keys()
    )


def _spaced(name: str) -> str:
    """`retentionDays` as `retention days`."""
    return _HUMP.sub(" ", name).lower()


def _short(value: object) -> str:
    if value is None:
        return NOTHING
    if isinstance(value, dict):
        value = ", ".join(str(item) for item in value.values())
    if isinstance(value, list):
        value = ", ".join(map(str, value)) or "none"
    if isinstance(value, bool):
        value = "true" if value else "false"
    text = str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"

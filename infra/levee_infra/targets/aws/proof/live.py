"""What an AWS account holds of a stack, as its API tells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from levee.targets.aws.iam.document import EVERYONE, Condition, Document, Effect, Statement
from levee.targets.aws.iam.parsing import parse_document
from levee_infra.targets.aws.kinds.archive_bucket.settings import BucketSettings
from levee_infra.targets.aws.kinds.identity import numbered


@dataclass(frozen=True, slots=True)
class Unread:
    """What the account didn't tell, and why."""

    reason: str


def _perhaps(effect: Effect, *, of_resource: bool) -> Statement:
    return Statement(
        effect=effect,
        sid=f"a policy that levee can't read ({effect.value.lower()})",
        principals=(EVERYONE,) if of_resource else (),
        actions=("*",),
        resources=("*",),
        conditions=(Condition("NotTold", "levee:NotTold", ("true",)),),
    )


def _untold(*, of_resource: bool) -> Document:
    return Document(tuple(_perhaps(effect, of_resource=of_resource) for effect in Effect))


UNTOLD: Final = _untold(of_resource=False)
UNTOLD_OF_RESOURCE: Final = _untold(of_resource=True)
"""Stand for policies whose text isn't known, or isn't understood: what they allow and deny is unknown."""


def read_policy(source: str | Mapping[str, object] | None, *, of_resource: bool) -> Document | None:
    """A live policy; None where there is none."""
    if not source:
        return None
    try:
        document = parse_document(source)
    except ValueError:
        return UNTOLD_OF_RESOURCE if of_resource else UNTOLD
    named = all(bool(statement.principals) is of_resource for statement in document.statements)
    return document if named else (UNTOLD_OF_RESOURCE if of_resource else UNTOLD)


@dataclass(frozen=True, slots=True)
class LiveRole:
    """A role. `inline` are its own policies by name, `attached` and `boundary` the ARNs of managed ones. `number` is
    its RoleId.
    """

    arn: str
    trust: Document
    inline: Mapping[str, Document]
    attached: tuple[str, ...] = ()
    boundary: str | None = None
    number: str = ""

    @property
    def identity(self) -> str:
        """What tells it from another role of its name."""
        return numbered(self.arn, self.number)


@dataclass(frozen=True, slots=True)
class LiveSecret:
    """A secret. `key` is what encrypts it, as Secrets Manager names it; None: the default key."""

    arn: str
    key: str | None
    policy: Document | Unread | None = None


@dataclass(frozen=True, slots=True)
class LiveKey:
    """A key. `about` is its KeyMetadata, `grantees` whom grants let use it."""

    arn: str
    about: Mapping[str, Any]
    policy: Document
    rotates: bool
    grantees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LiveBucket:
    """A bucket and all its settings."""

    region: str | None
    settings: BucketSettings

    @property
    def policy(self) -> Document | None:
        """Its policy."""
        return read_policy(self.settings.answers["get_bucket_policy"].get("Policy"), of_resource=True)


@dataclass(frozen=True, slots=True)
class LiveCluster:
    """An Amazon MSK cluster. `about` is its ClusterInfo, `secrets` the ARNs of those that it takes users from."""

    about: Mapping[str, Any]
    secrets: tuple[str, ...]
    policy: Document | None = None


@dataclass(frozen=True, slots=True)
class LiveDataStream:
    """A Kinesis data stream. `about` is its StreamDescriptionSummary, `consumers` the names of those registered."""

    about: Mapping[str, Any]
    policy: Document | Unread | None = None
    consumers: tuple[str, ...] | Unread = ()


def data_stream_policy(stream: LiveDataStream | Unread | None) -> Document | None:
    """What a data stream's own policy may say."""
    policy = stream.policy if isinstance(stream, LiveDataStream) else stream
    return UNTOLD_OF_RESOURCE if isinstance(policy, Unread) else policy


@dataclass(frozen=True, slots=True)
class LiveAccount:
    """Everything a plan is compared with: roles, secrets, buckets, alarms and data streams by name, keys as the plan
    names them, subscription filters by log group.

    What isn't there is left out. `cluster` is None, too, where the plan names none.
    """

    roles: Mapping[str, LiveRole] | Unread = field(default_factory=dict)
    secrets: Mapping[str, LiveSecret] | Unread = field(default_factory=dict)
    keys: Mapping[str, LiveKey | Unread] = field(default_factory=dict)
    buckets: Mapping[str, LiveBucket | Unread] = field(default_factory=dict)
    alarms: Mapping[str, Mapping[str, Any]] | Unread = field(default_factory=dict)
    cluster: LiveCluster | Unread | None = None
    data_streams: Mapping[str, LiveDataStream | Unread] = field(default_factory=dict)
    subscriptions: Mapping[str, Sequence[Mapping[str, Any]] | Unread] = field(default_factory=dict)

    def key(self, name: str | None) -> LiveKey | None:
        """A key that could be read."""
        found = self.keys.get(name) if name is not None else None
        return found if isinstance(found, LiveKey) else None

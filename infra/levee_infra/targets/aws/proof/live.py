"""What an AWS account holds of a stack, as its API tells."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from levee_infra.targets.aws.kinds.archive_bucket.live import LiveBucket
from levee_infra.targets.aws.kinds.data_stream.live import LiveDataStream
from levee_infra.targets.aws.kinds.key.live import LiveKey
from levee_infra.targets.aws.kinds.role.live import LiveRole
from levee_infra.targets.aws.kinds.secret.live import LiveSecret
from levee_infra.targets.aws.live import Unread
from levee_infra.targets.aws.msk_cluster import LiveCluster
from levee_infra.verify.account import AccountCheck, AccountResult

Thing = TypeVar("Thing")


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


def present(
    check: AccountCheck, name: str, among: Mapping[str, Thing | Unread] | Unread, absent: str
) -> Generator[AccountResult, None, Thing | None]:
    """Return what is there of that name; else say that it is `absent`, or that nobody can tell."""
    thing = among if isinstance(among, Unread) else among.get(name)
    if isinstance(thing, Unread):
        yield check.unknown(name, thing.reason)
        return None
    if thing is None:
        yield check.fails(name, absent)
    return thing

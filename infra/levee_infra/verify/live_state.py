"""What a cluster holds, as its administrator sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from levee.model.name import NamePattern


@dataclass(frozen=True, slots=True)
class LiveSetting:
    """A setting in force. `on_topic`: it is set on the topic itself, not taken from the broker's defaults."""

    value: str | None
    on_topic: bool


@dataclass(frozen=True, slots=True)
class LiveTopic:
    """`replication` holds every number of replicas that one of its partitions has.

    `id` tells it from an earlier topic of its name (KIP-516); None: the brokers give topics no ids.
    """

    partitions: int
    replication: frozenset[int]
    settings: Mapping[str, LiveSetting]
    id: str | None = None


@dataclass(frozen=True, slots=True, order=True)
class LiveAcl:
    """One ACL. `resource_type` and `operation` are Kafka's words, as ACLs of levee's spell them."""

    principal: str
    resource_type: str
    pattern: NamePattern
    operation: str
    host: str
    allows: bool

    def __str__(self) -> str:
        where = "" if self.host == "*" else f" from {self.host}"
        return f"{'' if self.allows else 'no '}{self.operation} on {self.resource_type} {self.pattern}{where}"


@dataclass(frozen=True, slots=True)
class LiveState:
    """Everything a plan is compared with. `topics` are the planned ones that exist.

    `racks` are of the brokers that are up, by broker id. `users` are all SCRAM users with the iterations of each
    mechanism's password, by mechanism; None: the cluster takes them from elsewhere, as Amazon MSK does from secrets.
    """

    cluster_id: str
    racks: Mapping[int, str | None]
    topics: Mapping[str, LiveTopic]
    acls: frozenset[LiveAcl]
    users: Mapping[str, Mapping[str, int]] | None

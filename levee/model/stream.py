"""A stream: one topic, those that write and read it, and where its records go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from levee.model.approval import Approval
from levee.model.duration import Duration
from levee.model.name import NamePattern
from levee.model.origin import Origin
from levee.model.size import Size


class SourceKind(StrEnum):
    """What kind of service writes."""

    APPLICATION = "application"
    CLOUD_LOGS = "cloud-logs"
    CLOUDWATCH_LOGS = "cloudwatch-logs"
    SYSLOG = "syslog"
    HTTP = "http"


CLOUD_SERVICES: Final = frozenset({SourceKind.CLOUD_LOGS, SourceKind.CLOUDWATCH_LOGS})


class SinkKind(StrEnum):
    """What a sink connector delivers to."""

    HTTP = "http"
    S3 = "s3"
    OPENSEARCH = "opensearch"
    ICEBERG = "iceberg"


class MonitorKind(StrEnum):
    """What a monitor watches for."""

    SILENCE = "silence"
    DROP = "drop"
    SPIKE = "spike"
    LAG = "lag"
    UNDER_MIN_ISR = "under-min-isr"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a hop lies: None means in the stack's own account or region."""

    account: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """On what terms a cloud service may act for the stack: the conditions of a trust policy.

    `source_account` and `source_arn` (with `*`) are the values of `aws:SourceAccount` and `aws:SourceArn`.
    """

    source_account: str | None
    source_arn: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerProfile:
    """How a source's producer is set: `acks` (all, 1, 0) and whether it is idempotent."""

    acks: str
    idempotent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSpec:
    """A service that writes. `transactional_ids` empty: it may not use transactions.

    `identity` is its ARN or CRN, `trust` on what terms it may act, where it is a cloud's own service. `producer` None:
    the stream doesn't say how it writes. `log_group` is what a `cloudwatch-logs` source reads, `log_pattern` which of
    its events (all where empty).
    """

    service: str
    kind: SourceKind
    place: Place
    transactional_ids: tuple[NamePattern, ...]
    identity: str | None
    trust: Trust | None
    producer: ProducerProfile | None
    log_group: str | None = None
    log_pattern: str = ""
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerSpec:
    """A service that reads, with the consumer groups that are its own.

    `transfer_basis` is what allows a reader outside the jurisdiction (GDPR chapter V), in words.
    """

    service: str
    place: Place
    groups: tuple[NamePattern, ...]
    transfer_basis: str | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkSpec:
    """A connector to a destination, validated; provisioned once levee has connectors.

    `role` is the ARN or CRN it runs as and `trust` on what terms. `settings` are the connector's own. `dead_letter` is
    the stream (by key) that takes what can't be delivered. `register_entry` is the destination's entry in the register
    of third parties, for a destination that is somebody else's service.
    """

    name: str
    kind: SinkKind
    service: str
    destination: str
    place: Place
    role: str | None
    trust: Trust | None
    settings: Mapping[str, str]
    dead_letter: str | None
    external: bool
    register_entry: str | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSpec:
    """The durable store of a stream, validated; provisioned once levee has archives. `key` encrypts it (ARN, CRN)."""

    bucket: str
    retention: Duration
    locked: bool
    key: str | None
    place: Place
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorSpec:
    """What to watch, validated; provisioned once levee has monitors. `threshold`: records per second or of lag."""

    kind: MonitorKind
    window: Duration
    threshold: int | None
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """The dated entry that lifts a regulated stream's protection from the day `on`.

    `let_go`: what is removed then is not deleted; it stays, and levee no longer answers for it. `deletes` names a topic
    that was adopted and shall go nevertheless; without it such a topic stays.
    """

    on: date
    approved_by: str
    reason: str
    ticket: str
    let_go: bool = False
    deletes: str | None = None
    origin: Origin

    def is_due(self, as_of: date) -> bool:
        """Whether the stream may go on that day (UTC)."""
        return self.on <= as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """The dated entry by which a stack may take over a topic that holds records, from the day `on`."""

    on: date
    approved_by: str
    reason: str
    ticket: str
    origin: Origin

    def is_due(self, as_of: date) -> bool:
        """Whether it may be taken over on that day (UTC)."""
        return self.on <= as_of


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamSpec:
    """One stream file. `key` is the file's stem and the stream's identity; `topic` is the name in Kafka.

    `replication` and `min_insync` are resolved: the stream's own, else its class's. `settings` are further topic
    settings, verbatim. `filter` is DPXL. `cost_centre` pays for it, `legal_basis`
    is why personal data may be in it (GDPR Art. 6), in words.
    """

    key: str
    topic: str
    description: str
    owner: str
    cost_centre: str | None
    legal_basis: str | None
    data_class: str
    partitions: int
    replication: int
    min_insync: int
    retention: Duration
    retention_size: Size | None
    settings: Mapping[str, str]
    sources: tuple[SourceSpec, ...]
    consumers: tuple[ConsumerSpec, ...]
    filter: str | None
    sinks: tuple[SinkSpec, ...]
    archive: ArchiveSpec | None
    monitors: tuple[MonitorSpec, ...]
    retire: Retirement | None
    adopt: Adoption | None = None
    approvals: tuple[Approval, ...] = ()
    origin: Origin

"""What IBM Event Streams offers by plan, and where.

Sources, each below https://cloud.ibm.com/docs/: EventStreams?topic=EventStreams-plan_choose, …-kafka_quotas,
…-admin_kafka_api (settings of topics), …-metrics; eventstreams-gen2?topic=eventstreams-gen2-plan_choose;
cloud-logs?topic=cloud-logs-regions; secrets-manager?topic=secrets-manager-endpoints; overview?topic=overview-locations.
Where pages disagree, the lower number is here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from levee.model.stream import MonitorKind

HOUR_MS: Final = 3_600_000
DAY_MS: Final = 24 * HOUR_MS

REPLICAS: Final = 3
IN_SYNC: Final = 2
"""Replicas of every topic, and how many take a record before it counts as written; neither can be declared."""

LONGEST_TOPIC: Final = 200

_CORE: Final = frozenset(
    {"us-south", "us-east", "ca-tor", "br-sao", "eu-de", "eu-es", "eu-gb", "au-syd", "jp-tok", "jp-osa"}
)

CLOUD_LOGS_REGIONS: Final = _CORE | {"ca-mon", "in-che", "in-mum"}
SECRETS_MANAGER_REGIONS: Final = _CORE | {"ca-mon"}

_CLEANUP: Final = frozenset({"cleanup.policy", "retention.ms"})
_ALL_KEYS: Final = _CLEANUP | {"retention.bytes", "segment.bytes", "segment.index.bytes", "segment.ms"}


class PlanName(StrEnum):
    """Plans, by the names of the catalog."""

    LITE = "lite"
    STANDARD = "standard"
    ENTERPRISE = "enterprise-3nodes-2tb"
    GEN2 = "enterprise-gen2"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventStreamsPlan:
    """What one plan has. None: no bound of its own.

    `settings` are the keys of a topic that can be set, `longest_ms` how long a partition keeps a record, `admin_rest`
    whether topics are made by REST, `public` and `private` which networks it can be reached by, `measured` the monitors
    that IBM's metrics can answer.
    """

    regions: frozenset[str]
    partitions: int
    settings: frozenset[str]
    longest_ms: int | None = None
    admin_rest: bool = True
    public: bool = True
    private: bool = False
    measured: frozenset[MonitorKind] = frozenset()


PLANS: Final[Mapping[PlanName, EventStreamsPlan]] = {
    PlanName.LITE: EventStreamsPlan(
        regions=frozenset({"us-south"}),
        partitions=1,
        settings=_CLEANUP,
        longest_ms=30 * DAY_MS,
    ),
    PlanName.STANDARD: EventStreamsPlan(regions=_CORE, partitions=100, settings=_CLEANUP, longest_ms=30 * DAY_MS),
    PlanName.ENTERPRISE: EventStreamsPlan(
        regions=_CORE | {"che01"},
        partitions=3000,
        settings=_ALL_KEYS | {"message.audit.enable"},
        private=True,
        measured=frozenset({MonitorKind.LAG, MonitorKind.UNDER_MIN_ISR}),
    ),
    PlanName.GEN2: EventStreamsPlan(
        regions=frozenset({"ca-mon", "in-che"}),
        partitions=3000,
        settings=_ALL_KEYS,
        admin_rest=False,
        public=False,
        private=True,
    ),
}

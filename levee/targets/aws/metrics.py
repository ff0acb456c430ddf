"""Which CloudWatch metrics tell what a monitor watches for.

On Amazon MSK: https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html. `MessagesInPerSec` by topic
needs the level PER_TOPIC_PER_BROKER, `MaxOffsetLag` is there for every consumer group. On any other Kafka the same are
expected in a namespace of levee's own, published by whatever measures the brokers there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from levee.model.duration import Duration
from levee.model.stream import MonitorKind

MSK_NAMESPACE: Final = "AWS/Kafka"
OWN_NAMESPACE: Final = "levee"

SHORTEST_WINDOW, LONGEST_WINDOW = Duration.parse("1m"), Duration.parse("7d")
"""For so long an alarm looks back: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
(EvaluationPeriods)."""


@dataclass(frozen=True, slots=True)
class Watch:
    """A metric, how it is gathered over a period, and when it alarms.

    `threshold` None: the monitor's own. `dimensions` it has beside the cluster's; what each broker measures adds up.
    `missing` is what no data means, in CloudWatch's words: a monitor of silence must not take it for health.
    """

    metric: str
    statistic: str
    comparison: str
    threshold: float | None
    dimensions: frozenset[str]
    missing: str

    @property
    def by_broker(self) -> bool:
        """Whether every broker measures its own part."""
        return "Broker ID" in self.dimensions

    @property
    def by_topic(self) -> bool:
        """Whether it is of one topic."""
        return "Topic" in self.dimensions


_MESSAGES: Final = "MessagesInPerSec"
_BROKER: Final = frozenset({"Broker ID"})
_TOPIC: Final = frozenset({"Topic"})

WATCHES: Final[Mapping[MonitorKind, Watch]] = MappingProxyType(
    {
        MonitorKind.SILENCE: Watch(
            _MESSAGES, "Average", "LessThanOrEqualToThreshold", 0.0, _BROKER | _TOPIC, "breaching"
        ),
        MonitorKind.DROP: Watch(_MESSAGES, "Average", "LessThanThreshold", None, _BROKER | _TOPIC, "breaching"),
        MonitorKind.SPIKE: Watch(_MESSAGES, "Average", "GreaterThanThreshold", None, _BROKER | _TOPIC, "missing"),
        MonitorKind.LAG: Watch("MaxOffsetLag", "Maximum", "GreaterThanThreshold", None, _TOPIC, "missing"),
        MonitorKind.UNDER_MIN_ISR: Watch(
            "UnderMinIsrPartitionCount", "Maximum", "GreaterThanThreshold", 0.0, _BROKER, "breaching"
        ),
    }
)

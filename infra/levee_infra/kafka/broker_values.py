"""Brokers' settings that stop to count once levee sets a regulated topic's own: reported before it happens."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from confluent_kafka.admin import AdminClient, ConfigResource

from levee.catalog.regulated_setting import REGULATED_SETTINGS
from levee.catalog.topic_setting import same_value
from levee.plan.planned import PlannedTopic
from levee_infra.kafka.admin.session import Session
from levee_infra.kafka.admin.topics import LiveTopic, Topics

SHOWN: Final = 3

Values = Mapping[str, Collection[str]]
"""What brokers say of their settings: by name, the different values."""


async def overruled(session: Session, topics: Iterable[PlannedTopic], brokers: Iterable[int]) -> tuple[str, ...]:
    """A line for each setting of existing topics that the brokers decide so far and otherwise than planned.

    Asks each broker once, and of topics only those that one of its settings could decide. Raises FailedError.
    """
    settled = await session.settle(list(brokers), _start_describe)
    values: defaultdict[str, set[str]] = defaultdict(set)
    for answer in settled:
        if isinstance(answer, Exception):
            return (f"what the brokers say of topics that say nothing themselves can't be determined: {answer}",)
        for key, rule in REGULATED_SETTINGS.items():
            entry = answer.get(rule.broker)
            if entry is not None and entry.value is not None:
                values[key].add(entry.value)
    asked = [topic for topic in topics if any(decided_otherwise(topic, values))]
    reader = Topics(session)
    live = await asyncio.gather(*(reader.live_now(topic.name) for topic in asked))
    return tuple(lines(asked, live, values))


def decided_otherwise(topic: PlannedTopic, values: Values) -> Iterator[str]:
    """The settings of a regulated topic that some broker would decide otherwise than planned."""
    for key, planned in topic.settings if topic.effective else ():
        if any(not same_value(key, value, planned) for value in values.get(key, ())):
            yield key


def lines(topics: Sequence[PlannedTopic], live: Sequence[LiveTopic | None], values: Values) -> Iterator[str]:
    """What changes for which topics, so that who reads it can keep it."""
    changed: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for topic, found in zip(topics, live, strict=True):
        for key in decided_otherwise(topic, values):
            if found is not None and key not in found.config:
                changed[key, dict(topic.settings)[key]].append(topic.name)
    for (key, planned), names in sorted(changed.items()):
        rule = REGULATED_SETTINGS[key]
        counted = " and ".join(sorted(values[key]))
        more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
        yield (
            f"{key} is set to {planned} on {', '.join(names[:SHOWN])}{more}, in place of the brokers' {rule.broker}, "
            f"{counted}; to keep that, write it under cluster.settings, or under the streams' settings"
        )


def _start_describe(client: AdminClient, brokers: Sequence[int]) -> list[Any]:
    # A request each, to the broker itself: librdkafka takes no two brokers in one.
    resources = [ConfigResource(ConfigResource.Type.BROKER, str(broker)) for broker in brokers]
    return [client.describe_configs([resource])[resource] for resource in resources]

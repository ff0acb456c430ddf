"""The functions ``kafka:index:getTopic`` and ``kafka:index:getTopics``."""

import asyncio
from typing import Final

from levee_infra.kafka.admin.topics import LiveTopic, Topics
from levee_infra.providers.protocol.failures import refused
from levee_infra.providers.protocol.fields import Fields, known
from levee_infra.providers.protocol.properties import Properties

GET_TOPIC: Final = "kafka:index:getTopic"
GET_TOPICS: Final = "kafka:index:getTopics"


async def get_topic(topics: Topics, arguments: Properties) -> Properties:
    """Look up one topic by ``name``. Raises RefusedError if there is none."""
    fields = Fields(arguments, what=GET_TOPIC)
    fields.only(("name",))
    name = known(fields.text("name", required=True))
    fields.raise_problems()
    topic = await topics.live_now(name or "")
    if topic is None:
        raise refused("name", f"there is no topic {name} on the cluster, or it may not be seen")
    return {"id": topic.name, "name": topic.name, **_properties(topic)}


async def get_topics(topics: Topics) -> Properties:
    """List every topic that the principal may describe."""
    names = await topics.names()
    found = [topic for topic in await asyncio.gather(*map(topics.live_now, names)) if topic is not None]
    return {
        "id": str(len(found)),
        "lists": [{"topicName": topic.name, **_properties(topic)} for topic in found],
    }


def _properties(topic: LiveTopic) -> Properties:
    return {
        "partitions": topic.shape.partitions,
        "replicationFactor": topic.shape.replication_factor,
        "config": {**topic.config},
    }

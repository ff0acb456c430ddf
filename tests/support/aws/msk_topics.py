"""Topics by MSK's own API: provisioned clusters from Kafka 3.6 on, state about a minute late.

https://docs.aws.amazon.com/msk/latest/developerguide/msk-topic-operations-information.html. A minute is a number of
looks here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tests.support.aws.contract import Refused
from tests.support.aws.msk_clusters import Cluster, Topic

OLDEST_KAFKA = (3, 6)


def create_topic(cluster: Cluster, asked: Mapping[str, Any]) -> dict[str, Any]:
    """CreateTopic."""
    _require_able(cluster)
    name = asked["TopicName"]
    if name in cluster.topics:
        raise Refused("TopicExistsException", f"Topic {name} exists already.")
    if not re.fullmatch(r"[a-zA-Z0-9._-]{1,249}", name) or asked["ReplicationFactor"] > cluster.brokers:
        raise Refused("BadRequestException", "One or more of the parameters are not valid.")
    topic = Topic(name, asked["PartitionCount"], asked["ReplicationFactor"], asked.get("Configs", ""))
    topic.lag = cluster.topic_lag
    cluster.topics[name] = topic
    return _state(cluster, topic)


def describe_topic(cluster: Cluster, asked: Mapping[str, Any]) -> dict[str, Any]:
    """DescribeTopic."""
    topic = _look(cluster, _found(cluster, asked))
    return {
        **_state(cluster, topic),
        "ReplicationFactor": topic.replicas,
        "PartitionCount": topic.partitions,
        "Configs": topic.configs,
    }


def list_topics(cluster: Cluster, asked: Mapping[str, Any]) -> list[dict[str, Any]]:
    """ListTopics: without those that are being created."""
    _require_able(cluster)
    return [
        {
            "TopicArn": cluster.arn_of("topic", topic.name),
            "TopicName": topic.name,
            "ReplicationFactor": topic.replicas,
            "PartitionCount": topic.partitions,
            "OutOfSyncReplicaCount": 0,
        }
        for topic in sorted(cluster.topics.values(), key=lambda each: each.name)
        if topic.status != "CREATING" and asked.get("TopicNameFilter", "") in topic.name
    ]


def update_topic(cluster: Cluster, asked: Mapping[str, Any]) -> dict[str, Any]:
    """UpdateTopic."""
    topic = _found(cluster, asked)
    if topic.status != "ACTIVE":
        raise Refused("BadRequestException", f"The topic is {topic.status}.")
    if asked.get("PartitionCount", topic.partitions) < topic.partitions:
        raise Refused("BadRequestException", "The number of partitions can only grow.")
    topic.coming = {
        "partitions": asked.get("PartitionCount", topic.partitions),
        "configs": asked.get("Configs", topic.configs),
    }
    topic.status, topic.lag = "UPDATING", cluster.topic_lag
    return _state(cluster, topic)


def delete_topic(cluster: Cluster, asked: Mapping[str, Any]) -> dict[str, Any]:
    """DeleteTopic."""
    topic = _found(cluster, asked)
    topic.status, topic.lag = "DELETING", cluster.topic_lag
    return _state(cluster, topic)


def _require_able(cluster: Cluster) -> None:
    if cluster.kind != "PROVISIONED" or cluster.state != "ACTIVE":
        raise Refused("BadRequestException", "The cluster must be provisioned and ACTIVE.")
    if tuple(int(part) for part in cluster.kafka_version.split(".")[:2]) < OLDEST_KAFKA:
        raise Refused("BadRequestException", "The cluster must run Apache Kafka 3.6.0 or later.")


def _found(cluster: Cluster, asked: Mapping[str, Any]) -> Topic:
    _require_able(cluster)
    topic = cluster.topics.get(asked["TopicName"])
    if topic is None:
        raise Refused("NotFoundException", f"Topic {asked['TopicName']} doesn't exist.")
    return topic


def _look(cluster: Cluster, topic: Topic) -> Topic:
    """`topic` a moment later."""
    if topic.status == "ACTIVE":
        return topic
    topic.lag -= 1
    if topic.lag >= 0:
        return topic
    if topic.status == "DELETING":
        del cluster.topics[topic.name]
        raise Refused("NotFoundException", f"Topic {topic.name} doesn't exist.")
    for name, value in topic.coming.items():
        setattr(topic, name, value)
    topic.status, topic.coming = "ACTIVE", {}
    return topic


def _state(cluster: Cluster, topic: Topic) -> dict[str, Any]:
    return {"TopicArn": cluster.arn_of("topic", topic.name), "TopicName": topic.name, "Status": topic.status}

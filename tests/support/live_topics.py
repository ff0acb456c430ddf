"""What the brokers hold of topics, asked of them directly, and ways to change it by hand."""

from collections.abc import Mapping

from confluent_kafka import TopicCollection, TopicPartition
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource, ConfigSource, NewPartitions, NewTopic

from tests.support.cluster import LocalCluster
from tests.support.everywhere import everywhere, until


@everywhere
def settings_of(cluster: LocalCluster, topic: str) -> dict[str, str]:
    """Return the topic's own settings."""
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)
    admin = cluster.admin()
    entries = admin.describe_configs([resource])[resource].result()
    own = ConfigSource.DYNAMIC_TOPIC_CONFIG.value
    return {key: entry.value for key, entry in entries.items() if entry.source == own}


def set_by_hand(cluster: LocalCluster, topic: str, settings: Mapping[str, str | None]) -> None:
    """Set settings of a topic, or with ``None`` take them away, and wait until brokers show it."""
    entries = [
        ConfigEntry(
            key,
            value,
            incremental_operation=AlterConfigOpType.DELETE if value is None else AlterConfigOpType.SET,
        )
        for key, value in settings.items()
    ]
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=entries)
    admin = cluster.admin()
    admin.incremental_alter_configs([resource])[resource].result()
    until(lambda: all(settings_of(cluster, topic).get(key) == value for key, value in settings.items()))


@everywhere
def partitions_of(cluster: LocalCluster, topic: str) -> int:
    """Return the number of partitions; 0 if there is no such topic."""
    admin = cluster.admin()
    metadata = admin.list_topics(timeout=20).topics
    return len(metadata[topic].partitions) if topic in metadata else 0


@everywhere
def replicas_of(cluster: LocalCluster, topic: str) -> int:
    """Return the number of replicas of the first partition."""
    admin = cluster.admin()
    description = admin.describe_topics(TopicCollection([topic]))[topic].result()
    return len(description.partitions[0].replicas)


def create_by_hand(
    cluster: LocalCluster, topic: str, partitions: int = 1, settings: Mapping[str, str] | None = None
) -> None:
    """Make a topic with three replicas and wait until brokers show it."""
    new = NewTopic(topic, num_partitions=partitions, replication_factor=3, config=dict(settings or {}))
    admin = cluster.admin()
    admin.create_topics([new])[topic].result()
    until(lambda: partitions_of(cluster, topic) == partitions)


def grow_by_hand(cluster: LocalCluster, topic: str, partitions: int) -> None:
    """Add partitions and wait until brokers show it."""
    admin = cluster.admin()
    admin.create_partitions([NewPartitions(topic, partitions)])[topic].result()
    until(lambda: partitions_of(cluster, topic) == partitions)


def delete_by_hand(cluster: LocalCluster, topic: str) -> None:
    """Remove a topic and wait until brokers show it."""
    admin = cluster.admin()
    admin.delete_topics([topic])[topic].result()
    until(lambda: partitions_of(cluster, topic) == 0)


def write_records(cluster: LocalCluster, topic: str, count: int) -> None:
    """Write records that every replica in sync has acknowledged."""
    producer = cluster.producer(acks="all")
    for number in range(count):
        producer.produce(topic, f"record {number}".encode())
    assert producer.flush(30) == 0


def records_in(cluster: LocalCluster, topic: str) -> int:
    """Count the records that a topic holds."""
    consumer = cluster.consumer("nobody")
    try:
        marks = [
            consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=20)
            for partition in range(partitions_of(cluster, topic))
        ]
        return sum(high - low for low, high in marks)
    finally:
        consumer.close()

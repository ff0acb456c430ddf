"""Each operation on a stream as a request without effect.

The order of a broker's checks was read in Kafka's own source (kafka.server.KafkaApis and ControllerApis) and
measured on Kafka 4.3.1: permission first, in every one of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from kafka.protocol.admin import (
    CreatePartitionsRequest,
    CreateTopicsRequest,
    DeleteRecordsRequest,
    DescribeConfigsRequest,
    IncrementalAlterConfigsRequest,
)
from kafka.protocol.consumer import FetchRequest, ListOffsetsRequest
from kafka.protocol.metadata import MetadataRequest
from kafka.protocol.producer import ProduceRequest

from levee_infra.verify.probe import Probe
from levee_infra.verify.probe_request import (
    INVALID_PARTITIONS,
    INVALID_RECORD,
    NONE,
    NOT_LEADER_OR_FOLLOWER,
    OFFSET_OUT_OF_RANGE,
    POLICY_VIOLATION,
    TOPIC_ALREADY_EXISTS,
    UNKNOWN_TOPIC_OR_PARTITION,
    ProbeRequest,
)

TIMEOUT_MS: Final = 10_000
TOPIC_RESOURCE: Final = 2
NO_SUCH_PARTITION: Final = 2**31 - 1
BEYOND_EVERY_OFFSET: Final = 2**62
LATEST: Final = -1
BY_NAME: Final = 12
"""The last version of Produce, Fetch and Metadata that speaks of topics by name; later ones take ids, which a client
without Describe can't know."""


def produce(topic: str) -> ProbeRequest:
    """Produce no record at all. Permitted: INVALID_RECORD, since a batch is missing."""
    data = ProduceRequest.TopicProduceData(
        name=topic,
        partition_data=[ProduceRequest.TopicProduceData.PartitionProduceData(index=0, records=b"")],
    )
    request = ProduceRequest(
        transactional_id=None, acks=-1, timeout_ms=TIMEOUT_MS, topic_data=[data], max_version=BY_NAME
    )
    return ProbeRequest(
        request, lambda answer: answer.responses[0].partition_responses[0].error_code, frozenset({INVALID_RECORD})
    )


def consume(topic: str) -> ProbeRequest:
    """Fetch from beyond every offset, so that no record is ever sent. Permitted: OFFSET_OUT_OF_RANGE, or the hint
    that another broker leads."""
    return fetch(topic, partition=0, offset=BEYOND_EVERY_OFFSET)


def fetch(topic: str, *, partition: int, offset: int) -> ProbeRequest:
    """Fetch at most one batch, from the offset, without waiting."""
    wanted = FetchRequest.FetchTopic.FetchPartition(partition=partition, fetch_offset=offset, partition_max_bytes=1)
    request = FetchRequest(
        max_wait_ms=0,
        min_bytes=0,
        max_bytes=1,
        isolation_level=0,
        session_id=0,
        session_epoch=-1,
        topics=[FetchRequest.FetchTopic(topic=topic, partitions=[wanted])],
        max_version=BY_NAME,
    )
    permitted = frozenset({NONE, OFFSET_OUT_OF_RANGE, NOT_LEADER_OR_FOLLOWER, UNKNOWN_TOPIC_OR_PARTITION})
    return ProbeRequest(request, lambda answer: answer.responses[0].partitions[0].error_code, permitted, done=True)


def find_end(topic: str, partition: int) -> ProbeRequest:
    """Ask for the offset after the last record. To be sent to the partition's leader."""
    wanted = ListOffsetsRequest.ListOffsetsTopic.ListOffsetsPartition(partition_index=partition, timestamp=LATEST)
    request = ListOffsetsRequest(
        replica_id=-1,
        isolation_level=0,
        topics=[ListOffsetsRequest.ListOffsetsTopic(name=topic, partitions=[wanted])],
        max_version=7,
    )
    return ProbeRequest(request, lambda answer: answer.topics[0].partitions[0].error_code, frozenset({NONE}), done=True)


def describe(topic: str) -> ProbeRequest:
    """Ask for its partitions and leaders."""
    request = MetadataRequest(
        topics=[MetadataRequest.MetadataRequestTopic(name=topic)],
        allow_auto_topic_creation=False,
        max_version=BY_NAME,
    )
    return ProbeRequest(request, lambda answer: answer.topics[0].error_code, frozenset({NONE}), done=True)


def read_settings(topic: str) -> ProbeRequest:
    """Ask for one of its settings."""
    resource = DescribeConfigsRequest.DescribeConfigsResource(
        resource_type=TOPIC_RESOURCE, resource_name=topic, configuration_keys=["retention.ms"]
    )
    request = DescribeConfigsRequest(resources=[resource])
    return ProbeRequest(request, lambda answer: answer.results[0].error_code, frozenset({NONE}), done=True)


def create(topic: str) -> ProbeRequest:
    """Ask whether it could be created. Permitted: yes, or that it exists, or that a policy wouldn't have it."""
    wanted = CreateTopicsRequest.CreatableTopic(name=topic, num_partitions=-1, replication_factor=-1)
    request = CreateTopicsRequest(topics=[wanted], timeout_ms=TIMEOUT_MS, validate_only=True)
    permitted = frozenset({NONE, TOPIC_ALREADY_EXISTS, POLICY_VIOLATION})
    return ProbeRequest(request, lambda answer: answer.topics[0].error_code, permitted)


def delete(topic: str) -> ProbeRequest:
    """Delete records, which needs Delete on the topic like the deletion of the topic itself, from a partition that
    can't exist. Permitted: UNKNOWN_TOPIC_OR_PARTITION.

    DeleteTopics is never sent for a name that may exist: it knows no dry run, and it can't be undone.
    """
    partition = DeleteRecordsRequest.DeleteRecordsTopic.DeleteRecordsPartition(
        partition_index=NO_SUCH_PARTITION, offset=0
    )
    request = DeleteRecordsRequest(
        topics=[DeleteRecordsRequest.DeleteRecordsTopic(name=topic, partitions=[partition])], timeout_ms=TIMEOUT_MS
    )
    return ProbeRequest(
        request, lambda answer: answer.topics[0].partitions[0].error_code, frozenset({UNKNOWN_TOPIC_OR_PARTITION})
    )


def change_settings(topic: str) -> ProbeRequest:
    """Change no setting, and only as a dry run."""
    resource = IncrementalAlterConfigsRequest.AlterConfigsResource(
        resource_type=TOPIC_RESOURCE, resource_name=topic, configs=[]
    )
    request = IncrementalAlterConfigsRequest(resources=[resource], validate_only=True)
    permitted = frozenset({NONE, POLICY_VIOLATION, UNKNOWN_TOPIC_OR_PARTITION})
    return ProbeRequest(request, lambda answer: answer.responses[0].error_code, permitted)


def add_partitions(topic: str) -> ProbeRequest:
    """Grow it to one partition, which every topic has, and only as a dry run. Permitted: INVALID_PARTITIONS."""
    wanted = CreatePartitionsRequest.CreatePartitionsTopic(name=topic, count=1, assignments=None)
    request = CreatePartitionsRequest(topics=[wanted], timeout_ms=TIMEOUT_MS, validate_only=True)
    permitted = frozenset({INVALID_PARTITIONS, UNKNOWN_TOPIC_OR_PARTITION})
    return ProbeRequest(request, lambda answer: answer.results[0].error_code, permitted)


STREAM_REQUESTS: Final[Mapping[Probe, Callable[[str], ProbeRequest]]] = MappingProxyType(
    {
        Probe.PRODUCE: produce,
        Probe.CONSUME: consume,
        Probe.DESCRIBE: describe,
        Probe.READ_SETTINGS: read_settings,
        Probe.CREATE: create,
        Probe.DELETE: delete,
        Probe.CHANGE_SETTINGS: change_settings,
        Probe.ADD_PARTITIONS: add_partitions,
    }
)

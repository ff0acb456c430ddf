"""How the carrier's Kafka clients are set. None of them writes logs: what matters is raised as errors.

Settings: librdkafka's CONFIGURATION.md.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import KafkaError

from levee_infra.carrier.envelope import LONGEST_BYTES
from levee_infra.carrier.transaction.limits import BATCH_OVERHEAD, Limits

ErrorCallback = Callable[[KafkaError], None]


def silent() -> logging.Logger:
    """A logger that tells nobody: without one, librdkafka writes to standard error itself."""
    logger = logging.getLogger("levee.carrier.librdkafka")
    logger.addHandler(logging.NullHandler())
    logger.propagate = False
    return logger


def producer_settings(
    login: Mapping[str, str], transactional_id: str, limits: Limits, error_cb: ErrorCallback
) -> dict[str, Any]:
    """A transactional producer's, for a topic of these limits."""
    return {
        **login,
        "client.id": "levee-carry",
        "transactional.id": transactional_id,
        "enable.idempotence": True,
        "acks": "all",
        "compression.type": "lz4",
        "partitioner": "murmur2_random",  # as Java's clients choose: a log stream's events meet in one partition
        "batch.size": limits.batch_bytes,  # brokers refuse a batch that is larger than a message may be
        "message.max.bytes": LONGEST_BYTES + BATCH_OVERHEAD,  # how large a message may be the topic says
        "linger.ms": 5,
        "error_cb": error_cb,
    }


def reader_settings(login: Mapping[str, str], name: str, error_cb: ErrorCallback) -> dict[str, Any]:
    """A reader's of committed records. librdkafka requires a group; the reader never joins it and needs no right to."""
    return {
        **login,
        "client.id": "levee-carry",
        "group.id": name,
        "isolation.level": "read_committed",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "enable.partition.eof": True,
        "fetch.wait.max.ms": 50,
        "error_cb": error_cb,
    }

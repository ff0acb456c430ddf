"""librdkafka's own mock cluster: brokers of one process that answer with the errors they are told to.

https://github.com/confluentinc/librdkafka/blob/master/src/rdkafka_mock.h. confluent_kafka does not offer it: it is
called in the library that comes with confluent_kafka.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path
from typing import Final

import confluent_kafka

PRODUCER: Final = 0


class Request(IntEnum):
    """Kafka's numbers: https://kafka.apache.org/protocol#protocol_api_keys."""

    PRODUCE = 0
    ADD_PARTITIONS_TO_TXN = 24
    END_TXN = 26


class MockBrokers:
    """A mock cluster of one broker. It makes topics as they are asked for."""

    def __init__(self, library: ctypes.CDLL, cluster: ctypes.c_void_p) -> None:
        self._library, self._cluster = library, cluster

    @property
    def login(self) -> dict[str, str]:
        """A client's settings."""
        return {"bootstrap.servers": self._library.rd_kafka_mock_cluster_bootstraps(self._cluster).decode()}

    def fail(self, request: Request, error: int, times: int = 1) -> None:
        """Answer the next requests of a kind with this error: one of KafkaError's numbers."""
        errors = (ctypes.c_int * times)(*[error] * times)
        self._library.rd_kafka_mock_push_request_errors_array(
            self._cluster, ctypes.c_int16(request), ctypes.c_size_t(times), errors
        )


@contextmanager
def mock_brokers() -> Iterator[MockBrokers]:
    """A mock cluster for the length of a `with`."""
    library = _library()
    settings = ctypes.c_void_p(library.rd_kafka_conf_new())
    library.rd_kafka_conf_set(settings, b"log_level", b"0", None, ctypes.c_size_t(0))
    client = ctypes.c_void_p(library.rd_kafka_new(PRODUCER, settings, None, ctypes.c_size_t(0)))
    cluster = ctypes.c_void_p(library.rd_kafka_mock_cluster_new(client, 1))
    try:
        yield MockBrokers(library, cluster)
    finally:
        library.rd_kafka_mock_cluster_destroy(cluster)
        library.rd_kafka_destroy(client)


def _library() -> ctypes.CDLL:
    folder = Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs"
    (path,) = folder.glob("librdkafka-*.so*")
    library = ctypes.CDLL(str(path))
    for name in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_mock_cluster_new"):
        getattr(library, name).restype = ctypes.c_void_p
    library.rd_kafka_mock_cluster_bootstraps.restype = ctypes.c_char_p
    return library

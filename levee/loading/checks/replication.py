"""Replicas that can exist and can be lost."""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.declared import Declared
from levee.model.problem import Problem


def more_than_brokers(declared: Declared) -> Iterator[Problem]:
    """No stream asks for more replicas than there are brokers."""
    if declared.stack is None:
        return
    brokers = declared.stack.cluster.brokers
    for stream, data_class in declared.classed():
        if stream.replication > brokers:
            source = f" (from class {data_class.name})" if stream.replication == data_class.replication else ""
            message = f"{stream.replication} replicas{source} need as many brokers; the cluster has {brokers}"
            hint = f"write `replication: {brokers}` or less, or correct `brokers` in stack.yaml"
            yield Problem("replication", message, hint, stream.origin.at("replication"))


def min_insync(declared: Declared) -> Iterator[Problem]:
    """A stream can be written while one broker is down. What its class alone gets wrong is reported of the class."""
    for stream, data_class in declared.classed():
        own = (stream.min_insync, stream.replication) != (data_class.min_insync, data_class.replication)
        if own and stream.min_insync >= stream.replication:
            message = f"min_insync {stream.min_insync} of {stream.replication} replicas stops every write"
            message += " as soon as one broker is down"
            hint = f"write `min_insync: {stream.replication - 1}` or less"
            yield Problem("min-insync", message, hint, stream.origin.at("min_insync"))

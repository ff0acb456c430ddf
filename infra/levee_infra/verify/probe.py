"""What is tried, and on what."""

from __future__ import annotations

from enum import StrEnum


class Subject(StrEnum):
    """What a probe is tried on, seen from the credential that tries."""

    CREDENTIAL = "credential"
    OWN_STREAM = "own stream"
    OTHER_STREAM = "other stream"
    NEW_STREAM = "new stream"
    OWN_GROUP = "own group"
    OTHER_GROUP = "other group"
    OWN_TRANSACTION = "own transactional id"
    OTHER_TRANSACTION = "other transactional id"
    CLUSTER = "cluster"


class Probe(StrEnum):
    """One operation, in the words of the report."""

    LOG_IN = "log in"
    LOG_IN_WRONGLY = "wrong password"
    SEE_STREAMS = "sees only own"

    PRODUCE = "produce"
    CONSUME = "consume"
    DESCRIBE = "describe"
    READ_SETTINGS = "read settings"
    CREATE = "create"
    DELETE = "delete"
    CHANGE_SETTINGS = "alter settings"
    ADD_PARTITIONS = "add partitions"

    JOIN = "join"
    READ_OFFSETS = "read offsets"
    RESET_OFFSETS = "reset offsets"
    TRANSACT = "transact"

    HOLD_CLUSTER = "cluster rights"
    LIST_ACLS = "list ACLs"
    CHANGE_ACLS = "alter ACLs"
    CHANGE_CLUSTER = "alter cluster"
    CHANGE_USERS = "alter users"


STREAM_PROBES = (
    Probe.PRODUCE,
    Probe.CONSUME,
    Probe.DESCRIBE,
    Probe.READ_SETTINGS,
    Probe.CREATE,
    Probe.DELETE,
    Probe.CHANGE_SETTINGS,
    Probe.ADD_PARTITIONS,
)
GROUP_PROBES = (Probe.JOIN, Probe.READ_OFFSETS, Probe.RESET_OFFSETS)
TRANSACTION_PROBES = (Probe.TRANSACT,)
CLUSTER_PROBES = (Probe.HOLD_CLUSTER, Probe.LIST_ACLS, Probe.CHANGE_ACLS, Probe.CHANGE_CLUSTER, Probe.CHANGE_USERS)
CREDENTIAL_PROBES = (Probe.LOG_IN, Probe.LOG_IN_WRONGLY, Probe.SEE_STREAMS)

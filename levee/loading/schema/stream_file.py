"""`stacks/<stack>/streams/<stream>.yaml`: one stream."""

from __future__ import annotations

from typing import Final

from levee.fields.rules import FLAG, Fields, choice, field, free_of, mapping, several, text, whole
from levee.fields.values import (
    ACCOUNT,
    BUCKET,
    CALLER,
    DATE,
    DURATION,
    IDENTITY,
    KEY,
    KEY_NAME,
    LOG_GROUP,
    PATTERN,
    REASON,
    ROLE,
    SERVICE,
    SIZE,
    TOPIC,
    WRITER,
    destination_problem,
    filter_problem,
    log_pattern_problem,
)
from levee.loading.schema import settings
from levee.model.approval import GuardedChange
from levee.model.stream import MonitorKind, SinkKind, SourceKind

MAX_PARTITIONS: Final = 10_000  # of one request to create: ReplicationControlManager.MAX_PARTITIONS_PER_BATCH
MAX_REPLICAS: Final = 32_767  # a signed 16-bit number in the protocol
MAX_FILTER: Final = 4096

_TRUST: Final[Fields] = {
    "source_account": field(ACCOUNT, '"123456789012"'),
    "source_arn": field(CALLER, "arn:aws:kafkaconnect:eu-west-1:123456789012:connector/siem/*"),
}

_PRODUCER: Final[Fields] = {
    "acks": field(choice(("all", "1", "0")), "all", required=True),
    "idempotent": field(FLAG, "true", required=True),
}

_PLACE: Final[Fields] = {"account": field(ACCOUNT, '"123456789012"'), "region": field(KEY, "eu-west-1")}

_SOURCE: Final[Fields] = {
    "service": field(SERVICE, "payments-api", required=True),
    "kind": field(choice(SourceKind), "application", required=True),
    "transactional_ids": field(several(PATTERN), "[payments-api-*]"),
    "identity": field(WRITER, "arn:aws:iam::123456789012:role/payments-api"),
    "trust": field(mapping(_TRUST), '{source_account: "123456789012", source_arn: …}'),
    "producer": field(mapping(_PRODUCER), "{acks: all, idempotent: true}"),
    "log_group": field(LOG_GROUP, "/ecs/payments"),
    "log_pattern": field(text(free_of(log_pattern_problem), most=1024), "?ERROR ?WARN"),
    **_PLACE,
}

_CONSUMER: Final[Fields] = {
    "service": field(SERVICE, "detection-engine", required=True),
    "groups": field(several(PATTERN, least=1), "[detection-engine]", required=True),
    "transfer_basis": field(text(most=1000), "standard contractual clauses of 2026-03-01, module two"),
    **_PLACE,
}

_SINK: Final[Fields] = {
    "name": field(KEY, "siem", required=True),
    "kind": field(choice(SinkKind), "http", required=True),
    "service": field(SERVICE, "siem-shipper", required=True),
    "destination": field(
        text(free_of(destination_problem, shown=False), most=2048), "https://siem.example.com/in", required=True
    ),
    "role": field(ROLE, "arn:aws:iam::123456789012:role/siem-shipper"),
    "trust": field(mapping(_TRUST), '{source_account: "123456789012", source_arn: …}'),
    "settings": field(settings.OTHER, "{tasks.max: 2}"),
    "dead_letter": field(KEY, "siem-dead-letters"),
    "external": field(FLAG, "true"),
    "register_entry": field(text(), "ICT-2026-014"),
    **_PLACE,
}

_ARCHIVE: Final[Fields] = {
    "bucket": field(BUCKET, "payments-audit-archive", required=True),
    "retention": field(DURATION, "2555d", required=True),
    "locked": field(FLAG, "true", required=True),
    "encrypted_by": field(KEY_NAME, "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"),
    **_PLACE,
}

_MONITOR: Final[Fields] = {
    "kind": field(choice(MonitorKind), "silence", required=True),
    "window": field(DURATION, "15m", required=True),
    "threshold": field(whole(1, 2**53), "1000"),
}

DELETION: Final[Fields] = {
    "on": field(DATE, "2026-12-31", required=True),
    "approved_by": field(text(), "data-protection-officer", required=True),
    "reason": field(REASON, "Replaced by payments-audit-v2", required=True),
    "ticket": field(text(), "GOV-1234", required=True),
}

_ADOPTION: Final[Fields] = {
    **DELETION,
    "reason": field(REASON, "Made by hand before levee came", required=True),
}

_RETIREMENT: Final[Fields] = {
    **DELETION,
    "let_go": field(FLAG, "true"),
    "deletes": field(TOPIC, "eu.payments.audit.v1"),
}

APPROVAL: Final[Fields] = {
    "change": field(choice(GuardedChange), "retention-cut", required=True),
    "service": field(SERVICE, "fraud-detection"),
    "identity": field(IDENTITY, "qGZvLJ0TQ0uxqjnwcsh6Tw"),
    "until": field(DATE, "2026-12-31", required=True),
    "approved_by": field(text(), "data-protection-officer", required=True),
    "reason": field(REASON, "The archive keeps what is older", required=True),
    "ticket": field(text(), "GOV-1234", required=True),
}

STREAM: Final[Fields] = {
    "topic": field(TOPIC, "eu.payments.audit.v1", required=True),
    "description": field(text(most=1000), "Every change to a payment order."),
    "owner": field(text(), "payments-team", required=True),
    "cost_centre": field(text(), "CC-4711"),
    "legal_basis": field(text(most=1000), "legal obligation: accounting law"),
    "class": field(KEY, "audit", required=True),
    "partitions": field(whole(1, MAX_PARTITIONS), "3", required=True),
    "replication": field(whole(2, MAX_REPLICAS), "3"),
    "min_insync": field(whole(1, MAX_REPLICAS), "2"),
    "retention": field(DURATION, "7d", required=True),
    "retention_size": field(SIZE, "10GiB"),
    "settings": field(settings.TOPIC, "{compression.type: zstd}"),
    "sources": field({"type": "list", "schema": mapping(_SOURCE)}, "[{service: payments-api, kind: application}]"),
    "consumers": field({"type": "list", "schema": mapping(_CONSUMER)}, "[{service: siem, groups: [siem]}]"),
    "filter": field(
        {"type": "string", "empty": False, "maxlength": MAX_FILTER, "check_with": free_of(filter_problem)},
        '"<v1> $m.severity == ERROR"',
    ),
    "sinks": field({"type": "list", "schema": mapping(_SINK)}, "[{name: siem, kind: http, …}]"),
    "archive": field(mapping(_ARCHIVE), "{bucket: payments-audit, retention: 2555d, locked: true}"),
    "monitors": field({"type": "list", "schema": mapping(_MONITOR)}, "[{kind: silence, window: 15m}]"),
    "retire": field(mapping(_RETIREMENT), "{on: 2026-12-31, approved_by: …, reason: …, ticket: …}"),
    "adopt": field(mapping(_ADOPTION), "{on: 2026-12-31, approved_by: …, reason: …, ticket: …}"),
    "approve": field({"type": "list", "schema": mapping(APPROVAL)}, "[{change: retention-cut, until: 2026-12-31, …}]"),
}

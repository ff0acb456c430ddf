"""What a principal sees of all topics in one question, against what it should see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kafka.protocol.admin import DescribeClusterRequest
from kafka.protocol.metadata import MetadataRequest

from levee_infra.verify.access import Access
from levee_infra.verify.answer import Answer, Observation
from levee_infra.verify.expectation import stream_operations

SHOWN: Final = 3
OPERATIONS: Final = {
    2: "ALL",
    3: "READ",
    4: "WRITE",
    5: "CREATE",
    6: "DELETE",
    7: "ALTER",
    8: "DESCRIBE",
    9: "CLUSTER_ACTION",
    10: "DESCRIBE_CONFIGS",
    11: "ALTER_CONFIGS",
    12: "IDEMPOTENT_WRITE",
    13: "CREATE_TOKENS",
    14: "DESCRIBE_TOKENS",
    15: "TWO_PHASE_COMMIT",
}
"""org.apache.kafka.common.acl.AclOperation"""


def every_visible_topic() -> Any:
    """Ask for all topics that the principal may describe, with what it may do to each."""
    return MetadataRequest(topics=None, allow_auto_topic_creation=False, include_topic_authorized_operations=True)


def own_cluster_rights() -> Any:
    """Ask what the principal may do to the cluster."""
    return DescribeClusterRequest(include_cluster_authorized_operations=True)


def visible_operations(response: Any) -> dict[str, frozenset[str]]:
    """Operations by topic, of the answer to `every_visible_topic`. The brokers' own topics are left in."""
    return {topic.name: operation_names(topic.authorized_operations) for topic in response.topics}


def operation_names(codes: Any) -> frozenset[str]:
    """Kafka's names of operations. A code that has none keeps its number: it is still a right."""
    return frozenset(OPERATIONS.get(code, str(code)) for code in codes or ())


def judge_visible(access: Access, visible: Mapping[str, frozenset[str]]) -> Observation:
    """Allowed: the principal sees exactly its streams, each with exactly its roles' operations."""
    differences = list(_differences(access, visible))
    if not differences:
        return Observation(
            Answer.ALLOWED, f"{len(visible):,} visible, each with the operations of its roles", done=True
        )
    more = f"; and {len(differences) - SHOWN} more" if len(differences) > SHOWN else ""
    return Observation(Answer.REFUSED, "; ".join(differences[:SHOWN]) + more)


def judge_cluster(operations: frozenset[str]) -> Observation:
    """Allowed: the principal holds any right on the cluster."""
    if not operations:
        return Observation(Answer.REFUSED, "none")
    return Observation(Answer.ALLOWED, ", ".join(sorted(operations)))


def _differences(access: Access, visible: Mapping[str, frozenset[str]]) -> Iterator[str]:
    for topic in sorted(visible.keys() | access.streams.keys()):
        expected = stream_operations(access.roles_on(topic))
        seen = visible.get(topic, frozenset())
        if extra := seen - expected:
            yield f"may {_words(extra)} {topic}"
        if missing := expected - seen:
            yield f"may not {_words(missing)} {topic}"


def _words(operations: frozenset[str]) -> str:
    return ", ".join(sorted(operations))

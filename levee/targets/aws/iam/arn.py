"""The ARNs of what lives on an Amazon MSK cluster, from the cluster's own.

Source: https://docs.aws.amazon.com/msk/latest/developerguide/kafka-actions.html#msk-iam-resources.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Self

from levee.catalog.partition import Partition, partition_of
from levee.model.name import NamePattern, PatternType

_CLUSTER: Final = re.compile(
    r"arn:(?P<partition>[a-z-]+):kafka:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):"
    r"cluster/(?P<name>[a-zA-Z0-9-]{1,64})/(?P<uuid>[a-zA-Z0-9-]+)"
)
_NAME: Final = re.compile(r"[a-zA-Z0-9._-]{1,255}")  # nothing that a policy would take for a wildcard or a variable


@dataclass(frozen=True, slots=True)
class ClusterArn:
    """An MSK cluster's ARN, in its parts."""

    partition: Partition
    region: str
    account: str
    name: str
    uuid: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `arn:<partition>:kafka:<region>:<account>:cluster/<name>/<uuid>`.

        Raises ValueError that reads on after the name of what holds it: another form, or a region not of the partition.
        """
        found = _CLUSTER.fullmatch(text)
        if found is None:
            raise ValueError("is not an MSK cluster's ARN: arn:aws:kafka:<region>:<account>:cluster/<name>/<uuid>")
        partition = partition_of(found["region"])
        if partition is None or partition.name != found["partition"]:
            raise ValueError(f"names the region {found['region']}, which is none of partition {found['partition']}")
        return cls(partition, found["region"], found["account"], found["name"], found["uuid"])

    def __str__(self) -> str:
        return self._of("cluster")

    def topic(self, pattern: NamePattern) -> str:
        """The ARN of a topic, or the ARN pattern of all that begin so. Raises ValueError as the two below do."""
        return self._inside("topic", pattern)

    def group(self, pattern: NamePattern) -> str:
        """The ARN of a consumer group."""
        return self._inside("group", pattern)

    def transactional_id(self, pattern: NamePattern) -> str:
        """The ARN of a transactional id."""
        return self._inside("transactional-id", pattern)

    def _inside(self, kind: str, pattern: NamePattern) -> str:
        if not _NAME.fullmatch(pattern.name):
            raise ValueError(f"{pattern.name!r} has characters that an IAM policy would not take as they stand")
        return f"{self._of(kind)}/{pattern.name}" + ("*" if pattern.type is PatternType.PREFIXED else "")

    def _of(self, kind: str) -> str:
        return f"arn:{self.partition.name}:kafka:{self.region}:{self.account}:{kind}/{self.name}/{self.uuid}"

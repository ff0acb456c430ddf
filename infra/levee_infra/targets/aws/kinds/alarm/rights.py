"""What `alarm` needs in the account."""

from __future__ import annotations

from typing import Final

from levee_infra.targets.aws.kinds.rights import Rights, rights

RIGHTS: Final[Rights] = rights(
    "cloudwatch",
    "DeleteAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource",
    "DescribeAlarms",
)

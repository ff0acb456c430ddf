"""What Amazon Web Services takes of names and values, by their form alone."""

from __future__ import annotations

import re
from typing import Final

LONGEST_TAG: Final = 256
_TAG_MARKS: Final = frozenset(" _.:/=+-@")

MOST_ALARM_ACTIONS: Final = 5
LONGEST_ALARM_NAME: Final = 255
"""https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"""

MOST_METRICS: Final = 10
"""Of metric math in one alarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-limits.html"""

LONGEST_QUERY_SECONDS: Final = 3 * 3600
"""How far back an alarm on a Metrics Insights query looks: same page."""

LONGEST_LOCK_DAYS: Final = 36_500
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html (100 years)"""

MOST_MSK_USERS: Final = 1000
"""Secrets of one cluster: https://docs.aws.amazon.com/msk/latest/developerguide/limits.html"""

CARRIED_HOURS: Final = 168
"""For so long a data stream keeps records, and whatever drains it may be down."""

MOST_SUBSCRIPTION_FILTERS: Final = 2
"""Of a log group: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""

LONGEST_ROLE_POLICY, LONGEST_TRUST_POLICY = 10_240, 2_048
"""Characters without white space, of all inline policies of a role together and of its trust:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""

LONGEST_KEY_POLICY: Final = 32_768
"""https://docs.aws.amazon.com/kms/latest/APIReference/API_PutKeyPolicy.html"""

LONGEST_BUCKET_POLICY: Final = 20_480
"""https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html"""

LONGEST_CLUSTER_POLICY: Final = 20_480
"""https://docs.aws.amazon.com/msk/latest/developerguide/security_iam_service-with-iam-resource-based-policies.html"""

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]")
_RESERVED_BEGINNINGS: Final = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_ENDS: Final = ("-s3alias", "--ol-s3", "--x-s3", "--table-s3", "-an")


def tag_value_problem(value: str) -> str | None:
    """Why no tag can have this value, or None.

    Source: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html.
    """
    if len(value) > LONGEST_TAG:
        return f"is {len(value)} characters long; a tag of AWS takes {LONGEST_TAG}"
    refused = next((each for each in value if not each.isalnum() and each not in _TAG_MARKS), None)
    if refused is not None:
        return f"holds {refused!r}, which a tag of AWS refuses; allowed are letters, digits, spaces and _ . : / = + - @"
    return None


def bucket_problem(name: str) -> str | None:
    """Why S3 gives no general purpose bucket this name, or None.

    Names with dots are left out: no certificate of S3 covers them.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html.
    """
    if not _BUCKET.fullmatch(name):
        return "must be 3 to 63 lower-case letters, digits and inner hyphens"
    for reserved in _RESERVED_BEGINNINGS:
        if name.startswith(reserved):
            return f"begins with {reserved}, which S3 keeps for itself"
    for reserved in _RESERVED_ENDS:
        if name.endswith(reserved):
            return f"ends with {reserved}, which S3 keeps for itself"
    return None

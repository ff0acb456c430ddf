"""The names that clouds give to resources: ARN and CRN."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class CloudName:
    """What a name tells of its resource. `account` and `region` are empty where the name carries none.

    Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html and
    https://cloud.ibm.com/docs/account?topic=account-crn.
    """

    cloud: str
    service: str
    region: str
    account: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an ARN or a CRN. Raises ValueError, its text without the name."""
        parts = text.split(":")
        if parts[0] == "arn" and len(parts) >= 6:
            return cls("aws", parts[2], parts[3], parts[4])
        if parts[:2] == ["crn", "v1"] and len(parts) >= 10:
            return cls("ibm", parts[4], parts[5], parts[6].removeprefix("a/"))
        raise ValueError("is neither an ARN nor a CRN")

"""What only a stack on Amazon Web Services declares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from levee.model.origin import Origin

STACK_KEY: Final = "stack-key"
"""Stands where a key's ARN stands, for the key that levee makes for the stack."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsSpec:
    """How the account is reached, and the MSK cluster in it.

    `endpoint` stands in for every service's own, as a server on loopback does. `credentials_file`, relative to the
    project, stands in for AWS's usual chain of credentials. `cluster_arn` None: the brokers are no MSK cluster, and
    users are made on them. `alarm_actions` (ARNs) hear of every alarm.
    """

    endpoint: str | None
    credentials_file: str | None
    cluster_arn: str | None
    alarm_actions: tuple[str, ...]
    origin: Origin

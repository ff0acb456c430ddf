"""What a proof of an AWS account is about."""

from __future__ import annotations

from typing import Final

from levee_infra.verify.account import Thing

ROLE: Final = Thing("role", "Roles in the account")
SECRET: Final = Thing("secret", "Secrets in the account")
KEY: Final = Thing("key", "Keys in the account")
ARCHIVE: Final = Thing("archive", "Archives in the account")
ALARM: Final = Thing("alarm", "Alarms in the account")
CLUSTER: Final = Thing("MSK cluster", "The MSK cluster in the account")
DATA_STREAM: Final = Thing("data stream", "Data streams in the account")
DELIVERY: Final = Thing("delivery role", "Roles that deliver logs in the account")
SUBSCRIPTION: Final = Thing("subscription", "Subscriptions of log groups in the account")
ALL: Final = (ROLE, SECRET, KEY, ARCHIVE, ALARM, CLUSTER, DATA_STREAM, DELIVERY, SUBSCRIPTION)

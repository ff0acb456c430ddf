"""Requests to AWS that a test varies in one place, and the ARNs they are about."""

from __future__ import annotations

from typing import Final

from levee.targets.aws.iam.arn import ClusterArn
from levee.targets.aws.iam.document import Document, Principal
from levee.targets.aws.iam.evaluate import Policies
from levee.targets.aws.iam.request import Request, Values, identity

ACCOUNT: Final = "123456789012"
OTHER_ACCOUNT: Final = "210987654321"
REGION: Final = "eu-west-1"
CLUSTER: Final = ClusterArn.parse(
    f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-12ab-34cd-56ef-1234567890ab-5"
)
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/levee-orders-api"
OTHER_ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/somebody-else"
OUTSIDER: Final = f"arn:aws:iam::{OTHER_ACCOUNT}:role/stranger"
KEY: Final = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SECRET: Final = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:AmazonMSK_orders-api.g1-AbCdEf"


def request(
    action: str,
    resource: str,
    *,
    by: str | Principal = ROLE,
    account: str = ACCOUNT,
    region: str = REGION,
    **context: Values | None,
) -> Request:
    """A request; the keys of `context` are written with `__` for `:` and `_` for `-`."""
    principal = by if isinstance(by, Principal) else identity(by)
    keys = {key.replace("__", ":").replace("_", "-"): values for key, values in context.items()}
    return Request(action=action, resource=resource, principal=principal, account=account, region=region, context=keys)


def only(document: Document) -> Policies:
    """An identity with this policy and nothing else."""
    return Policies(identity=(document,))

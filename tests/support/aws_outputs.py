"""The ARNs that AWS would give to what the program registers."""

from __future__ import annotations

from typing import Any, Final

from levee.plan import type_tokens
from tests.support.aws.api import ACCOUNT, REGION

PLACE: Final = f"{REGION}:{ACCOUNT}"
KEY: Final = f"arn:aws:kms:{PLACE}:key/11111111-2222-3333-4444-555555555555"


def outputs(token: str, _: str, inputs: dict[str, Any], place: str = PLACE) -> dict[str, Any]:
    """What a registration is answered beside its inputs."""
    account = place.partition(":")[2]
    arns = {
        type_tokens.AWS_KEY: KEY.replace(PLACE, place),
        type_tokens.AWS_SECRET: f"arn:aws:secretsmanager:{place}:secret:{inputs.get('name')}-AbCdEf",
        type_tokens.AWS_ROLE: f"arn:aws:iam::{account}:role/levee/{inputs.get('name')}",
        type_tokens.AWS_DATA_STREAM: f"arn:aws:kinesis:{place}:stream/{inputs.get('name')}",
    }
    return {"arn": arns[token]} if token in arns else {}

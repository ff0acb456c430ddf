"""Administrators manage a key and can't decrypt; users decrypt by the named services of one region only."""

from typing import Any

import pytest

from levee.targets.aws.iam.evaluate import FULL_ACCESS, Policies, evaluate
from levee.targets.aws.iam.key_policy import key_policy
from levee.targets.aws.iam.parsing import parse_document
from tests.support.aws_request import ACCOUNT, KEY, OTHER_ROLE, OUTSIDER, REGION, ROLE, request

ADMIN = f"arn:aws:iam::{ACCOUNT}:role/key-admin"
POLICY = key_policy(ACCOUNT, REGION, [ADMIN], [ROLE])
VIA = f"secretsmanager.{REGION}.amazonaws.com"


def allowed(action: str, by: str, via: str | None = VIA, caller: str = ACCOUNT) -> bool:
    keys: Any = {"kms__CallerAccount": (caller,)} | ({"kms__ViaService": (via,)} if via else {})
    everything = Policies(identity=(FULL_ACCESS,), resource=POLICY)
    return evaluate(request(f"kms:{action}", KEY, by=by, **keys), everything).allowed


@pytest.mark.parametrize("action", ["Decrypt", "GenerateDataKey", "Encrypt", "DescribeKey"])
def test_users_use_it_by_the_services_of_the_region(action: str) -> None:
    assert allowed(action, ROLE)
    assert not allowed(action, ROLE, via=None)
    assert not allowed(action, ROLE, via="secretsmanager.us-east-1.amazonaws.com")
    assert not allowed(action, ROLE, via=f"ec2.{REGION}.amazonaws.com")
    assert not allowed(action, ROLE, caller="210987654321")
    assert not allowed(action, OUTSIDER)


def test_users_do_not_manage_and_administrators_do_not_use() -> None:
    for action in ("PutKeyPolicy", "ScheduleKeyDeletion", "DisableKey", "CreateGrant", "ReplicateKey"):
        assert not allowed(action, ROLE)
    assert allowed("PutKeyPolicy", ADMIN)
    assert allowed("EnableKeyRotation", ADMIN)
    for action in ("Decrypt", "Encrypt", "GenerateDataKey", "ReEncryptFrom", "CreateGrant"):
        assert not allowed(action, ADMIN)


def test_users_grant_it_to_services_of_aws_only_where_that_is_meant() -> None:
    policy = key_policy(ACCOUNT, REGION, [ADMIN], [ROLE], grants=True)
    for by, for_service, expected in ((ROLE, "true", True), (ROLE, "false", False), (ADMIN, "true", False)):
        keys: Any = {"kms__CallerAccount": (ACCOUNT,), "kms__GrantIsForAWSResource": (for_service,)}
        asked = request("kms:CreateGrant", KEY, by=by, **keys)
        assert evaluate(asked, Policies(identity=(FULL_ACCESS,), resource=policy)).allowed is expected


def test_nobody_else_does_either() -> None:
    assert not allowed("Decrypt", OTHER_ROLE)
    assert not allowed("PutKeyPolicy", OTHER_ROLE)
    assert parse_document(POLICY.compact()) == POLICY


def test_services_have_the_names_of_the_partition() -> None:
    china = key_policy(ACCOUNT, "cn-north-1", [ADMIN], [ROLE], ["s3"])
    assert "s3.cn-north-1.amazonaws.com.cn" in china.compact()


def test_no_administrator_and_no_region_are_refused() -> None:
    with pytest.raises(ValueError, match="a key needs an administrator"):
        key_policy(ACCOUNT, REGION, [], [ROLE])
    with pytest.raises(ValueError, match="eu-de is not a region of AWS"):
        key_policy(ACCOUNT, "eu-de", [ADMIN], [ROLE])

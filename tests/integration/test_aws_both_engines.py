"""The same stack on AWS through the Pulumi CLI and through the embedded engine: the account holds the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from levee_infra.targets.aws.tags import MADE
from tests.support.aws.api import AwsApi
from tests.support.aws_deployment import DECLARED, AwsDeployment
from tests.support.cluster import LocalCluster
from tests.support.kafka_clients import login_error

pytestmark = [
    pytest.mark.integration,
    pytest.mark.engine,
]

OF_A_BUCKET: Final = (
    "bucket_policy",
    "bucket_encryption",
    "bucket_lifecycle_configuration",
    "bucket_tagging",
    "bucket_versioning",
    "object_lock_configuration",
    "public_access_block",
)


def holdings(stack: AwsDeployment) -> dict[str, Any]:
    """All that the account and the brokers hold for a stack, with its own word, ids and times taken out."""
    kms, iam, s3 = stack.aws("kms"), stack.aws("iam"), stack.aws("s3")
    (key,) = stack.keys()
    held = {
        "key": [
            kms.describe_key(KeyId=key)["KeyMetadata"]["Description"],
            kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
            kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"],
            [alias["AliasName"] for alias in kms.list_aliases(KeyId=key)["Aliases"]],
            kms.list_resource_tags(KeyId=key)["Tags"],
        ],
        "secrets": [
            [name, about["Description"], about["KmsKeyId"], about["Tags"]] for name, about in stack.secrets().items()
        ],
        "roles": [_without_ids(iam.get_role(RoleName=name)["Role"]) for name in stack.roles()],
        "policies": [
            iam.get_role_policy(RoleName=name, PolicyName="levee")["PolicyDocument"] for name in stack.roles()
        ],
        "bucket": [_answer(getattr(s3, f"get_{setting}")(Bucket=stack.bucket)) for setting in OF_A_BUCKET],
        "alarms": [_without_ids(alarm) for alarm in stack.alarms().values()],
        "brokers": [stack.live_topics(), sorted(stack.live_acls()), sorted(stack.live_users())],
    }
    text = json.dumps(held, sort_keys=True, default=str).replace(stack.word, "WORD").replace(key, "KEY")
    return {name: _in_order(value) for name, value in json.loads(text).items()}


def _without_ids(thing: dict[str, Any]) -> dict[str, Any]:
    own = ("RoleId", "Create", "Last", "State", "AlarmConfigurationUpdated")
    return {name: value for name, value in thing.items() if not name.startswith(own)}


def _answer(response: dict[str, Any]) -> dict[str, Any]:
    """The answer without what tells one making of a bucket from another."""
    tags = [tag for tag in response.pop("TagSet", ()) if tag["Key"] != MADE]
    return {name: value for name, value in response.items() if name != "ResponseMetadata"} | {"TagSet": tags}


def _in_order(value: Any) -> Any:
    """AWS lists in the order in which things were made, which is nobody's to choose."""
    if isinstance(value, dict):
        return {name: _in_order(inner) for name, inner in value.items()}
    return sorted(map(_in_order, value), key=json.dumps) if isinstance(value, list) else value


def test_both_engines_make_the_same_on_aws(tmp_path: Path, cluster: LocalCluster, aws_api: AwsApi) -> None:
    held = {}
    for engine in ("embedded", "pulumi"):
        stack = AwsDeployment(tmp_path / engine, cluster, f"both{engine}", aws_api)
        stack.declare_streams()
        first = stack.up(engine)
        assert first.code == 0, first.text
        assert f"engine: {engine}" in first.out
        again = stack.up(engine)
        assert (again.code, "created" in again.summary, "updated" in again.summary) == (0, False, False), again.text
        assert stack.counts() == DECLARED
        held[engine] = holdings(stack)

        stack.aws("kms").disable_key_rotation(KeyId=stack.keys()[0])
        stack.aws("secretsmanager").delete_secret(SecretId=stack.secret("reader"), RecoveryWindowInDays=7)
        assert stack.run("drift", stack.stack, "--engine", engine).code == 3
        assert stack.up(engine).code == 0
        assert holdings(stack) == held[engine]
        assert [login_error(stack.client(service)) for service in ("writer", "reader")] == [None, None]

        refused = stack.destroy(engine)
        assert (refused.code, "protected" in refused.text) == (1, True)
        assert stack.counts() == DECLARED
        assert stack.where_passwords_are() == []
    assert held["embedded"] == held["pulumi"]

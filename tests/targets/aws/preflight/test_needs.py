"""What the caller must be able to do is what the kinds of resources do: compared with their own code, call by call."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from botocore import xform_name
from botocore.session import Session
from botocore.waiter import WaiterModel

import levee_infra.targets.aws
from levee.plan.planned import Plan
from levee_infra.targets.aws.preflight import needs as parts
from levee_infra.targets.aws.preflight.needs import Need, needs
from tests.support.aws.api import ACCOUNT, REGION
from tests.support.aws_stack import AwsStack

TARGET: Final = Path(levee_infra.targets.aws.__file__).parent
MODULES: Final = sorted([*TARGET.rglob("kinds/**/*.py"), TARGET / "secrets_manager.py"])

PREFIXES: Final = {
    **{name: name for name in ("cloudwatch", "iam", "kafka", "kinesis", "kms", "logs", "s3", "secretsmanager")},
    "resourcegroupstaggingapi": "tag",
}
"""Services by boto3's name, and how their actions begin."""

OTHERWISE: Final = {
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:ListMultipartUploads": "s3:ListBucketMultipartUploads",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:PutBucketEncryption": "s3:PutEncryptionConfiguration",
    "s3:PutBucketLifecycleConfiguration": "s3:PutLifecycleConfiguration",
    "s3:PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration",
    "s3:PutPublicAccessBlock": "s3:PutBucketPublicAccessBlock",
}
"""Operations whose action is called otherwise: https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html."""

PROOF: Final = "only by the proof, which says what it can't tell without"
NOT_NEEDED: Final = {
    "iam:DeleteRolePermissionsBoundary": "no role of a stack declares a boundary",
    "iam:PutRolePermissionsBoundary": "no role of a stack declares a boundary",
    "kinesis:GetResourcePolicy": PROOF,
    "kinesis:ListStreamConsumers": PROOF,
    "kinesis:DeleteStream": "an account that forbids it to everybody is a good account",
    "kinesis:GetRecords": "only on an empty stream that nobody has said anything about; without it that is refused",
    "kinesis:GetShardIterator": "as above",
    "kinesis:ListShards": "as above",
    "kms:ListGrants": PROOF,
    "kms:ScheduleKeyDeletion": "an account that forbids it to everybody is a good account",
    "s3:DeleteBucket": "an account that forbids it to everybody is a good account",
    "secretsmanager:GetResourcePolicy": PROOF,
}

KINDS_OF_A_PART: Final[Mapping[str, Callable[[Plan], Iterable[Need]]]] = {
    "kinds/alarm": parts._alarms,
    "kinds/archive_bucket": parts._archives,
    "kinds/cluster_policy": parts._cluster,
    "kinds/data_stream": parts._log_sources,
    "kinds/key": parts._key,
    "kinds/log_subscription": parts._log_sources,
    "kinds/role": parts._roles,
    "kinds/scram_association": parts._cluster,
    "kinds/secret": parts._secrets,
    "secrets_manager.py": parts._secrets,
}
"""Kinds, and what they are needed for: a stack may have one of them and no other."""

IMPLIED: Final = {
    "iam:PassRole": "by logs:PutSubscriptionFilter",
    "kafka:GetBootstrapBrokers": "the check of the cluster asks for it",
    "kms:CreateGrant": "by kafka:BatchAssociateScramSecret",
    "kms:Decrypt": "by secretsmanager:GetSecretValue",
    "kms:GenerateDataKey": "by secretsmanager:PutSecretValue",
    "kms:RetireGrant": "by kafka:BatchDisassociateScramSecret",
    "s3:TagResource": "by s3:CreateBucket with tags",
}


@cache
def operations(service: str) -> dict[str, str]:
    """A service's operations, and what its waiters ask, by boto3's names for them."""
    session = Session()
    model = session.get_service_model(service)
    found = {xform_name(name): name for name in model.operation_names}
    try:
        waiters = WaiterModel(session.get_component("data_loader").load_service_model(service, "waiters-2"))
    except Exception:  # noqa: BLE001 - of a service without waiters botocore says so in many ways
        return found
    return found | {xform_name(name): waiters.get_waiter(name).operation for name in waiters.waiter_names}


def texts(module: Path) -> Iterator[re.Pattern[str]]:
    """The texts that a module's code holds; what it puts into one may be anything."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        match node:
            case ast.Constant(value=str(text)) if text.isidentifier():
                yield re.compile(re.escape(text))
            case ast.JoinedStr(values=parts):
                fixed = [str(part.value) for part in parts if isinstance(part, ast.Constant)]
                if any("_" in each for each in fixed) and all(re.fullmatch("[a-z_]+", each) for each in fixed):
                    yield re.compile("".join(str(p.value) if isinstance(p, ast.Constant) else "[a-z_]+" for p in parts))


def called(module: Path) -> set[str]:
    """The actions of every operation that a module names, of the services that it names; of all where it names none."""
    found = list(texts(module))
    named = {service for service in PREFIXES if any(each.pattern == service for each in found)}
    return {
        f"{PREFIXES[service]}:{operation}"
        for service in named or PREFIXES
        for name, operation in operations(service).items()
        if any(each.fullmatch(name) for each in found)
    }


def with_everything(files: AwsStack) -> AwsStack:
    """A stack that has everything."""
    files.with_logs().in_aws(f"cluster_arn: arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-1")
    files.edit(files.stack, "  brokers: 3\n", "  brokers: 3\n  policy: {organization: o-a1b2c3d4e5}\n")
    return files


@pytest.fixture
def needed(files: AwsStack) -> set[str]:
    """What a stack needs that has everything."""
    return {action for need in needs(with_everything(files).plan()) for action in need.actions}


def test_everything_that_a_kind_calls_is_needed_and_nothing_else(needed: set[str]) -> None:
    actions = {OTHERWISE.get(each, each) for module in MODULES for each in called(module)}
    assert actions - NOT_NEEDED.keys() - needed == set()
    assert needed - actions - IMPLIED.keys() == set()
    assert NOT_NEEDED.keys() - actions == set()
    assert IMPLIED.keys() - needed == set()


@pytest.mark.parametrize("module", KINDS_OF_A_PART)
def test_a_part_needs_what_its_kinds_call_whatever_else_a_stack_has(files: AwsStack, module: str) -> None:
    plan = with_everything(files).plan()
    needed = {action for need in KINDS_OF_A_PART[module](plan) for action in need.actions}
    modules = [*(TARGET / module).glob("*.py")] or [TARGET / module]
    actions = {OTHERWISE.get(each, each) for one in modules for each in called(one)}
    assert actions - NOT_NEEDED.keys() - needed == set()


def test_what_a_module_calls_is_read_from_its_code(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text('async def f(api, verb):\n    await api.call("kafka", f"batch_{verb}_scram_secret")\n')
    assert called(module) == {"kafka:BatchAssociateScramSecret", "kafka:BatchDisassociateScramSecret"}
    module.write_text('async def f(api):\n    await api.wait("kinesis", "stream_exists")\n')
    assert called(module) == {"kinesis:DescribeStream"}
    module.write_text('REQUESTS = {"get_bucket_tagging": ""}\n')
    assert called(module) == {"s3:GetBucketTagging"}


@pytest.mark.parametrize(
    "module",
    [each for each in MODULES if re.search(r"\bapi\.(call|find|once|pages|wait)\(", each.read_text())],
    ids=lambda each: each.stem,
)
def test_of_every_kind_something_is_found(module: Any) -> None:
    assert module.name == "aws_kind.py" or called(module)

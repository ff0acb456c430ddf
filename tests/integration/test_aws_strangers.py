"""Strangers' things under names that a stack of target aws declares: all refused before anything is made."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest

from tests.support.aws.calls_that_change import changes
from tests.support.aws_deployment import REGION, AwsDeployment
from tests.support.live_topics import create_by_hand

pytestmark = pytest.mark.integration

NOBODY = {"Version": "2012-10-17", "Statement": []}


def test_up_refuses_all_of_it_and_makes_nothing(new_aws_deployment: Callable[[], AwsDeployment]) -> None:
    stack = new_aws_deployment()  # the key that encrypts is yet to be made, too
    secret, role, topic = stack.secret("writer"), f"{stack.stack}-{stack.service('reader')}", stack.topic("events")
    stack.aws("secretsmanager").create_secret(Name=secret, SecretString="theirs")
    stack.aws("iam").create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(NOBODY))
    stack.aws("s3").create_bucket(Bucket=stack.bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    stack.aws("s3").put_object(Bucket=stack.bucket, Key="theirs", Body=b"theirs")
    create_by_hand(stack.cluster, topic, partitions=1)
    stack.api.reset_calls()
    refused = stack.up()
    told = [
        f"the secret {secret} exists and levee did not make it",
        f"the role {role} exists and levee did not make it",
        f"the archive bucket {stack.bucket} exists and levee did not make it",
        f"topic {topic} exists already and is not as declared: it has 1 partitions, not 2",
    ]
    assert (refused.code, [what for what in told if what not in refused.err]) == (1, []), refused.text
    assert "found before anything was changed" in refused.err
    assert changes(stack.api.calls()) == Counter()
    assert stack.live_topics() == {topic: (1, 3)}
    assert stack.counts() == {"keys": 0, "secrets": 1, "roles": 1, "buckets": 1, "alarms": 0, "users": 0}

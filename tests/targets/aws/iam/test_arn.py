"""ARNs of what lives on an MSK cluster."""

import pytest

from levee.model.name import NamePattern, PatternType
from levee.targets.aws.iam.arn import ClusterArn
from tests.support.aws_request import ACCOUNT, CLUSTER

UUID = "1234abcd-12ab-34cd-56ef-1234567890ab-5"


def test_what_lives_on_a_cluster() -> None:
    inside = f"arn:aws:kafka:eu-west-1:{ACCOUNT}"
    assert str(CLUSTER) == f"{inside}:cluster/logs/{UUID}"
    assert CLUSTER.topic(NamePattern("eu.orders.v1")) == f"{inside}:topic/logs/{UUID}/eu.orders.v1"
    assert CLUSTER.group(NamePattern("siem-", PatternType.PREFIXED)) == f"{inside}:group/logs/{UUID}/siem-*"
    assert CLUSTER.transactional_id(NamePattern("api_1")) == f"{inside}:transactional-id/logs/{UUID}/api_1"


@pytest.mark.parametrize(
    "text",
    [
        f"arn:aws-cn:kafka:cn-north-1:{ACCOUNT}:cluster/logs/{UUID}",
        f"arn:aws-us-gov:kafka:us-gov-west-1:{ACCOUNT}:cluster/logs/{UUID}",
        f"arn:aws-eusc:kafka:eusc-de-east-1:{ACCOUNT}:cluster/logs/1234abcd-s1",
    ],
)
def test_every_partition(text: str) -> None:
    assert str(ClusterArn.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is not an MSK cluster's ARN"),
        (f"arn:aws:kafka:eu-west-1:{ACCOUNT}:cluster/{UUID}", "is not an MSK cluster's ARN"),
        (f"arn:aws:kafka:eu-west-1:{ACCOUNT}:topic/logs/{UUID}", "is not an MSK cluster's ARN"),
        (f"arn:aws:kafka:eu-west-1:{ACCOUNT}:cluster/*/{UUID}", "is not an MSK cluster's ARN"),
        (f"arn:aws:kafka:eu-west-1:{ACCOUNT}:cluster/logs/{UUID}\n", "is not an MSK cluster's ARN"),
        (f"arn:aws:kafka:eu-west-1:1234:cluster/logs/{UUID}", "is not an MSK cluster's ARN"),
        (f"arn:aws:kafka:eu-west-9:{ACCOUNT}:cluster/logs/{UUID}", "names the region eu-west-9"),
        (f"arn:aws-cn:kafka:eu-west-1:{ACCOUNT}:cluster/logs/{UUID}", "names the region eu-west-1"),
    ],
)
def test_what_is_no_cluster(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        ClusterArn.parse(text)


@pytest.mark.parametrize("name", ["", "*", "a?", "${aws:username}", "a/b", "a:b", "a" * 256, "a\n"])
def test_names_that_a_policy_would_take_otherwise(name: str) -> None:
    with pytest.raises(ValueError, match="has characters that an IAM policy would not take as they stand"):
        CLUSTER.topic(NamePattern(name))

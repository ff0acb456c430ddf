"""Fakes are held to botocore's models, in what they take and in what they answer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.support.aws.api import AwsApi
from tests.support.aws.contract import BreachError, Contract
from tests.support.aws.refusal import refusal

INFO: dict[str, Any] = {"ClusterName": "logs", "State": "ACTIVE", "CreationTime": datetime(2026, 1, 1, tzinfo=UTC)}


def answered(**changes: object) -> dict[str, Any]:
    """An answer of DescribeClusterV2, otherwise where `changes` say."""
    return {"ClusterInfo": {**INFO, **changes}}


def test_a_right_answer_is_written_as_the_service_writes_it() -> None:
    status, body = Contract("kafka").write("DescribeClusterV2", answered())

    assert status == 200
    assert body == '{"clusterInfo": {"clusterName": "logs", "creationTime": "2026-01-01T00:00:00Z", "state": "ACTIVE"}}'


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (answered(Region="eu-central-1"), "DescribeClusterV2.ClusterInfo.Region is unknown"),
        (answered(ClusterName=1), "DescribeClusterV2.ClusterInfo.ClusterName is no string"),
        (answered(State="READY"), "DescribeClusterV2.ClusterInfo.State must be one of ACTIVE"),
        (answered(Tags={"a": True}), "DescribeClusterV2.ClusterInfo.Tags.a is no string"),
        (answered(Provisioned={"NumberOfBrokerNodes": 3}), "Provisioned.BrokerNodeGroupInfo is missing"),
        (answered(Provisioned={"NumberOfBrokerNodes": 16}), "NumberOfBrokerNodes must be from 1 to 15"),
        (answered(Provisioned={"NumberOfBrokerNodes": True}), "NumberOfBrokerNodes is no integer"),
        ({"ClusterInfo": [INFO]}, "DescribeClusterV2.ClusterInfo is no structure"),
    ],
)
def test_an_answer_that_the_model_does_not_know_is_a_breach(answer: dict[str, Any], complaint: str) -> None:
    with pytest.raises(BreachError, match=complaint.replace(".", r"\.")):
        Contract("kafka").write("DescribeClusterV2", answer)


def test_an_error_that_the_operation_does_not_know_is_a_breach() -> None:
    with pytest.raises(BreachError, match="never refused with NotFoundException"):
        Contract("kafka").status_of("GetBootstrapBrokers", "NotFoundException")


def test_a_fake_that_breaks_the_contract_fails_its_caller(aws: AwsApi) -> None:
    arn = aws.plant_cluster(bootstrap={"BootstrapBrokerStringByPigeon": "coop:9092"})

    assert refusal(aws.client("kafka").get_bootstrap_brokers, ClusterArn=arn) == (500, "BrokenFake")


@pytest.mark.parametrize(
    "wrong",
    [
        {"PartitionCount": 0},
        {"PartitionCount": "three"},
        {"ReplicationFactor": None},
        {"Configs": ["retention.ms=1"]},
    ],
)
def test_a_request_that_the_model_does_not_allow_is_refused(aws: AwsApi, wrong: dict[str, Any]) -> None:
    asked = {"ClusterArn": aws.plant_cluster(), "TopicName": "a", "PartitionCount": 1, "ReplicationFactor": 1}
    asked = {name: value for name, value in {**asked, **wrong}.items() if value is not None}
    unchecked = aws.client("kafka", validated=False)

    assert refusal(unchecked.create_topic, **asked) == (400, "BadRequestException")


def test_more_than_a_page_can_hold_is_refused(aws: AwsApi) -> None:
    assert refusal(aws.client("kafka").list_clusters_v2, MaxResults=101) == (400, "BadRequestException")

"""The control plane of MSK that other tests trust: it refuses what AWS refuses."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tests.support.aws.api import AwsApi
from tests.support.aws.refusal import refusal

BAD_REQUEST = (400, "BadRequestException")
FORBIDDEN = (403, "ForbiddenException")
NOT_FOUND = (404, "NotFoundException")


@pytest.fixture
def kafka(aws: AwsApi) -> Any:
    return aws.client("kafka")


def secret(aws: AwsApi, name: str, key: str | None = "any-customer-key") -> str:
    """The ARN of a new secret, under a key of the customer's or, None, the default one."""
    chosen = {} if key is None else {"KmsKeyId": key}
    made = aws.client("secretsmanager").create_secret(Name=name, SecretString='{"username": "a"}', **chosen)
    return str(made["ARN"])


def test_a_cluster_is_what_was_planted(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster(
        "logs", public_access="SERVICE_PROVIDED_EIPS", client_broker="TLS_PLAINTEXT", tags={"a": "b"}
    )

    about = kafka.describe_cluster_v2(ClusterArn=arn)["ClusterInfo"]
    provisioned = about["Provisioned"]
    assert (about["State"], about["ClusterType"], about["Tags"]) == ("ACTIVE", "PROVISIONED", {"a": "b"})
    assert arn.startswith(f"arn:aws:kafka:{aws.region}:{aws.account}:cluster/logs/")
    assert provisioned["BrokerNodeGroupInfo"]["ConnectivityInfo"]["PublicAccess"]["Type"] == "SERVICE_PROVIDED_EIPS"
    assert provisioned["EncryptionInfo"]["EncryptionInTransit"] == {"ClientBroker": "TLS_PLAINTEXT", "InCluster": True}
    assert provisioned["ClientAuthentication"]["Sasl"] == {"Scram": {"Enabled": True}, "Iam": {"Enabled": True}}
    older = kafka.describe_cluster(ClusterArn=arn)["ClusterInfo"]
    assert older["EncryptionInfo"] == provisioned["EncryptionInfo"]


def test_brokers_are_those_of_the_listeners_there_are(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster(iam=False)
    planted = aws.plant_cluster(bootstrap={"BootstrapBrokerStringSaslScram": "127.0.0.1:29092"})

    brokers = kafka.get_bootstrap_brokers(ClusterArn=arn)
    assert [name for name in brokers if name != "ResponseMetadata"] == ["BootstrapBrokerStringSaslScram"]
    assert (
        brokers["BootstrapBrokerStringSaslScram"].split(",")[0] == "b-1.logs.c2.kafka.eu-central-1.amazonaws.com:9096"
    )
    assert kafka.get_bootstrap_brokers(ClusterArn=planted)["BootstrapBrokerStringSaslScram"] == "127.0.0.1:29092"


def test_a_new_cluster_is_active_after_some_looks(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster(state="CREATING", polls=2)
    assert refusal(kafka.get_bootstrap_brokers, ClusterArn=arn) == (409, "ConflictException")
    assert (
        refusal(kafka.batch_associate_scram_secret, ClusterArn=arn, SecretArnList=[secret(aws, "AmazonMSK_a")])
        == BAD_REQUEST
    )

    states = [kafka.describe_cluster_v2(ClusterArn=arn)["ClusterInfo"]["State"] for _ in range(3)]
    assert states == ["CREATING", "ACTIVE", "ACTIVE"]
    aws.change_cluster(arn, state="MAINTENANCE")
    assert kafka.describe_cluster_v2(ClusterArn=arn)["ClusterInfo"]["State"] == "MAINTENANCE"


def test_clusters_are_listed_in_pages_and_only_to_their_account_and_region(aws: AwsApi, kafka: Any) -> None:
    for name in ("a", "b", "c"):
        aws.plant_cluster(name)
    aws.plant_cluster("theirs", account="111122223333")
    aws.plant_cluster("elsewhere", region="eu-west-1")
    aws.page(2)

    pages = list(kafka.get_paginator("list_clusters_v2").paginate())
    assert [[each["ClusterName"] for each in page["ClusterInfoList"]] for page in pages] == [["a", "b"], ["c"]]
    assert aws.calls()["kafka:ListClustersV2"] == 2
    assert refusal(kafka.list_clusters_v2, NextToken="made-up") == BAD_REQUEST


@pytest.mark.parametrize(
    ("about", "answer"), [({"account": "111122223333"}, FORBIDDEN), ({"region": "eu-west-1"}, NOT_FOUND)]
)
def test_a_cluster_of_others_is_refused(
    aws: AwsApi, kafka: Any, about: dict[str, str], answer: tuple[int, str]
) -> None:
    assert refusal(kafka.describe_cluster_v2, ClusterArn=aws.plant_cluster(**about)) == answer


def test_an_unknown_cluster_is_refused(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster()

    assert refusal(kafka.describe_cluster_v2, ClusterArn=arn + "0") == NOT_FOUND
    assert refusal(kafka.describe_cluster_v2, ClusterArn="logs") == BAD_REQUEST
    # Its model has no NotFoundException.
    assert refusal(kafka.get_bootstrap_brokers, ClusterArn=arn + "0") == BAD_REQUEST


def test_secrets_that_msk_cannot_use_come_back_in_a_good_answer(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster()
    good, misnamed, open_to_all = (
        secret(aws, "AmazonMSK_good"),
        secret(aws, "misnamed"),
        secret(aws, "AmazonMSK_default", key=None),
    )
    unknown = good[:-6] + "zzzzzz"

    answer = kafka.batch_associate_scram_secret(
        ClusterArn=arn, SecretArnList=[good, misnamed, open_to_all, unknown, good.replace(aws.region, "eu-west-1")]
    )

    failed = {each["SecretArn"]: each["ErrorMessage"] for each in answer["UnprocessedScramSecrets"]}
    assert {each["ErrorCode"] for each in answer["UnprocessedScramSecrets"]} == {"InvalidSecretArn"}
    assert "prefix 'AmazonMSK_'" in failed[misnamed]
    assert "default key" in failed[open_to_all]
    assert "wasn't able to access" in failed[unknown]
    assert len(failed) == 4
    assert kafka.list_scram_secrets(ClusterArn=arn)["SecretArnList"] == [good]


def test_msk_lets_itself_read_an_associated_secret_once(aws: AwsApi, kafka: Any) -> None:
    arn, used = aws.plant_cluster(), secret(aws, "AmazonMSK_a")
    secrets = aws.client("secretsmanager")
    secrets.put_resource_policy(
        SecretId=used, ResourcePolicy='{"Version": "2012-10-17", "Statement": [{"Sid": "ours"}]}'
    )
    for _ in range(2):
        kafka.batch_associate_scram_secret(ClusterArn=arn, SecretArnList=[used])

    policy = json.loads(secrets.get_resource_policy(SecretId=used)["ResourcePolicy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == ["ours", "AWSKafkaResourcePolicy"]


def test_associations_are_made_and_ended_ten_at_a_time(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster()
    arns = [secret(aws, f"AmazonMSK_{number}") for number in range(11)]
    assert refusal(kafka.batch_associate_scram_secret, ClusterArn=arn, SecretArnList=arns) == BAD_REQUEST
    assert refusal(kafka.batch_associate_scram_secret, ClusterArn=arn, SecretArnList=[]) == BAD_REQUEST

    kafka.batch_associate_scram_secret(ClusterArn=arn, SecretArnList=arns[:10])
    kafka.batch_associate_scram_secret(ClusterArn=arn, SecretArnList=arns[10:])
    aws.page(4)
    pages = list(kafka.get_paginator("list_scram_secrets").paginate(ClusterArn=arn))
    assert [len(page["SecretArnList"]) for page in pages] == [4, 4, 3]
    assert not kafka.batch_disassociate_scram_secret(ClusterArn=arn, SecretArnList=arns[:10])["UnprocessedScramSecrets"]
    assert kafka.list_scram_secrets(ClusterArn=arn)["SecretArnList"] == arns[10:]


def test_a_cluster_without_scram_takes_no_secrets(aws: AwsApi, kafka: Any) -> None:
    for about in ({"scram": False}, {"kind": "SERVERLESS"}):
        arn = aws.plant_cluster(**about)
        assert refusal(kafka.batch_associate_scram_secret, ClusterArn=arn, SecretArnList=["a"]) == BAD_REQUEST


def test_a_policy_is_replaced_only_by_who_knows_the_last(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster()
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}}]})
    assert refusal(kafka.get_cluster_policy, ClusterArn=arn) == NOT_FOUND
    assert refusal(kafka.put_cluster_policy, ClusterArn=arn, Policy="{") == BAD_REQUEST
    first = kafka.put_cluster_policy(ClusterArn=arn, Policy=policy)["CurrentVersion"]
    second = kafka.put_cluster_policy(ClusterArn=arn, Policy=policy, CurrentVersion=first)["CurrentVersion"]

    assert refusal(kafka.put_cluster_policy, ClusterArn=arn, Policy=policy, CurrentVersion=first) == BAD_REQUEST
    assert kafka.get_cluster_policy(ClusterArn=arn)["CurrentVersion"] == second
    kafka.delete_cluster_policy(ClusterArn=arn)
    assert refusal(kafka.delete_cluster_policy, ClusterArn=arn) == NOT_FOUND


def test_tags_are_kept(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster(tags={"a": "1"})
    kafka.tag_resource(ResourceArn=arn, Tags={"a": "2", "b": "3"})
    kafka.untag_resource(ResourceArn=arn, TagKeys=["b", "c"])

    assert kafka.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"a": "2"}
    assert refusal(kafka.tag_resource, ResourceArn=arn, Tags={"aws:a": ""}) == BAD_REQUEST


def test_a_topic_shows_late(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster(topic_lag=1)
    topic = {"ClusterArn": arn, "TopicName": "audit"}
    configs = base64.b64encode(b"retention.ms=3600000").decode()

    made = kafka.create_topic(**topic, PartitionCount=3, ReplicationFactor=3, Configs=configs)
    assert made["TopicArn"] == arn.replace(":cluster/", ":topic/") + "/audit"
    assert kafka.list_topics(ClusterArn=arn)["Topics"] == []
    assert [kafka.describe_topic(**topic)["Status"] for _ in range(2)] == ["CREATING", "ACTIVE"]
    assert kafka.list_topics(ClusterArn=arn)["Topics"][0]["PartitionCount"] == 3
    kafka.update_topic(**topic, PartitionCount=6)
    seen = [kafka.describe_topic(**topic) for _ in range(2)]
    assert [(each["Status"], each["PartitionCount"]) for each in seen] == [("UPDATING", 3), ("ACTIVE", 6)]
    assert seen[1]["Configs"] == configs
    kafka.delete_topic(**topic)
    assert kafka.describe_topic(**topic)["Status"] == "DELETING"
    assert refusal(kafka.describe_topic, **topic) == NOT_FOUND


def test_topics_that_msk_refuses(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster(topic_lag=0)
    topic = {"ClusterArn": arn, "TopicName": "audit", "PartitionCount": 3, "ReplicationFactor": 3}
    kafka.create_topic(**topic)
    kafka.describe_topic(ClusterArn=arn, TopicName="audit")

    assert refusal(kafka.create_topic, **topic) == (409, "TopicExistsException")
    assert refusal(kafka.create_topic, **{**topic, "TopicName": "no spaces"}) == BAD_REQUEST
    assert refusal(kafka.create_topic, **{**topic, "TopicName": "a", "ReplicationFactor": 4}) == BAD_REQUEST
    assert refusal(kafka.update_topic, ClusterArn=arn, TopicName="audit", PartitionCount=2) == BAD_REQUEST
    for about in ({"kafka_version": "3.5.1"}, {"kind": "SERVERLESS"}, {"state": "UPDATING"}):
        assert refusal(kafka.create_topic, **{**topic, "ClusterArn": aws.plant_cluster(**about)}) == BAD_REQUEST


def test_faults_meet_calls_of_msk_too(aws: AwsApi, kafka: Any) -> None:
    arn = aws.plant_cluster()
    aws.fail("kafka:DescribeClusterV2", "throttled")

    assert refusal(kafka.describe_cluster_v2, ClusterArn=arn) == (429, "TooManyRequestsException")
    kafka.describe_cluster_v2(ClusterArn=arn)


def test_what_nothing_plays_is_said_loudly(aws: AwsApi, kafka: Any) -> None:
    assert refusal(kafka.reboot_broker, ClusterArn=aws.plant_cluster(), BrokerIds=["1"]) == (500, "BrokenFake")

"""An MSK cluster that isn't as a stack needs or declares it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from levee.model.cluster import ClientTraffic
from levee.model.problem import Problem
from levee.plan.planned import Plan
from levee.targets.aws.block import aws_block
from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.connection import AwsConnection
from levee_infra.targets.aws.preflight.cluster import judge_brokers, judge_cluster, look_at_cluster
from levee_infra.targets.findings import Findings
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.msk_clusters import Cluster
from tests.support.aws_stack import OTHER_ACCOUNT, AwsStack

KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-12ab-34cd-56ef-1234567890ab-2"
BROKERS = [f"b-{number}.logs.c2.kafka.{REGION}.amazonaws.com:9096" for number in range(1, 5)]


@pytest.fixture
def plan(files: AwsStack) -> Plan:
    files.edit(files.stack, '"127.0.0.1:19092", "broker-2.example.com:9093"', ", ".join(map(repr, BROKERS)))
    return files.in_aws(f"cluster_arn: {ARN}").plan()


def cluster(**about: Any) -> Cluster:
    """One that is as every stack needs it, but for `about`."""
    return Cluster(**{"name": "logs", "account": ACCOUNT, "region": REGION, "arn": ARN, **about})


def told(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.id, str(problem.origin.path[-1])) for problem in problems]


def test_a_cluster_as_declared_is_not_complained_of(plan: Plan) -> None:
    assert list(judge_cluster(plan, cluster().described())) == []
    assert list(judge_brokers(plan, cluster().brokers_by_listener())) == []  # AWS names three of the four


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ({"state": "CREATING"}, [("cluster-not-ready", "cluster_arn")]),
        ({"state": "UPDATING"}, [("cluster-not-ready", "cluster_arn")]),
        ({"state": "FAILED"}, [("cluster-not-ready", "cluster_arn")]),
        ({"kind": "SERVERLESS"}, [("no-scram", "cluster_arn")]),
        ({"scram": False}, [("no-scram", "cluster_arn")]),
        ({"unauthenticated": True}, [("cluster-open", "unauthenticated")]),
        ({"public_access": "SERVICE_PROVIDED_EIPS"}, [("cluster-open", "public")]),
        ({"client_broker": "TLS_PLAINTEXT"}, [("cluster-open", "clients")]),
        ({"client_broker": "PLAINTEXT"}, [("cluster-open", "clients")]),
        ({"in_cluster": False}, [("cluster-open", "between_brokers")]),
    ],
)
def test_what_is_more_open_than_declared(plan: Plan, about: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    assert told(list(judge_cluster(plan, cluster(**about).described()))) == expected


@pytest.mark.parametrize(("state", "advice"), [("HEALING", "wait"), ("DELETING", "repair")])
def test_a_state_that_passes_is_waited_for(plan: Plan, state: str, advice: str) -> None:
    (problem,) = judge_cluster(plan, cluster(state=state).described())
    assert state in problem.message
    assert problem.help.startswith(advice)


def test_what_the_stack_declares_open_is_for_the_rules_to_judge(plan: Plan) -> None:
    network = replace(plan.cluster.network, public=True, unauthenticated=True)
    encryption = replace(plan.cluster.encryption, clients=ClientTraffic.TLS_OR_PLAINTEXT, between_brokers=False)
    declared = replace(plan, cluster=replace(plan.cluster, network=network, encryption=encryption))
    about = {"client_broker": "TLS_PLAINTEXT", "public_access": "SERVICE_PROVIDED_EIPS"}
    live = cluster(unauthenticated=True, in_cluster=False, **about)
    assert list(judge_cluster(declared, live.described())) == []


def test_another_key_than_the_declared_one(plan: Plan) -> None:
    encryption = replace(plan.cluster.encryption, key=KEY)
    declared = replace(plan, cluster=replace(plan.cluster, encryption=encryption))
    assert list(judge_cluster(declared, cluster(encryption_key=KEY).described())) == []
    assert told(list(judge_cluster(declared, cluster().described()))) == [("wrong-key", "encrypted_by")]


@pytest.mark.parametrize(
    "other",
    [
        "b-1.other.c2.kafka.eu-central-1.amazonaws.com:9096",
        "b-1.logs.c2.kafka.eu-central-1.amazonaws.com:9098",
        "b-1.logs.c2.kafka.eu-central-1.amazonaws.com.example.com:9096",
        "xb-1.logs.c2.kafka.eu-central-1.amazonaws.com:9096",
        "127.0.0.1:19092",
    ],
)
def test_a_declared_broker_that_is_none_of_the_clusters(plan: Plan, other: str) -> None:
    declared = replace(plan, cluster=replace(plan.cluster, bootstrap=(BROKERS[0], other)))
    (problem,) = judge_brokers(declared, cluster().brokers_by_listener())
    assert (problem.id, problem.origin.path) == ("wrong-broker", ("cluster", "bootstrap", 1))


def test_a_cluster_that_tells_no_brokers_yet(plan: Plan) -> None:
    problems = list(judge_brokers(plan, {}))
    assert len(problems) == len(BROKERS)
    assert "unknown yet" in problems[0].message


async def test_the_cluster_is_asked_for_once(plan: Plan, aws: AwsApi, api: Api) -> None:
    aws.plant_cluster(arn=ARN)
    assert await look_at_cluster(plan, api) == Findings()
    assert aws.calls()["kafka:DescribeClusterV2"] == aws.calls()["kafka:GetBootstrapBrokers"] == 1


async def test_one_that_is_being_made_is_waited_for(plan: Plan, aws: AwsApi, api: Api) -> None:
    aws.plant_cluster(arn=ARN, state="CREATING", polls=9)
    found = await look_at_cluster(plan, api)
    assert {problem.id for problem in found.problems} == {"cluster-not-ready", "wrong-broker"}


async def test_no_such_cluster_and_one_that_may_not_be_looked_at(plan: Plan, aws: AwsApi, api: Api) -> None:
    assert told(list((await look_at_cluster(plan, api)).problems)) == [("no-cluster", "cluster_arn")]
    aws.fail("kafka:DescribeClusterV2", "denied")
    (problem,) = (await look_at_cluster(plan, api)).problems
    assert problem.id == "unverified"
    assert "AccessDeniedException (request " in problem.message


@pytest.mark.parametrize(
    "arn",
    [
        ARN.replace(ACCOUNT, OTHER_ACCOUNT),
        ARN.replace(REGION, "us-east-1"),
        ARN.replace("arn:aws:", "arn:aws-cn:"),
        ARN.replace(":cluster/", ":topic/"),
    ],
)
async def test_a_cluster_elsewhere_is_not_even_asked_for(plan: Plan, arn: str, aws: AwsApi) -> None:
    plan = replace(plan, block=replace(aws_block(plan), cluster_arn=arn))  # files are refused while they are read
    nobody = Api(AwsConnection(ACCOUNT, REGION))
    assert told(list((await look_at_cluster(plan, nobody)).problems)) == [("outside", "cluster_arn")]
    assert not aws.calls()

"""A cluster's policy lets in the accounts that are declared, and is never overwritten unseen."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Value
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.faults import Kind
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

POLICY = "levee:aws:ClusterPolicy"
CLUSTER = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-2"
OTHER = "210987654321"


def policy(cluster: str = CLUSTER, **changes: Any) -> str:
    """One that lets in another account, with one thing of its statement changed."""
    statement: Mapping[str, Any] = {
        "Sid": "Connect",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{OTHER}:root"},
        "Action": ["kafka:CreateVpcConnection", "kafka:GetBootstrapBrokers"],
        "Resource": cluster,
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [{**statement, **changes}]})


def declared(cluster: str = CLUSTER, /, **changes: Value) -> Properties:
    return {"clusterArn": cluster, "policy": policy(cluster), "allowedAccounts": [OTHER], **changes}


@pytest.fixture
def cluster(aws: AwsApi) -> str:
    """A cluster without a policy."""
    return aws.plant_cluster()


async def make(engine: ResourceEngine, cluster: str, **changes: Value) -> Resource:
    return await engine.create(POLICY, "access", declared(cluster, **changes))


def live(aws: AwsApi, cluster: str) -> dict[str, Any]:
    found = json.loads(aws.client("kafka").get_cluster_policy(ClusterArn=cluster)["Policy"])
    assert isinstance(found, dict)
    return found


def write(aws: AwsApi, cluster: str, text: str) -> None:
    """Change the policy by hand."""
    aws.client("kafka").put_cluster_policy(ClusterArn=cluster, Policy=text)


async def test_a_policy_is_written_changed_and_removed(aws: AwsApi, engine: ResourceEngine, cluster: str) -> None:
    made = await make(engine, cluster)
    assert made.id == cluster
    assert live(aws, cluster) == json.loads(policy(cluster))
    assert await engine.refresh(made) == made
    assert await engine.changed(made, declared(cluster)) == set()

    wanted = declared(cluster, policy=policy(cluster, Sid="Other"))
    assert await engine.changed(made, wanted) == {"policy"}
    changed = await engine.update(made, wanted)
    assert live(aws, cluster)["Statement"][0]["Sid"] == "Other"
    assert await engine.refresh(changed) == changed

    await engine.delete(changed)
    assert await engine.refresh(changed) is None
    await engine.delete(changed)


async def test_a_strangers_policy_is_refused(aws: AwsApi, engine: ResourceEngine, cluster: str) -> None:
    write(aws, cluster, policy(cluster, Sid="Theirs"))

    failure = await failure_of(make(engine, cluster))
    assert "levee did not write (Theirs)" in str(failure.details())
    assert "a policy that says exactly what is declared is taken over" in str(failure.details())
    assert live(aws, cluster)["Statement"][0]["Sid"] == "Theirs"


async def test_drift_is_shown_and_only_then_put_right(aws: AwsApi, engine: ResourceEngine, cluster: str) -> None:
    made = await make(engine, cluster)
    write(aws, cluster, policy(cluster, Sid="ByHand"))

    wanted = declared(cluster, policy=policy(cluster, Sid="Other"))
    for unseen in (engine.update(made, wanted), engine.delete(made)):
        assert "(no longer there: Connect; new: ByHand)" in str((await failure_of(unseen)).details())
    assert live(aws, cluster)["Statement"][0]["Sid"] == "ByHand"

    drifted = await engine.refresh(made)
    assert drifted is not None
    assert await engine.changed(drifted, declared(cluster)) == {"policy"}
    put_right = await engine.update(drifted, declared(cluster))
    assert live(aws, cluster) == json.loads(policy(cluster))
    assert await engine.changed(put_right, declared(cluster)) == set()


async def test_a_version_that_was_overtaken_is_not_overwritten(
    aws: AwsApi, engine: ResourceEngine, cluster: str
) -> None:
    made = await make(engine, cluster)
    kafka = aws.client("kafka")
    stale = kafka.get_cluster_policy(ClusterArn=cluster)["CurrentVersion"]
    with pytest.raises(kafka.exceptions.BadRequestException):
        kafka.put_cluster_policy(ClusterArn=cluster, Policy=policy(cluster), CurrentVersion=stale + "1")

    wanted = declared(cluster, policy=policy(cluster, Sid="Other"))
    aws.fail("kafka:PutClusterPolicy", "lost")  # written, then repeated by its old version
    changed = await engine.update(made, wanted)
    assert await engine.refresh(changed) == changed


async def test_a_policy_can_be_imported_with_the_accounts_that_it_lets_in(engine: ResourceEngine, cluster: str) -> None:
    await make(engine, cluster)
    found = await engine.import_(POLICY, "access", cluster)
    assert found is not None
    assert found.inputs["allowedAccounts"] == [OTHER]
    assert await engine.changed(found, declared(cluster)) == set()
    assert await engine.import_(POLICY, "access", CLUSTER) is None


REFUSED: dict[str, tuple[Properties, str]] = {
    "an account that isn't declared": ({"allowedAccounts": []}, "policy"),
    "anyone": ({"policy": policy(Principal="*")}, "policy"),
    "anyone of some organization": (
        {"policy": policy(Principal="*", Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}})},
        "policy",
    ),
    "anyone of any organization": (
        {"policy": policy(Principal={"AWS": "*"}, Condition={"StringEquals": {"aws:PrincipalOrgID": "*"}})},
        "policy",
    ),
    "all but": ({"policy": policy(Principal=None, NotPrincipal={"AWS": f"arn:aws:iam::{OTHER}:root"})}, "policy"),
    "a service for anyone": ({"policy": policy(Principal={"Service": "firehose.amazonaws.com"})}, "policy"),
    "another account's cluster": ({"clusterArn": CLUSTER.replace(ACCOUNT, OTHER)}, "clusterArn"),
    "a cluster elsewhere": ({"clusterArn": CLUSTER.replace(REGION, "us-east-1")}, "clusterArn"),
    "a resource elsewhere": ({"policy": policy(CLUSTER.replace(REGION, "us-east-1"))}, "policy"),
    "a resource of the other account": ({"policy": policy(CLUSTER.replace(ACCOUNT, OTHER))}, "policy"),
    "no account": ({"allowedAccounts": [OTHER, "prod"]}, "allowedAccounts"),
    "no JSON": ({"policy": "{"}, "policy"),
}


async def test_who_is_not_declared_is_refused_before_anything_is_asked(aws: AwsApi, engine: ResourceEngine) -> None:
    for changes, where in REFUSED.values():
        with pytest.raises(CheckFailedError) as refused:
            await engine.check(POLICY, "access", declared(**changes))
        assert where in refused.value.reasons, changes
    assert not aws.calls()


async def test_who_is_declared_is_taken(engine: ResourceEngine) -> None:
    organization = {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}
    for changes in (
        {"policy": policy(Principal="*", Condition=organization)},
        {"policy": policy(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/levee/x"}), "allowedAccounts": []},
        {"policy": UNKNOWN, "allowedAccounts": UNKNOWN},
    ):
        await engine.check(POLICY, "access", declared(**changes))


async def test_a_cluster_can_not_change(engine: ResourceEngine, cluster: str) -> None:
    made = await make(engine, cluster)
    with pytest.raises(CheckFailedError, match="can't change"):
        await engine.changed(made, declared())


@pytest.mark.parametrize("kind", ["server-error", "lost"])
async def test_a_call_that_failed_is_repeated(aws: AwsApi, engine: ResourceEngine, cluster: str, kind: Kind) -> None:
    aws.fail("kafka:PutClusterPolicy", kind)

    made = await make(engine, cluster)
    assert await engine.refresh(made) is not None
    assert live(aws, cluster) == json.loads(policy(cluster))


async def test_a_run_that_stopped_is_finished_by_the_next(aws: AwsApi, engine: ResourceEngine) -> None:
    for after in range(2):
        cluster = aws.plant_cluster()
        checked = await engine.check(POLICY, "access", declared(cluster))
        aws.reset_calls()
        aws.fail("kafka:*", "denied", after=after)
        failure = await failure_of(engine.create_checked(POLICY, "access", checked))
        assert "AccessDeniedException (request " in str(failure)

        await engine.create_checked(POLICY, "access", checked)  # its record is lost
        made = await engine.create_checked(POLICY, "access", checked)
        assert await engine.refresh(made) == made
        assert aws.calls()["kafka:PutClusterPolicy"] == 1 + after

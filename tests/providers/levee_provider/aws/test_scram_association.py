"""The secrets that a cluster lets users in by: all of the stack's that are declared, and nobody else's."""

import pytest

from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Value
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.faults import Kind
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

ASSOCIATION = "levee:aws:ScramAssociation"
MODULE = "levee_infra.targets.aws.kinds.scram_association.kind"
PREFIX = "AmazonMSK_levee/test/"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
CLUSTER = f"arn:aws:kafka:{REGION}:{ACCOUNT}:cluster/logs/1234abcd-2"
SECRET = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{PREFIX}billing.g1-aBcDeF"


def secret(aws: AwsApi, name: str, prefix: str = PREFIX, **about: str) -> str:
    """The ARN of a new secret."""
    arn = aws.client("secretsmanager").create_secret(Name=prefix + name, SecretString="{}", **about)["ARN"]
    return str(arn)


@pytest.fixture
def cluster(aws: AwsApi) -> str:
    """An ACTIVE cluster with SASL/SCRAM."""
    return aws.plant_cluster()


@pytest.fixture
def secrets(aws: AwsApi) -> list[str]:
    """Three usable secrets of the stack."""
    return sorted(secret(aws, name, KmsKeyId=KEY) for name in ("a.g1", "b.g1", "c.g1"))


def declared(cluster: str = CLUSTER, secrets: Value = None, /, **changes: Value) -> Properties:
    return {"clusterArn": cluster, "prefix": PREFIX, "secretArns": secrets or [SECRET], **changes}


async def make(engine: ResourceEngine, cluster: str, secrets: list[str]) -> Resource:
    return await engine.create(ASSOCIATION, "scram", declared(cluster, [*secrets]))


def associated(aws: AwsApi, cluster: str) -> list[str]:
    pages = aws.client("kafka").get_paginator("list_scram_secrets").paginate(ClusterArn=cluster)
    return sorted(arn for page in pages for arn in page["SecretArnList"])


async def test_secrets_come_and_go_as_declared(
    aws: AwsApi, engine: ResourceEngine, cluster: str, secrets: list[str]
) -> None:
    made = await make(engine, cluster, secrets[:2])
    assert made.id == f"{cluster}#{PREFIX}"
    assert associated(aws, cluster) == secrets[:2]
    assert await engine.refresh(made) == made
    assert await engine.changed(made, declared(cluster, [*reversed(secrets[:2])])) == set()

    wanted = declared(cluster, [*secrets[1:]])
    assert await engine.changed(made, wanted) == {"secretArns"}
    changed = await engine.update(made, wanted)
    assert changed.outputs["secretArns"] == associated(aws, cluster) == secrets[1:]

    await engine.delete(changed)
    assert associated(aws, cluster) == []


async def test_others_secrets_stay(aws: AwsApi, engine: ResourceEngine, cluster: str, secrets: list[str]) -> None:
    theirs = [secret(aws, "a.g1", prefix, KmsKeyId=KEY) for prefix in ("AmazonMSK_", f"{PREFIX}deeper/")]
    aws.client("kafka").batch_associate_scram_secret(ClusterArn=cluster, SecretArnList=theirs)

    made = await make(engine, cluster, secrets)
    assert associated(aws, cluster) == sorted([*secrets, *theirs])
    await engine.delete(made)
    assert associated(aws, cluster) == sorted(theirs)


async def test_many_go_ten_at_a_time_and_are_listed_in_pages(aws: AwsApi, engine: ResourceEngine, cluster: str) -> None:
    aws.page(10)
    many = sorted(secret(aws, f"s{number}.g1", KmsKeyId=KEY) for number in range(21))

    made = await make(engine, cluster, many)
    assert associated(aws, cluster) == many
    assert aws.calls()["kafka:BatchAssociateScramSecret"] == 3
    assert await engine.refresh(made) == made
    await engine.delete(made)
    assert aws.calls()["kafka:BatchDisassociateScramSecret"] == 3
    assert associated(aws, cluster) == []


async def test_each_secret_that_the_cluster_does_not_take_is_named(
    aws: AwsApi, engine: ResourceEngine, cluster: str, secrets: list[str]
) -> None:
    bad = [secret(aws, "default-key.g1"), SECRET.replace("billing", "nowhere")]

    checked = await engine.check(ASSOCIATION, "scram", declared(cluster, [*bad, *secrets]))
    failure = str(await failure_of(engine.create_checked(ASSOCIATION, "scram", checked)))
    for arn, reason in zip(bad, ("encrypted with the default key", "wasn't able to access"), strict=True):
        assert f"MSK didn't associate {arn}: InvalidSecretArn: " in failure
        assert reason in failure
    assert secrets[0] not in failure
    assert associated(aws, cluster) == secrets


async def test_nothing_is_taken_away_while_something_new_is_not_taken(
    aws: AwsApi, engine: ResourceEngine, cluster: str, secrets: list[str]
) -> None:
    made = await make(engine, cluster, secrets)

    await failure_of(engine.update(made, declared(cluster, [secret(aws, "default-key.g1")])))
    assert associated(aws, cluster) == secrets


async def test_drift_is_found_and_put_right(
    aws: AwsApi, engine: ResourceEngine, cluster: str, secrets: list[str]
) -> None:
    made = await make(engine, cluster, secrets[:2])
    wanted = declared(cluster, [*secrets[:2]])
    kafka = aws.client("kafka")
    kafka.batch_disassociate_scram_secret(ClusterArn=cluster, SecretArnList=secrets[:1])
    kafka.batch_associate_scram_secret(ClusterArn=cluster, SecretArnList=secrets[2:])

    drifted = await engine.refresh(made)
    assert drifted is not None
    assert drifted.outputs["secretArns"] == secrets[1:]
    assert await engine.changed(drifted, wanted) == {"secretArns"}
    await engine.update(drifted, wanted)
    assert associated(aws, cluster) == secrets[:2]


async def test_what_is_there_can_be_imported(engine: ResourceEngine, cluster: str, secrets: list[str]) -> None:
    made = await make(engine, cluster, secrets)
    assert await engine.import_(ASSOCIATION, "scram", made.id) == made
    assert await engine.import_(ASSOCIATION, "scram", f"{CLUSTER}#{PREFIX}") is None
    failure = await failure_of(engine.import_(ASSOCIATION, "scram", cluster))
    assert "<ARN of the cluster>#AmazonMSK_" in str(failure.details())


async def test_a_cluster_that_is_gone_has_no_secrets(
    aws: AwsApi, engine: ResourceEngine, cluster: str, secrets: list[str]
) -> None:
    made = await make(engine, cluster, secrets)
    with pytest.raises(Exception, match="MSK has no cluster"):
        await engine.preview_create(ASSOCIATION, "scram", declared())
    aws.reset()
    assert await engine.refresh(made) is None
    await engine.delete(made)


async def test_a_cluster_that_is_being_changed_is_waited_for(
    aws: AwsApi, engine: ResourceEngine, secrets: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{MODULE}.PAUSE_SECONDS", 0.01)
    coming = aws.plant_cluster(state="CREATING", polls=3)
    made = await make(engine, coming, secrets)
    assert associated(aws, coming) == secrets
    assert aws.calls()["kafka:DescribeClusterV2"] == 3

    monkeypatch.setattr(f"{MODULE}.PATIENCE_SECONDS", 0)
    for state, reason in (("UPDATING", "is still UPDATING; run again"), ("FAILED", "while it is ACTIVE only")):
        aws.change_cluster(coming, state=state)
        assert reason in str(await failure_of(engine.delete(made)))
    assert associated(aws, coming) == secrets


REFUSED: dict[str, tuple[Properties, str]] = {
    "another account's cluster": ({"clusterArn": CLUSTER.replace(ACCOUNT, "999999999999")}, "clusterArn"),
    "a cluster elsewhere": ({"clusterArn": CLUSTER.replace(REGION, "us-east-1")}, "clusterArn"),
    "a topic": ({"clusterArn": CLUSTER.replace(":cluster/", ":topic/")}, "clusterArn"),
    "no ARN": ({"clusterArn": "logs"}, "clusterArn"),
    "a prefix that MSK doesn't know": ({"prefix": "levee/test/", "secretArns": []}, "prefix"),
    "a prefix that ends in a word": ({"prefix": "AmazonMSK_levee"}, "prefix"),
    "another account's secret": ({"secretArns": [SECRET.replace(ACCOUNT, "999999999999")]}, "secretArns"),
    "a secret elsewhere": ({"secretArns": [SECRET.replace(REGION, "us-east-1")]}, "secretArns"),
    "another stack's secret": ({"secretArns": [SECRET.replace("/test/", "/prod/")]}, "secretArns"),
    "half an ARN": ({"secretArns": [SECRET.removesuffix("-aBcDeF")]}, "secretArns"),
    "too many": ({"secretArns": [SECRET.replace("billing", f"s{n}") for n in range(1001)]}, "secretArns"),
}


async def test_what_reaches_outside_is_refused_before_anything_is_asked(aws: AwsApi, engine: ResourceEngine) -> None:
    for changes, where in REFUSED.values():
        with pytest.raises(CheckFailedError) as refused:
            await engine.check(ASSOCIATION, "scram", declared(**changes))
        assert where in refused.value.reasons, changes
    assert not aws.calls()


async def test_secrets_that_are_not_made_yet_are_taken(engine: ResourceEngine) -> None:
    checked = await engine.check(ASSOCIATION, "scram", declared(CLUSTER, [SECRET, UNKNOWN]))
    assert checked["secretArns"] is UNKNOWN


async def test_a_cluster_and_a_prefix_can_not_change(engine: ResourceEngine, cluster: str, secrets: list[str]) -> None:
    made = await make(engine, cluster, secrets)
    for changes in ({"clusterArn": CLUSTER}, {"prefix": "AmazonMSK_other/", "secretArns": []}):
        with pytest.raises(CheckFailedError, match="can't change"):
            await engine.changed(made, declared(cluster, [*secrets], **changes))


@pytest.mark.parametrize("kind", ["throttled", "lost"])
async def test_a_call_that_failed_is_repeated(
    aws: AwsApi, engine: ResourceEngine, cluster: str, secrets: list[str], kind: Kind
) -> None:
    aws.fail("kafka:BatchAssociateScramSecret", kind)

    await make(engine, cluster, secrets)
    assert associated(aws, cluster) == secrets


async def test_a_run_that_stopped_between_two_calls_is_finished_by_the_next(
    aws: AwsApi, engine: ResourceEngine
) -> None:
    many = sorted(secret(aws, f"s{number}.g1", KmsKeyId=KEY) for number in range(11))
    for after in range(4):
        cluster = aws.plant_cluster()
        checked = await engine.check(ASSOCIATION, "scram", declared(cluster, [*many]))
        aws.fail("kafka:*", "denied", after=after)

        failure = await failure_of(engine.create_checked(ASSOCIATION, "scram", checked))
        assert "AccessDeniedException (request " in str(failure)
        made = await engine.create_checked(ASSOCIATION, "scram", checked)
        assert associated(aws, cluster) == many
        assert await engine.changed(made, checked) == set()

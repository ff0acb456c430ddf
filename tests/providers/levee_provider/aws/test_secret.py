"""The place of a secret: under the stack's own key, found again, brought back, and without a value of its own."""

import asyncio
from typing import Any

import pytest

from levee_infra.providers.protocol import burst
from levee_infra.providers.protocol.properties import UNKNOWN, Properties
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.faults import Kind
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

SECRET = "levee:aws:Secret"
NAME = "AmazonMSK_levee/test/billing.g1"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
OTHER_KEY = KEY.replace("1111", "9999")
TAGS = {"levee:managed-by": "levee", "levee:stack": "test", "levee:resource": NAME, "owner": "pay@example.com"}


def declared(name: str = NAME, /, **changes: Any) -> Properties:
    """A compliant secret; tests change one thing."""
    tags = {**TAGS, "levee:resource": name}
    return {"name": name, "keyArn": KEY, "description": "Password of billing.g1", "tags": tags, **changes}


@pytest.fixture
def manager(aws: AwsApi) -> Any:
    """Secrets Manager by hand."""
    return aws.client("secretsmanager")


async def make(engine: ResourceEngine, name: str = NAME, **changes: Any) -> Resource:
    return await engine.create(SECRET, name, declared(name, **changes))


async def refreshed(engine: ResourceEngine, secret: Resource) -> Resource:
    found = await engine.refresh(secret)
    assert found is not None
    return found


def names(manager: Any) -> list[str]:
    return sorted(secret["Name"] for secret in manager.list_secrets()["SecretList"])


async def test_a_secret_is_made_as_declared_and_then_nothing_changes(engine: ResourceEngine, manager: Any) -> None:
    secret = await make(engine)

    about = manager.describe_secret(SecretId=NAME)
    assert (secret.id, secret.outputs["arn"], about["KmsKeyId"]) == (NAME, about["ARN"], KEY)
    assert {tag["Key"]: tag["Value"] for tag in about["Tags"]} == TAGS
    assert "VersionIdsToStages" not in about
    assert await refreshed(engine, secret) == secret
    assert await engine.changed(secret, declared()) == set()
    assert await engine.import_(SECRET, NAME, NAME) == secret
    assert await engine.import_(SECRET, NAME, about["ARN"]) == secret
    assert await engine.import_(SECRET, NAME, "nobody") is None


async def test_what_others_add_is_no_drift_and_stays(engine: ResourceEngine, manager: Any) -> None:
    secret = await make(engine)
    manager.put_secret_value(SecretId=NAME, SecretString="theirs")
    manager.tag_resource(SecretId=NAME, Tags=[{"Key": "theirs", "Value": "yes"}])
    assert await refreshed(engine, secret) == secret

    less = {name: value for name, value in TAGS.items() if name != "owner"}
    await engine.update(secret, declared(tags={**less, "class": "audit"}))
    about = manager.describe_secret(SecretId=NAME)
    assert {tag["Key"] for tag in about["Tags"]} == {*less, "class", "theirs"}
    assert manager.get_secret_value(SecretId=NAME)["SecretString"] == "theirs"


async def test_whatever_is_changed_or_taken_away_by_hand_is_put_right(engine: ResourceEngine, manager: Any) -> None:
    secret = await make(engine)
    manager.update_secret(SecretId=NAME, Description="By hand", KmsKeyId=OTHER_KEY)
    manager.untag_resource(SecretId=NAME, TagKeys=["owner"])

    manager.replicate_secret_to_regions(SecretId=NAME, AddReplicaRegions=[{"Region": "us-east-1"}])

    drifted = await refreshed(engine, secret)
    assert await engine.changed(drifted, declared()) == {"description", "keyArn", "tags.owner", "replicas"}
    assert drifted.outputs["replicas"] == ["us-east-1"]
    assert await refreshed(engine, await engine.update(drifted, declared())) == secret


async def test_the_statement_that_msk_adds_makes_no_difference(
    aws: AwsApi, engine: ResourceEngine, manager: Any
) -> None:
    secret = await make(engine)
    cluster = aws.plant_cluster()
    aws.client("kafka").batch_associate_scram_secret(ClusterArn=cluster, SecretArnList=[secret.outputs["arn"]])
    policy = manager.get_resource_policy(SecretId=NAME)["ResourcePolicy"]
    assert "AWSKafkaResourcePolicy" in policy

    assert await refreshed(engine, secret) == secret
    await engine.update(secret, declared(description="Other"))
    assert manager.get_resource_policy(SecretId=NAME)["ResourcePolicy"] == policy


async def test_a_removed_secret_can_be_brought_back(engine: ResourceEngine, manager: Any) -> None:
    secret = await make(engine)
    manager.put_secret_value(SecretId=NAME, SecretString="kept")
    await engine.delete(secret)
    await engine.delete(secret)
    assert manager.describe_secret(SecretId=NAME)["DeletedDate"]
    assert await engine.refresh(secret) is None
    assert "is gone" in str(await failure_of(engine.update(secret, declared(description="Other"))))

    again = await make(engine, description="Again")
    assert manager.get_secret_value(SecretId=NAME)["SecretString"] == "kept"
    assert await refreshed(engine, again) == again


async def test_a_strangers_secret_is_refused_deleted_or_not(aws: AwsApi, engine: ResourceEngine, manager: Any) -> None:
    manager.create_secret(Name=NAME, SecretString="theirs")
    assert "levee did not make it; if it is meant, tag it levee:managed-by=levee" in str(await failure_of(make(engine)))

    theirs = [{"Key": name, "Value": f"{value}-2"} for name, value in TAGS.items()]
    manager.tag_resource(SecretId=NAME, Tags=theirs)
    assert f"it is {NAME}-2 of stack test-2" in str(await failure_of(make(engine)))
    foreseen = engine.preview_create(SECRET, NAME, declared(keyArn=UNKNOWN))
    assert f"it is {NAME}-2 of stack test-2" in str(await failure_of(foreseen))

    manager.delete_secret(SecretId=NAME)
    assert f"it is {NAME}-2 of stack test-2" in str(await failure_of(make(engine)))
    assert manager.describe_secret(SecretId=NAME)["DeletedDate"]
    assert aws.calls()["secretsmanager:UpdateSecret"] == 0


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "AWS's key": ({"keyArn": "alias/aws/secretsmanager"}, "keyArn"),
    "an alias of one's own": ({"keyArn": KEY.replace("key/", "alias/")}, "keyArn"),
    "a key's id": ({"keyArn": KEY.rpartition("/")[2]}, "keyArn"),
    "another account": ({"keyArn": KEY.replace(ACCOUNT, "999999999999")}, "keyArn"),
    "another region": ({"keyArn": KEY.replace(REGION, "us-east-1")}, "keyArn"),
    "another partition": ({"keyArn": KEY.replace("arn:aws:", "arn:aws-cn:")}, "keyArn"),
    "no key": ({"keyArn": ""}, "keyArn"),
    "a name": ({"name": "billing g1"}, "name"),
    "no description": ({"description": ""}, "description"),
    "a copy elsewhere": ({"replicas": ["eu-west-1"]}, "replicas"),
    "a value": ({"value": "hunter2"}, "value"),
    "no tags": ({"tags": {}}, "tags"),
}


async def test_what_is_wrong_is_refused_before_anything_is_asked(aws: AwsApi, engine: ResourceEngine) -> None:
    for what, (changes, where) in REFUSED.items():
        with pytest.raises(CheckFailedError) as refused:
            await make(engine, **changes)
        assert set(refused.value.reasons) == {where}, what
        assert "hunter2" not in str(refused.value)
    with pytest.raises(CheckFailedError, match="can't change"):
        await engine.check(SECRET, NAME, declared("other"), declared())
    assert not aws.calls()


STOPS: tuple[tuple[str, Kind], ...] = (
    ("CreateSecret", "denied"),
    ("CreateSecret", "expired"),
    ("CreateSecret", "lost"),
)


async def test_a_run_that_stopped_at_any_call_is_finished_by_the_next(
    aws: AwsApi, engine: ResourceEngine, manager: Any
) -> None:
    for number, (call, kind) in enumerate(STOPS, 1):
        name = f"{NAME}-{number}"
        wanted = await engine.check(SECRET, name, declared(name))
        aws.fail(f"secretsmanager:{call}", kind)
        if kind != "lost":  # which is sent again at once
            assert "(request " in str(await failure_of(engine.create_checked(SECRET, name, wanted)))
        secret = await engine.create_checked(SECRET, name, wanted)
        assert await refreshed(engine, secret) == secret
        assert len(names(manager)) == number


async def test_what_a_killed_run_made_is_gone_on_with(aws: AwsApi, engine: ResourceEngine, manager: Any) -> None:
    tags = [{"Key": name, "Value": value} for name, value in TAGS.items()]
    manager.create_secret(Name=NAME, Description="Half made", KmsKeyId=OTHER_KEY, Tags=tags)
    secret = await make(engine)
    assert await refreshed(engine, secret) == secret
    assert len(names(manager)) == 1

    aws.fail("secretsmanager:UpdateSecret", "denied")
    wanted = declared(description="Other")
    assert "not finished: AWS secretsmanager:update_secret" in str(
        await failure_of(engine.create_checked(SECRET, NAME, wanted))
    )


async def test_an_update_and_a_removal_that_stopped_are_finished_by_the_next(
    aws: AwsApi, engine: ResourceEngine, manager: Any
) -> None:
    secret = await make(engine)
    wanted = declared(keyArn=OTHER_KEY, tags={**TAGS, "class": "audit"})
    aws.fail("secretsmanager:TagResource", "denied")
    assert "not finished: AWS secretsmanager:tag_resource" in str(await failure_of(engine.update(secret, wanted)))
    finished = await engine.update(secret, wanted)
    assert await refreshed(engine, finished) == finished

    aws.fail("secretsmanager:DeleteSecret", "denied")
    assert "AccessDenied" in str(await failure_of(engine.delete(finished)))
    aws.fail("secretsmanager:DeleteSecret", "lost")
    await engine.delete(finished)
    assert names(manager) == []


async def test_many_secrets_are_listed_together(aws: AwsApi, engine: ResourceEngine, manager: Any) -> None:
    all_names = [f"{NAME}-{number}" for number in range(24)]
    made = await asyncio.gather(*(make(engine, name) for name in all_names))
    calls = aws.calls()
    assert calls["secretsmanager:CreateSecret"] == len(made)
    assert calls["secretsmanager:ListSecrets"] <= 4
    assert calls["secretsmanager:DescribeSecret"] == 0

    aws.reset_calls()
    assert await asyncio.gather(*(engine.refresh(secret) for secret in made)) == made
    assert aws.calls()["secretsmanager:DescribeSecret"] == 0
    assert aws.calls()["secretsmanager:ListSecrets"] <= 4
    await asyncio.gather(*(engine.delete(secret) for secret in made))
    assert names(manager) == []


async def test_secrets_that_are_read_one_by_one_are_listed_a_few_times(
    aws: AwsApi, engine: ResourceEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(burst, "PAUSE_SECONDS", 60.0)
    made = [await make(engine, f"{NAME}-{number}") for number in range(24)]
    aws.reset_calls()
    assert [await engine.refresh(secret) for secret in made] == made
    assert aws.calls()["secretsmanager:DescribeSecret"] == 0
    assert aws.calls()["secretsmanager:ListSecrets"] == burst.BURST


async def test_who_may_not_list_secrets_looks_at_each(aws: AwsApi, engine: ResourceEngine, manager: Any) -> None:
    made = [await make(engine, f"{NAME}-{number}") for number in range(6)]
    manager.delete_secret(SecretId=f"{NAME}-5", RecoveryWindowInDays=7)
    aws.fail("secretsmanager:ListSecrets", "denied", times=6)
    *there, gone = [await engine.refresh(secret) for secret in made]
    assert (there, gone) == (made[:-1], None)
    aws.forget_faults()

"""What somebody did by hand is told first, and put right by the next run."""

from collections.abc import Callable

import pytest
from confluent_kafka.admin import AclPermissionType, ScramMechanism
from pulumi.runtime.proto import provider_pb2

from tests.support.cluster import LocalCluster
from tests.support.credential_engine import CredentialEngine, State, client_settings
from tests.support.credential_inputs import WriterInputs
from tests.support.kafka_clients import login_error, produce
from tests.support.live_credentials import (
    acls_of,
    binding,
    create_acl,
    delete_acl,
    delete_user,
    set_password,
    users,
)
from tests.support.provider_host import failure_of

pytestmark = pytest.mark.integration

Spoil = Callable[[LocalCluster, str, str], None]


def _extra_acl(cluster: LocalCluster, user: str, topic: str) -> None:
    create_acl(cluster, binding(f"User:{user}", topic, "DELETE"))


def _missing_acl(cluster: LocalCluster, user: str, topic: str) -> None:
    delete_acl(cluster, binding(f"User:{user}", topic, "WRITE"))


def _missing_user(cluster: LocalCluster, user: str, topic: str) -> None:
    delete_user(cluster, user)


def _other_iterations(cluster: LocalCluster, user: str, topic: str) -> None:
    set_password(cluster, user, iterations=4096)


def _other_mechanism(cluster: LocalCluster, user: str, topic: str) -> None:
    set_password(cluster, user, ScramMechanism.SCRAM_SHA_256)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (_extra_acl, "{user} has Delete on topic {topic}, undeclared"),
        (_missing_acl, "{user} lost Write on topic {topic}"),
        (_missing_user, "user {user} has no SCRAM-SHA-512 password on the cluster"),
        (_other_iterations, "user {user} has 4096 iterations, not 8192"),
        (_other_mechanism, "user {user} has a password of another mechanism, SCRAM-SHA-256"),
    ],
)
async def test_drift_on_the_cluster_is_told_and_put_right(
    engine: CredentialEngine,
    declare: WriterInputs,
    cluster: LocalCluster,
    service: str,
    topic: str,
    spoil: Spoil,
    words: str,
) -> None:
    made = await engine.create(declare())
    user = f"{service}.g1"
    spoil(cluster, user, topic)
    live = await engine.refresh(made)
    assert live is not None
    assert live.drift == [words.format(user=user, topic=topic)]
    assert live.inputs == made.inputs
    assert await engine.diff(live, made.inputs) == {"drift": provider_pb2.PropertyDiff.DELETE}
    again = await engine.up(made, declare())
    assert again.outputs == made.outputs
    assert await engine.refresh(again) == again
    assert acls_of(cluster, f"User:{user}") == {("WRITE", topic), ("DESCRIBE", topic)}
    assert produce(client_settings(again), topic) is None


async def test_settings_that_were_edited_or_lost_in_part_are_written_again(
    engine: CredentialEngine, declare: WriterInputs, service: str
) -> None:
    made = await engine.create(declare())
    settings = client_settings(made)
    declare.directory.joinpath(f"{service}.g1.java.properties").unlink()
    live = await engine.refresh(made)
    assert live is not None
    assert live.drift == [f"the client settings of {service}.g1 are not those of the cluster's connection"]
    assert await engine.up(made, declare()) == made
    assert client_settings(made) == settings
    assert declare.directory.joinpath(f"{service}.g1.java.properties").exists()


async def test_a_lost_secret_is_told_before_a_new_password_is_given(
    engine: CredentialEngine, declare: WriterInputs, service: str, topic: str
) -> None:
    made = await engine.create(declare())
    before = client_settings(made)
    made.secret_file.unlink()
    untold = await failure_of(engine.update(made, declare(iterations=9_000)))
    assert f"the secret of {service}.g1 is lost" in str(untold.details())
    assert login_error(before) is None

    live = await engine.refresh(made)
    assert live is not None
    assert [f"the secret of {service}.g1 is lost" in sentence for sentence in live.drift] == [True]
    again = await engine.up(made, declare())
    assert client_settings(again)["sasl.password"] != before["sasl.password"]
    assert produce(client_settings(again), topic) is None
    assert login_error(before) == "_AUTHENTICATION"
    assert await engine.refresh(again) == again


async def test_a_denial_made_by_hand_is_told_and_never_lifted(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str, topic: str
) -> None:
    made = await engine.create(declare())
    denial = binding(f"User:{service}.g1", topic, "WRITE", AclPermissionType.DENY)
    create_acl(cluster, denial)
    live = await engine.refresh(made)
    assert live is not None
    assert live.drift == [f"{service}.g1 is denied Write on topic {topic}"]
    failure = await failure_of(engine.update(live, declare()))
    assert "doesn't lift a denial" in str(failure.details())
    assert produce(client_settings(made), topic) == "TOPIC_AUTHORIZATION_FAILED"
    await engine.delete(made)
    assert acls_of(cluster, f"User:{service}.g1") == set()


async def test_acls_that_nobody_declared_do_not_wait_for_a_new_user(
    engine: CredentialEngine, declare: WriterInputs, cluster: LocalCluster, service: str, topic: str
) -> None:
    create_acl(cluster, binding(f"User:{service}.g1", topic, "DELETE"))
    failure = await failure_of(engine.create(declare()))
    assert f"already has ACLs that levee didn't make: Delete on topic {topic}" in str(failure.details())
    assert users(cluster, service) == set()
    assert not declare.directory.exists()


async def test_what_is_gone_altogether_is_made_again(
    engine: CredentialEngine, declare: WriterInputs, topic: str
) -> None:
    made = await engine.create(declare())
    await engine.delete(made)
    assert await engine.refresh(made) is None
    again: State = await engine.up(made, declare())
    assert produce(client_settings(again), topic) is None

"""SCRAM credentials on real brokers: who can log in, and where the password is not."""

from typing import Any

import pytest
from pulumi.runtime.proto import provider_pb2

from levee_infra.providers.protocol.properties import UNKNOWN, Properties, Secret, Value, encode
from tests.support.cluster import LocalCluster
from tests.support.kafka_clients import login_error
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine

pytestmark = pytest.mark.integration

CREDENTIAL = "kafka:index/userScramCredential:UserScramCredential"
PASSWORD = "a-known-password-41"
OTHER = "another-password-42"


def declared(name: str, **changes: Value) -> Properties:
    inputs: Properties = {"username": name, "scramMechanism": "SCRAM-SHA-512", "password": PASSWORD}
    return {key: value for key, value in (inputs | changes).items() if value is not None}


def settings(cluster: LocalCluster, name: str, password: str) -> dict[str, Any]:
    return cluster.client_config(name, password)


async def test_user_logs_in_until_removed(engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    await engine.preview_create(CREDENTIAL, "u", declared(unique))
    credential = await engine.create(CREDENTIAL, "u", declared(unique))
    assert credential.id == f"{unique}|SCRAM-SHA-512"
    assert credential.outputs["scramIterations"] == 4096
    assert login_error(settings(cluster, unique, PASSWORD)) is None
    assert login_error(settings(cluster, unique, OTHER)) == "_AUTHENTICATION"
    assert await engine.refresh(credential) == credential
    assert await engine.changed(credential, declared(unique)) == set()
    await engine.delete(credential)
    await engine.delete(credential)
    assert login_error(settings(cluster, unique, PASSWORD)) == "_AUTHENTICATION"
    assert await engine.refresh(credential) is None


async def test_new_password_ends_the_old_one(engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    credential = await engine.create(CREDENTIAL, "u", declared(unique))
    assert await engine.changed(credential, declared(unique, password=OTHER)) == {"password"}
    changed = await engine.update(credential, declared(unique, password=OTHER, scramIterations=8192))
    assert login_error(settings(cluster, unique, OTHER)) is None
    assert login_error(settings(cluster, unique, PASSWORD)) == "_AUTHENTICATION"
    assert await engine.refresh(changed) == changed


async def test_no_answer_carries_the_password_unmarked(engine: ResourceEngine, unique: str) -> None:
    """Whatever the engine is told about a password that the program did not mark is marked secret."""
    checked = await engine.check(CREDENTIAL, "u", declared(unique))
    assert checked["password"] == Secret(PASSWORD)
    made = await engine.create_checked(CREDENTIAL, "u", checked)
    assert made.outputs["password"] == Secret(PASSWORD)
    refreshed = await engine.refresh(made)
    assert refreshed is not None
    assert PASSWORD not in repr((checked, made, refreshed))
    other = await engine.update(made, declared(unique, password=OTHER))
    assert OTHER not in repr(other)


async def test_refusals_do_not_carry_the_password(engine: ResourceEngine, unique: str) -> None:
    inputs = declared(unique, passwordWo=OTHER, scramMechanism="PLAIN", scramIterations=1)
    answer = await engine.stub.Check(
        provider_pb2.CheckRequest(urn=Resource(CREDENTIAL, "u", "", {}, {}).urn, news=encode(inputs))
    )
    assert len(answer.failures) == 3
    assert PASSWORD not in str(answer)
    assert OTHER not in str(answer)


class TestWriteOnly:
    """``passwordWo``: in no output, and changed by its version."""

    async def test_is_in_no_output(self, engine: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
        inputs = declared(unique, password=None, passwordWo=PASSWORD, passwordWoVersion="1")
        credential = await engine.create(CREDENTIAL, "u", inputs)
        assert "passwordWo" not in credential.outputs
        assert login_error(settings(cluster, unique, PASSWORD)) is None

    async def test_only_a_new_version_changes_it(
        self, engine: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        first = declared(unique, password=None, passwordWo=PASSWORD, passwordWoVersion="1")
        credential = await engine.create(CREDENTIAL, "u", first)
        assert await engine.changed(credential, first | {"passwordWo": OTHER}) == set()
        second = first | {"passwordWo": OTHER, "passwordWoVersion": "2"}
        assert await engine.changed(credential, second) == {"passwordWoVersion"}
        await engine.update(credential, second)
        assert login_error(settings(cluster, unique, OTHER)) is None

    async def test_without_a_version_a_new_value_changes_it(self, engine: ResourceEngine, unique: str) -> None:
        credential = await engine.create(CREDENTIAL, "u", declared(unique, password=None, passwordWo=PASSWORD))
        changed = declared(unique, password=None, passwordWo=OTHER)
        assert await engine.changed(credential, changed) == {"passwordWo"}


async def test_iterations_changed_by_hand_are_drift(engine: ResourceEngine, unique: str) -> None:
    credential = await engine.create(CREDENTIAL, "u", declared(unique))
    await engine.create(CREDENTIAL, "by-hand", declared(unique, scramIterations=8192))
    drifted = await engine.refresh(credential)
    assert drifted is not None
    assert drifted.outputs["scramIterations"] == 8192
    assert await engine.changed(drifted, declared(unique)) == {"scramIterations"}


async def test_two_mechanisms_of_one_user_are_two_credentials(
    engine: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    strong = await engine.create(CREDENTIAL, "s", declared(unique))
    weak = await engine.create(CREDENTIAL, "w", declared(unique, scramMechanism="SCRAM-SHA-256"))
    await engine.delete(weak)
    assert await engine.refresh(weak) is None
    assert await engine.refresh(strong) == strong
    assert login_error(settings(cluster, unique, PASSWORD)) is None


async def test_import_needs_a_password_only_to_change_something(engine: ResourceEngine, unique: str) -> None:
    await engine.create(CREDENTIAL, "u", declared(unique))
    imported = await engine.import_(CREDENTIAL, "i", f"{unique}|SCRAM-SHA-512")
    assert imported is not None
    assert "password" not in imported.inputs
    error = await failure_of(engine.update(imported, declared(unique, password=None, scramIterations=8192)))
    assert "needs password or passwordWo" in str(error.details())
    await engine.update(imported, declared(unique, scramIterations=8192))
    error = await failure_of(engine.import_(CREDENTIAL, "i", f"{unique}|SCRAM-SHA-512|{PASSWORD}"))
    assert PASSWORD not in str(error.details())


async def test_identity_never_changes(engine: ResourceEngine, unique: str) -> None:
    credential = await engine.create(CREDENTIAL, "u", declared(unique))
    with pytest.raises(CheckFailedError) as caught:
        await engine.update(credential, declared(f"{unique}-2", scramMechanism="SCRAM-SHA-256"))
    assert caught.value.reasons.keys() == {"username", "scramMechanism"}
    assert "Declare a second credential" in caught.value.reasons["username"]


async def test_password_from_another_resource_is_unknown_at_preview(engine: ResourceEngine, unique: str) -> None:
    await engine.preview_create(CREDENTIAL, "u", declared(unique, password=UNKNOWN))
    with pytest.raises(CheckFailedError):
        await engine.check(CREDENTIAL, "u", declared(unique, password=None))
    with pytest.raises(CheckFailedError):
        await engine.check(CREDENTIAL, "u", declared(unique, password="  "))

"""A principal without privilege: every answer it gets is an error, never "there is nothing"."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any, cast

import pytest
import pytest_asyncio

from levee_infra.providers.kafka.provider import KafkaProvider
from levee_infra.providers.protocol.properties import Properties
from tests.providers.kafka_provider import test_acl, test_quota, test_topic, test_user_scram_credential
from tests.support.cluster import LocalCluster
from tests.support.kafka_clients import login_error
from tests.support.provider_host import failure_of
from tests.support.resource_engine import Resource, ResourceEngine, resource_engine

pytestmark = pytest.mark.integration

DECLARED: tuple[tuple[str, Any], ...] = (
    (test_topic.TOPIC, test_topic.declared),
    (test_acl.ACL, test_acl.declared),
    (test_user_scram_credential.CREDENTIAL, test_user_scram_credential.declared),
    (test_quota.QUOTA, test_quota.declared),
)


async def until_let_in(settings: Mapping[str, Any]) -> None:
    """Wait for a broker to know a new user: one broker knowing it does not mean that all do."""
    for _ in range(100):
        if await asyncio.to_thread(login_error, settings) is None:
            return
    raise AssertionError(f"{settings['bootstrap.servers']} does not let {settings['sasl.username']} in")


@pytest_asyncio.fixture
async def nobody(engine: ResourceEngine, cluster: LocalCluster) -> AsyncIterator[ResourceEngine]:
    """The provider as a user who can log in and may do nothing."""
    name, password = f"nobody-{uuid.uuid4().hex[:8]}", uuid.uuid4().hex
    await engine.create(
        test_user_scram_credential.CREDENTIAL,
        "nobody",
        {"username": name, "scramMechanism": "SCRAM-SHA-512", "password": password},
    )
    for server in cluster.bootstrap_servers:
        await until_let_in({**cluster.client_config(name, password), "bootstrap.servers": server})
    config = {**cluster.provider_config(), "saslUsername": name, "saslPassword": password}
    del config["saslPasswordFile"]
    async with resource_engine(KafkaProvider(), cast("Any", config)) as running:
        yield running


@pytest.mark.parametrize(("type_", "declared"), DECLARED)
async def test_reading_fails_instead_of_finding_nothing(
    engine: ResourceEngine, nobody: ResourceEngine, unique: str, type_: str, declared: Any
) -> None:
    resource: Resource = await engine.create(type_, "r", declared(unique))
    error = await failure_of(nobody.refresh(resource))
    assert any(word in str(error.details()) for word in ("lacks Describe", "AUTHORIZATION_FAILED"))
    assert "Request(" not in str(error.details())
    assert await engine.refresh(resource) is not None


@pytest.mark.parametrize(("type_", "declared"), DECLARED)
async def test_writing_fails_at_preview_already(nobody: ResourceEngine, unique: str, type_: str, declared: Any) -> None:
    inputs: Properties = declared(unique)
    error = await failure_of(nobody.preview_create(type_, "r", inputs))
    assert any(word in str(error.details()) for word in ("lacks", "AUTHORIZATION_FAILED"))
    checked = await nobody.check(type_, "r", inputs)
    await failure_of(nobody.create_checked(type_, "r", checked))


@pytest.mark.parametrize(("type_", "declared"), DECLARED)
async def test_deleting_fails_instead_of_being_done(
    engine: ResourceEngine, nobody: ResourceEngine, unique: str, type_: str, declared: Any
) -> None:
    resource: Resource = await engine.create(type_, "r", declared(unique))
    await failure_of(nobody.delete(resource))
    assert await engine.refresh(resource) == resource


async def test_wrong_password_says_so_and_does_not_show_it(cluster: LocalCluster, unique: str) -> None:
    config = {**cluster.provider_config(), "saslPassword": "a-wrong-password"}
    del config["saslPasswordFile"]
    async with resource_engine(KafkaProvider(), cast("Any", config)) as running:
        error = await failure_of(running.preview_create(test_topic.TOPIC, "t", test_topic.declared(unique)))
    assert "Authentication failed" in str(error.details())
    assert "as User:admin" in str(error.details())
    assert "a-wrong-password" not in str(error.details())


async def test_untrusted_broker_says_so(cluster: LocalCluster, unique: str, tmp_path: Path) -> None:
    config = {key: value for key, value in cluster.provider_config().items() if key != "caCert"}
    async with resource_engine(KafkaProvider(), cast("Any", config)) as running:
        error = await failure_of(running.preview_create(test_topic.TOPIC, "t", test_topic.declared(unique)))
    assert "certificate" in str(error.details())

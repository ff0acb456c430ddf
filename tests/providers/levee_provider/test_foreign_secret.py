"""A password that somebody else has put into Secrets Manager is drift, and isn't taken over."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.credential_refusals import unannounced
from levee_infra.kafka.credential.live_credential import LiveCredential, Observed, foreign_secret
from levee_infra.kafka.credential.password import Password
from levee_infra.kafka.secret_store.contract import Fit, KeptSecret
from levee_infra.providers.protocol.properties import Properties
from tests.support.aws.api import AwsApi
from tests.support.cluster import LocalCluster
from tests.support.credential_engine import CredentialEngine, State, credential_engine
from tests.support.credential_inputs import WriterInputs
from tests.support.kafka_clients import login_error
from tests.support.provider_host import failure_of

BILLING = CredentialName("billing", 1)
KEPT = KeptSecret("secrets-manager:billing.g1", Password("x" * 44), Fit.CURRENT, "ours")
PREFIX = "AmazonMSK_levee/foreign/"
THEIRS = "of-their-own-making-of-their-own-making"


@pytest.mark.parametrize(
    ("kept", "recorded", "foreign"),
    [
        (KEPT, "ours", False),
        (replace(KEPT, version="theirs"), "ours", True),
        (replace(KEPT, version="theirs"), None, False),  # a state that tells no version
        (replace(KEPT, version=None), "ours", False),  # a store that tells none
        (None, "ours", False),
    ],
)
def test_it_is_known_by_its_version(kept: KeptSecret | None, recorded: str | None, foreign: bool) -> None:
    seen = Observed(BILLING, LiveCredential({2: 8192}), kept, recorded)
    drift = list(seen.drift(frozenset(), 8192))
    assert seen.has_foreign_secret is foreign
    assert (foreign_secret(BILLING) in drift) is foreign
    assert bool([*unannounced(seen, drift)]) is False
    assert (foreign_secret(BILLING) in " ".join(problem.reason for problem in unannounced(seen, []))) is foreign


@pytest.fixture
def manager(aws_api: AwsApi) -> Iterator[Any]:
    aws_api.reset()
    yield aws_api.client("secretsmanager")
    aws_api.reset()


@pytest_asyncio.fixture
async def engine(cluster: LocalCluster) -> AsyncIterator[CredentialEngine]:
    async with credential_engine(cluster.provider_config()) as running:
        yield running


@pytest.fixture
def kept_in_aws(declare: WriterInputs, aws_api: AwsApi, manager: Any, service: str) -> Properties:
    """Inputs of a service whose passwords are in Secrets Manager, with places for two generations."""
    for generation in (1, 2):
        manager.create_secret(Name=f"{PREFIX}{service}.g{generation}", Description="a place")
    store: Properties = {"kind": "secrets-manager", "prefix": PREFIX, "account": aws_api.account}
    store |= {"region": aws_api.region, "endpoint": aws_api.endpoint, "credentialsFile": str(aws_api.credentials_file)}
    return declare(secretStore=store)


def password(manager: Any, user: str) -> str:
    return str(json.loads(manager.get_secret_value(SecretId=PREFIX + user)["SecretString"])["password"])


def overwrite(manager: Any, user: str) -> None:
    manager.put_secret_value(SecretId=PREFIX + user, SecretString=json.dumps({"username": user, "password": THEIRS}))


def logs_in(cluster: LocalCluster, user: str, secret: str) -> bool:
    return login_error(cluster.client_config(user, secret)) is None


@pytest.mark.integration
async def test_it_is_told_and_replaced_by_a_new_one(
    engine: CredentialEngine, cluster: LocalCluster, manager: Any, kept_in_aws: Properties, service: str
) -> None:
    made = await engine.create(kept_in_aws)
    user = f"{service}.g1"
    ours = password(manager, user)
    assert await engine.refresh(made) == made
    overwrite(manager, user)
    live = await engine.refresh(made)
    assert live is not None
    assert live.drift == [foreign_secret(CredentialName(service, 1))]
    assert "Run again with refresh" in str((await failure_of(engine.update(made, kept_in_aws))).details())

    fixed = await engine.up(made, kept_in_aws)
    assert await engine.refresh(fixed) == fixed
    assert password(manager, user) not in {ours, THEIRS}
    assert logs_in(cluster, user, password(manager, user))
    assert not logs_in(cluster, user, ours)
    assert not [message for message in engine.traffic if THEIRS in message or password(manager, user) in message]


@pytest.mark.integration
async def test_an_older_state_without_versions_goes_on_and_a_rotation_tells_them(
    engine: CredentialEngine, manager: Any, kept_in_aws: Properties, service: str
) -> None:
    made = await engine.create(kept_in_aws)
    older = State(made.id, made.inputs, {name: each for name, each in made.outputs.items() if name != "secretVersions"})
    overwrite(manager, f"{service}.g1")
    assert await engine.refresh(older) == older
    assert await engine.diff(older, made.inputs) == {}
    rotated = await engine.up(older, {**kept_in_aws, "generation": 2})
    assert await engine.refresh(rotated) == rotated
    versions = rotated.outputs["secretVersions"]
    assert isinstance(versions, dict)
    assert set(versions) == {f"{service}.g1", f"{service}.g2"}
    ended = await engine.up(rotated, {**kept_in_aws, "generation": 2, "previous": "revoked"})
    assert ended.outputs["secretVersions"] == {f"{service}.g2": versions[f"{service}.g2"]}

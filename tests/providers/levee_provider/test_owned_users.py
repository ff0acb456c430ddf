"""Two stacks whose services are called alike: the second neither takes nor removes what is the first one's."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.cluster import LocalCluster
from tests.support.credential_engine import CredentialEngine, State, client_settings, credential_engine
from tests.support.credential_inputs import WriterInputs
from tests.support.kafka_clients import login_error, produce
from tests.support.live_credentials import acls_of, users
from tests.support.live_marks import mark_by_hand, owners_of_user
from tests.support.provider_host import failure_of

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def first(cluster: LocalCluster) -> AsyncIterator[CredentialEngine]:
    async with credential_engine({**cluster.provider_config(), "owner": "shop/staging"}) as running:
        yield running


@pytest_asyncio.fixture
async def second(cluster: LocalCluster) -> AsyncIterator[CredentialEngine]:
    async with credential_engine({**cluster.provider_config(), "owner": "lab/dev"}) as running:
        yield running


@pytest.mark.parametrize("same_store", [True, False])
async def test_a_second_stack_is_refused_and_the_first_keeps_its_password(
    first: CredentialEngine,
    second: CredentialEngine,
    cluster: LocalCluster,
    declare: WriterInputs,
    service: str,
    topic: str,
    *,
    same_store: bool,
) -> None:
    theirs = await first.create(declare())
    inputs = declare() if same_store else declare(secretStore={"kind": "file", "directory": f"{declare.directory}-2"})
    for preview in (True, False):
        error = await failure_of(second.create(inputs, preview=preview))
        assert f"user {service}.g1 belongs to shop/staging" in str(error.details())
        assert f"--operation DescribeTokens --user-principal User:{service}.g1" in str(error.details())
    assert await first.refresh(theirs) == theirs
    assert produce(client_settings(theirs), topic) is None


async def test_a_record_of_anothers_user_is_only_forgotten(
    first: CredentialEngine, second: CredentialEngine, cluster: LocalCluster, declare: WriterInputs, service: str
) -> None:
    theirs = await first.create(declare())
    other = declare(secretStore={"kind": "file", "directory": f"{declare.directory}-2"})
    in_both = State(theirs.id, other, {**theirs.outputs, "secretStore": other["secretStore"]})
    error = await failure_of(second.update(in_both, {**other, "iterations": 16384}))
    assert "belongs to shop/staging" in str(error.details())
    await second.delete(in_both)
    assert users(cluster, service) == {f"{service}.g1"}
    assert len(acls_of(cluster, f"User:{service}.g1")) == 2
    assert login_error(client_settings(theirs)) is None
    assert await first.refresh(theirs) == theirs


async def test_an_unmarked_user_whose_secret_lies_in_a_shared_store_is_not_taken(
    engine: CredentialEngine, second: CredentialEngine, declare: WriterInputs
) -> None:
    made = await engine.create(declare())
    error = await failure_of(second.create(declare()))
    assert "no stack has marked it as its own" in str(error.details())
    assert login_error(client_settings(made)) is None


async def test_a_credential_of_before_there_were_marks_gets_one(
    engine: CredentialEngine, second: CredentialEngine, cluster: LocalCluster, declare: WriterInputs, service: str
) -> None:
    old = await engine.create(declare())
    live = await second.refresh(old)
    assert live is not None
    assert live.drift == [f"user {service}.g1 doesn't bear the mark of its owner, lab/dev"]
    marked = await second.up(old, declare())
    assert owners_of_user(cluster, f"{service}.g1") == {"lab/dev"}
    assert await second.refresh(marked) == marked
    assert login_error(client_settings(old)) is None
    mark_by_hand(cluster, f"{service}.g1", "shop/staging", user=True)
    async with credential_engine({**cluster.provider_config(), "owner": "lab/dev"}) as later:
        error = await failure_of(later.delete(marked))
        assert "belongs to shop/staging and lab/dev" in str(error.details())
    assert users(cluster, service) == {f"{service}.g1"}

"""On a cluster that takes its users from elsewhere, as Amazon MSK does, only ACLs and secrets are made."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.cluster import LocalCluster
from tests.support.credential_engine import CredentialEngine, credential_engine
from tests.support.credential_inputs import WriterInputs
from tests.support.live_credentials import acls_of, users

pytestmark = pytest.mark.integration


@pytest_asyncio.fixture
async def engine(cluster: LocalCluster) -> AsyncIterator[CredentialEngine]:
    async with credential_engine({**cluster.provider_config(), "users": "external"}) as running:
        yield running


async def test_a_rotation_makes_no_user_and_revokes_acls_and_secret(
    cluster: LocalCluster, engine: CredentialEngine, declare: WriterInputs, service: str, topic: str
) -> None:
    allowed = {("WRITE", topic), ("DESCRIBE", topic)}
    first = await engine.create(declare())
    assert acls_of(cluster, f"User:{service}.g1") == allowed
    assert await engine.refresh(first) == first

    second = await engine.up(first, declare(generation=2))
    assert [acls_of(cluster, f"User:{service}.g{number}") for number in (1, 2)] == [allowed, allowed]
    third = await engine.up(second, declare(generation=2, previous="revoked"))
    assert acls_of(cluster, f"User:{service}.g1") == set()
    assert (first.secret_file.exists(), third.secret_file.exists()) == (False, True)
    assert users(cluster, service) == set()

    await engine.delete(third)
    assert acls_of(cluster, f"User:{service}.g2") == set()
    assert not third.secret_file.exists()

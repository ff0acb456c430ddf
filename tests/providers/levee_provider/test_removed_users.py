"""Users are gone when that is said, and only those: a broker's refusal is told of the user whose it is."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, Final

import pytest
import pytest_asyncio
from confluent_kafka import KafkaError

from levee_infra.kafka.credential.credential_cluster import CredentialCluster
from levee_infra.kafka.credential.credential_name import CredentialName
from levee_infra.kafka.credential.live_credential import SHA_512

ONE, OTHER, GONE = (CredentialName(service, 1) for service in ("one", "other", "gone"))
SHA_256: Final = 1
MECHANISMS: Final = (SHA_256, SHA_512)
NO_RIGHT: Final = KafkaError.CLUSTER_AUTHORIZATION_FAILED


class Brokers:
    """Take passwords away, but these of a user and mechanism, of which they answer an error."""

    def __init__(self) -> None:
        self.errors: dict[tuple[str, int], int] = {}

    async def send(self, request: Any) -> Any:
        return SimpleNamespace(
            results=[
                SimpleNamespace(user=user, error_code=self.errors.get((user, mechanism), 0), error_message=None)
                for user, mechanism in request.deletions
            ]
        )


@pytest.fixture
def brokers() -> Brokers:
    return Brokers()


@pytest_asyncio.fixture
async def cluster(brokers: Brokers) -> AsyncIterator[CredentialCluster]:
    running = CredentialCluster(brokers.send)
    yield running
    running.close()


async def removed(cluster: CredentialCluster, *names: CredentialName) -> list[str]:
    """What was said of each, empty where it is gone."""
    removals = [cluster.remove_user(name, MECHANISMS) for name in names]
    return [str(said or "") for said in await asyncio.gather(*removals, return_exceptions=True)]


async def test_a_user_that_is_gone_already_is_fine(brokers: Brokers, cluster: CredentialCluster) -> None:
    brokers.errors = {(GONE.username, mechanism): KafkaError.RESOURCE_NOT_FOUND for mechanism in MECHANISMS}
    assert await removed(cluster, GONE, ONE) == ["", ""]


@pytest.mark.parametrize("refused", MECHANISMS)
async def test_a_password_that_stays_is_told_and_of_its_user_only(
    brokers: Brokers, cluster: CredentialCluster, refused: int
) -> None:
    brokers.errors = {(ONE.username, refused): NO_RIGHT}
    of_one, of_other = await removed(cluster, ONE, OTHER)
    assert (of_other, of_one[:22]) == ("", "one.g1: user can't be ")
    assert "CLUSTER_AUTHORIZATION_FAILED" in of_one


async def test_that_one_password_was_gone_does_not_hide_that_the_other_stays(
    brokers: Brokers, cluster: CredentialCluster
) -> None:
    brokers.errors = {(ONE.username, SHA_256): NO_RIGHT, (ONE.username, SHA_512): KafkaError.RESOURCE_NOT_FOUND}
    assert "CLUSTER_AUTHORIZATION_FAILED" in (await removed(cluster, ONE))[0]

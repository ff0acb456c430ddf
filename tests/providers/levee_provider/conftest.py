"""Fixtures of a provider that is configured for the session's cluster, and of a topic and a service in it."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.cluster import LocalCluster
from tests.support.credential_engine import CredentialEngine, credential_engine
from tests.support.credential_inputs import WriterInputs
from tests.support.live_topics import create_by_hand


@pytest_asyncio.fixture
async def engine(cluster: LocalCluster) -> AsyncIterator[CredentialEngine]:
    async with credential_engine(cluster.provider_config()) as running:
        yield running


@pytest.fixture
def service() -> str:
    return f"svc-{uuid.uuid4().hex[:10]}"


@pytest.fixture
def topic(cluster: LocalCluster, service: str) -> str:
    name = f"logs.{service}"
    create_by_hand(cluster, name)
    return name


@pytest.fixture
def declare(service: str, topic: str, tmp_path: Path) -> WriterInputs:
    """Builds the inputs of a writer of ``topic``; tests change one thing."""
    return WriterInputs(service, topic, tmp_path / "secrets")

"""The kafka provider on real brokers, as the administrator."""

import uuid
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
import pytest_asyncio

from levee_infra.providers.kafka.provider import KafkaProvider
from levee_infra.providers.protocol import lag
from tests.support.cluster import LocalCluster
from tests.support.resource_engine import ResourceEngine, resource_engine


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What tests change by hand they wait for on every broker, so that drift need not be waited for again."""
    monkeypatch.setattr(lag, "SETTLE_SECONDS", 1.0)


@pytest_asyncio.fixture
async def engine(cluster: LocalCluster) -> AsyncIterator[ResourceEngine]:
    async with resource_engine(KafkaProvider(), cast("Any", cluster.provider_config())) as running:
        yield running


@pytest.fixture
def unique() -> str:
    """A name that no other test uses."""
    return f"kp-{uuid.uuid4().hex[:10]}"

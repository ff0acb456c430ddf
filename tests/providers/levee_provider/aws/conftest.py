"""The AWS API, empty, and the provider's resources in its account and region."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
import pytest_asyncio

from levee.clock import SYSTEM_CLOCK
from levee_infra.providers.levee.provider import LeveeProvider
from tests.support.aws.api import AwsApi
from tests.support.resource_engine import ResourceEngine, resource_engine

NewEngine = Callable[[], AbstractAsyncContextManager[ResourceEngine]]


@pytest.fixture
def aws(aws_api: AwsApi) -> AwsApi:
    """The API, empty."""
    aws_api.reset()
    return aws_api


@pytest.fixture
def new_engine(aws: AwsApi, monkeypatch: pytest.MonkeyPatch) -> NewEngine:
    """Drives the provider as a run of its own. What it reads counts at once: nobody else has just written."""
    monkeypatch.setattr("levee_infra.providers.protocol.lag.SETTLE_SECONDS", 0)
    connection = {
        "account": aws.account,
        "region": aws.region,
        "endpoint": aws.endpoint,
        "credentialsFile": str(aws.credentials_file),
    }
    return lambda: resource_engine(LeveeProvider(SYSTEM_CLOCK), {"aws": {**connection}})


@pytest_asyncio.fixture
async def engine(new_engine: NewEngine) -> AsyncIterator[ResourceEngine]:
    """One run."""
    async with new_engine() as running:
        yield running

"""The AWS API, empty, and the provider's resources in its account and region."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.providers.levee.provider import LeveeProvider
from levee.clock import SYSTEM_CLOCK
from tests.support.aws.api import AwsApi
from tests.support.resource_engine import ResourceEngine, resource_engine


@pytest.fixture
def aws(aws_api: AwsApi) -> AwsApi:
    """The API, empty."""
    aws_api.reset()
    return aws_api


@pytest_asyncio.fixture
async def engine(aws: AwsApi, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ResourceEngine]:
    """Drives the provider. What it reads counts at once: nobody else has just written."""
    monkeypatch.setattr("infra.providers.lag.SETTLE_SECONDS", 0)
    connection = {
        "account": aws.account,
        "region": aws.region,
        "endpoint": aws.endpoint,
        "credentialsFile": str(aws.credentials_file),
    }
    async with resource_engine(LeveeProvider(SYSTEM_CLOCK), {"aws": {**connection}}) as running:
        yield running

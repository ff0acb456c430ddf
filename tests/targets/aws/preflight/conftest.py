"""A stack in an account, and the account, empty but for what a test plants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from levee_infra.targets.aws.api import Api
from levee_infra.targets.aws.connection import AwsConnection
from tests.support.aws.api import AwsApi
from tests.support.aws_stack import AwsStack


@pytest.fixture
def aws(aws_api: AwsApi) -> AwsApi:
    """The API, empty."""
    aws_api.reset()
    return aws_api


@pytest.fixture
def files(tmp_path: Path, aws_api: AwsApi) -> AwsStack:
    return AwsStack(tmp_path, aws_api)


@pytest_asyncio.fixture
async def api(aws: AwsApi) -> AsyncIterator[Api]:
    """The account as levee asks it."""
    running = Api(AwsConnection(aws.account, aws.region, aws.endpoint, str(aws.credentials_file)))
    yield running
    await running.close()

"""The AWS API for the tests of this folder."""

from __future__ import annotations

import pytest

from tests.support.aws.api import AwsApi


@pytest.fixture
def aws(aws_api: AwsApi) -> AwsApi:
    """The API, empty."""
    aws_api.reset()
    return aws_api

"""Calls that end otherwise than AWS ends them."""

from __future__ import annotations

import pytest

from infra.providers.failures import FailedError
from infra.providers.levee.aws.api import Api
from infra.providers.levee.aws.connection import AwsConnection
from tests.support.aws.api import AwsApi


async def test_an_answer_that_is_no_answer_of_awss_is_a_failure_in_one_line(aws: AwsApi) -> None:
    api = Api(AwsConnection(aws.account, aws.region, aws.endpoint, str(aws.credentials_file)))
    try:
        with pytest.raises(FailedError, match=r"^AWS iam:simulate_custom_policy was answered by something that isn't"):
            await api.call("iam", "simulate_custom_policy", PolicyInputList=["{}"], ActionNames=["iam:GetRole"])
    finally:
        await api.close()

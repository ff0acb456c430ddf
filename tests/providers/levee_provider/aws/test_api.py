"""Calls that end otherwise than AWS ends them: tried again where that is safe, else told with what to do."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.targets.aws.api import Api, AwsError, Patience
from levee_infra.targets.aws.connection import AwsConnection
from tests.support.aws.api import ACCOUNT, REGION, AwsApi
from tests.support.aws.faults import Kind

HASTY = Patience(attempts=1, read=10.0, throttled=(0.0, 0.0))


@asynccontextmanager
async def opened(aws: AwsApi, patience: Patience = HASTY, **changes: str) -> AsyncIterator[Api]:
    """The API as the provider calls it."""
    connection = {
        "account": aws.account,
        "region": aws.region,
        "endpoint": aws.endpoint,
        "credentials_file": str(aws.credentials_file),
    }
    api = Api(AwsConnection(**{**connection, **changes}), patience)
    try:
        yield api
    finally:
        await api.close()


def api_name(operation: str) -> str:
    return "".join(word.capitalize() for word in operation.split("_"))


PASSES: dict[tuple[str, str], Kind] = {
    ("secretsmanager", "list_secrets"): "throttled",
    ("iam", "list_roles"): "throttled",
    ("s3", "list_buckets"): "throttled",
    ("kafka", "list_clusters_v2"): "throttled",
    ("kms", "list_keys"): "server-error",
    ("kinesis", "list_streams"): "unavailable",
    ("kms", "list_aliases"): "dropped",
    ("secretsmanager", "get_random_password"): "lost",
}


async def test_what_passes_is_tried_again(aws: AwsApi) -> None:
    async with opened(aws, Patience(attempts=2)) as api:
        for (service, operation), kind in PASSES.items():
            aws.fail(f"{service}:{api_name(operation)}", kind)
        await asyncio.gather(*(api.call(service, operation) for service, operation in PASSES))

    calls = aws.calls()
    assert {calls[f"{service}:{api_name(operation)}"] for service, operation in PASSES} == {2}
    assert calls["sts:GetCallerIdentity"] == 1


CALLS = {"secretsmanager": "list_secrets", "iam": "list_roles", "s3": "list_buckets", "kafka": "list_clusters_v2"}
"""One for each way in which services write errors."""

TOLD: dict[Kind, tuple[str, str]] = {
    "denied": ("AccessDenied", "let the caller do {call}, or use credentials that may"),
    "expired": ("ExpiredToken", "renew the credentials and run again"),
    "throttled": ("SlowDown Throttling TooManyRequests", "run again later"),
    "server-error": ("InternalError InternalFailure InternalServerError", "was made to fail"),
    "unavailable": ("ServiceUnavailable", "was made to fail"),
}


async def test_what_does_not_pass_is_told_with_its_code_and_request(aws: AwsApi) -> None:
    async with opened(aws, Patience(attempts=1)) as api:
        for kind, (codes, advice) in TOLD.items():
            for service, operation in CALLS.items():
                aws.fail(f"{service}:{api_name(operation)}", kind)
                with pytest.raises(AwsError) as told:
                    await api.call(service, operation)
                assert any(told.value.code.startswith(code) for code in codes.split())
                text = str(told.value)
                assert text.startswith(f"AWS {service}:{operation} was answered {told.value.code} (request ")
                assert "(request unknown)" not in text
                assert advice.format(call=f"{service}:{operation}") in text


async def test_what_only_a_person_can_put_right_is_not_tried_again(aws: AwsApi) -> None:
    kinds: tuple[Kind, ...] = ("denied", "expired")
    async with opened(aws, Patience()) as api:
        for kind in kinds:
            aws.fail("iam:ListRoles", kind)
            with pytest.raises(AwsError):
                await api.call("iam", "list_roles")
    assert aws.calls()["iam:ListRoles"] == len(kinds)


async def test_a_call_that_nobody_answers_may_have_been_carried_out(aws: AwsApi) -> None:
    kinds: dict[Kind, str] = {"dropped": "ConnectionClosedError", "lost": "ConnectionClosedError"}
    async with opened(aws) as api:
        for kind, name in kinds.items():
            aws.fail("kms:CreateKey", kind)
            with pytest.raises(FailedError, match=rf"not answered \({name}\) and may have been carried out"):
                await api.call("kms", "create_key")
    assert len(aws.client("kms").list_keys()["Keys"]) == 1

    async with opened(aws, Patience(attempts=1, read=0.2)) as api:
        aws.fail("kms:CreateKey", "slow", seconds=0.4)
        with pytest.raises(FailedError, match=r"not answered \(ReadTimeoutError\) and may have been carried out"):
            await api.call("kms", "create_key")
    while len(aws.client("kms").list_keys()["Keys"]) < 2:  # it was, and only later
        await asyncio.sleep(0.05)


async def test_an_api_that_nobody_serves_is_told_in_one_line(aws: AwsApi) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{unused.getsockname()[1]}"
        async with opened(aws, endpoint=endpoint) as api:
            with pytest.raises(FailedError, match=r"sts:get_caller_identity was not answered \(EndpointConnection"):
                await api.call("iam", "list_roles")


async def test_an_answer_that_is_no_answer_of_awss_is_a_failure_in_one_line(aws: AwsApi) -> None:
    async with opened(aws) as api:
        with pytest.raises(FailedError, match=r"^AWS iam:simulate_custom_policy was answered by something that isn't"):
            await api.call("iam", "simulate_custom_policy", PolicyInputList=["{}"], ActionNames=["iam:GetRole"])


async def test_what_has_no_name_is_sent_again_only_where_it_was_throttled(aws: AwsApi) -> None:
    async with opened(aws) as api:
        aws.fail("kms:CreateKey", "throttled", times=2)
        await api.once("kms", "create_key")
        assert aws.calls()["kms:CreateKey"] == 3
        aws.fail("kms:CreateKey", "throttled", times=3)
        with pytest.raises(AwsError, match="throttled"):
            await api.once("kms", "create_key")
    async with opened(aws, Patience()) as patient:
        aws.fail("kms:CreateKey", "lost")
        with pytest.raises(FailedError, match="may have been carried out"):
            await patient.once("kms", "create_key")
        aws.fail("kms:CreateKey", "server-error")
        with pytest.raises(AwsError, match="InternalFailure"):
            await patient.once("kms", "create_key")
    assert len(aws.client("kms").list_keys()["Keys"]) == 2


async def test_nothing_is_asked_of_another_account(aws: AwsApi) -> None:
    async with opened(aws, account="999999999999") as api:
        for _ in range(2):
            with pytest.raises(RefusedError, match=f"credentials are of account {ACCOUNT} .*declares 999999999999"):
                await api.call("kms", "create_key")
    assert set(aws.calls()) == {"sts:GetCallerIdentity"}


async def test_who_calls_is_asked_again_after_a_failure(aws: AwsApi) -> None:
    async with opened(aws) as api:
        aws.fail("sts:GetCallerIdentity", "expired")
        with pytest.raises(AwsError, match="ExpiredToken"):
            await api.call("kms", "list_keys")
        await asyncio.gather(*(api.call("kms", "list_keys") for _ in range(3)))
    assert aws.calls()["sts:GetCallerIdentity"] == 2


async def test_no_message_quotes_a_secret(aws: AwsApi) -> None:
    async with opened(aws) as api:
        for value in ("hunter2", ["hunter2"]):
            aws.fail("secretsmanager:PutSecretValue", "denied")
            with pytest.raises(FailedError) as told:
                await api.call("secretsmanager", "put_secret_value", SecretId="x", SecretString=value)
            assert "hunter2" not in f"{told.value!r} {told.value.__cause__!r}"
    assert "boto3 refuses" in str(told.value)


CREDENTIALS: dict[str, tuple[str, int, str]] = {
    "none": ("", 0o600, "holds no AWS credentials under .default."),
    "another profile": ("[other]\naws_access_key_id = x\naws_secret_access_key = y\n", 0o600, "holds no AWS"),
    "half of them": ("[default]\naws_access_key_id = hunter2\n", 0o600, "holds no AWS credentials"),
    "no ini": ("hunter2", 0o600, "holds no AWS credentials"),
    "open to others": ("[default]\naws_access_key_id = x\naws_secret_access_key = y\n", 0o640, "chmod 600"),
}


async def test_a_credentials_file_must_hold_some_and_be_private(aws: AwsApi, tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    for text, mode, words in CREDENTIALS.values():
        file.write_text(text)
        file.chmod(mode)
        async with opened(aws, credentials_file=str(file)) as api:
            with pytest.raises(FailedError, match=words) as told:
                await api.call("kms", "list_keys")
        assert "hunter2" not in str(told.value)
    async with opened(aws, credentials_file=str(tmp_path / "missing")) as api:
        with pytest.raises(FailedError, match="levee local up --aws"):
            await api.call("kms", "list_keys")
    assert not aws.calls()


async def test_without_credentials_one_is_told_to_sign_in(aws: AwsApi, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    api = Api(AwsConnection(ACCOUNT, REGION, aws.endpoint), HASTY)
    try:
        with pytest.raises(FailedError, match="no AWS credentials were found; sign in"):
            await api.call("kms", "list_keys")
    finally:
        await api.close()

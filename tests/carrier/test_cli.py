"""`levee carry` as typed: which carrier is meant, and what must be right before Kafka is asked."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any, Final

import pytest

from levee.diagnostics import LeveeError
from levee_infra.carrier import aws_failures
from levee_infra.carrier.choice import choose
from levee_infra.cli.main import main
from tests.support.aws.api import ACCOUNT, AwsApi
from tests.support.aws_account import KEY
from tests.support.aws_stack import AwsStack
from tests.support.stack_files import StackFiles

NAME: Final = "test.orders.checkout-logs"
LOGS: Final = """\
  - service: {service}
    kind: cloudwatch-logs
    log_group: /ecs/{service}
"""
ROLE: Final = "  {service}: {{assumed_by: ecs-tasks.amazonaws.com}}\n"
PASSWORD: Final = "not-to-be-seen"


def carried(files: AwsStack, *services: str) -> AwsStack:
    """Let log groups be sources of the stream `orders`."""
    files.edit(files.orders, "consumers:\n", "".join(LOGS.format(service=each) for each in services) + "consumers:\n")
    roles = "".join(ROLE.format(service=each) for each in services)
    files.edit(files.stack, "services:\n", f"services:\n{roles}")
    return files


@pytest.fixture
def files(tmp_path: Path, aws_api: AwsApi) -> Iterator[AwsStack]:
    aws_api.reset()
    yield carried(AwsStack(tmp_path, aws_api), "checkout-logs")
    aws_api.reset()


@pytest.fixture
def kinesis(aws_api: AwsApi) -> Any:
    return aws_api.client("kinesis")


def run(files: StackFiles, *words: str) -> int:
    return main(["carry", files.name, *words, "--project", str(files.project)])


def make_stream(kinesis: Any, *, encrypted: bool = True) -> None:
    kinesis.create_stream(StreamName=NAME, StreamModeDetails={"StreamMode": "ON_DEMAND"})
    if encrypted:
        kinesis.start_stream_encryption(StreamName=NAME, EncryptionType="KMS", KeyId=KEY)


def test_help_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["carry", "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    for word in ("read_committed", "supervisor", "--skip", "--until-caught-up", "aws.event_id", "exit codes"):
        assert word in text


def test_a_stack_with_nothing_to_carry_is_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(StackFiles(tmp_path)) == 2
    assert "log_group" in capsys.readouterr().err


def test_a_service_that_carries_nothing_is_exit_2_with_those_that_do(
    files: AwsStack, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files, "orders-api") == 2
    assert "levee carry test checkout-logs --stream orders" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["shardId-1", "shardId-1:", ":4", "shardId-1:4x", "a b:4"])
def test_what_is_no_place_of_a_record_is_exit_2(
    files: AwsStack, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(files, "--skip", place) == 2
    assert "shardId-" in capsys.readouterr().err


def test_of_several_carriers_one_must_be_named(tmp_path: Path, aws_api: AwsApi) -> None:
    plan = carried(AwsStack(tmp_path, aws_api), "checkout-logs", "billing-logs").plan()
    assert choose(plan, "billing-logs", None).name == "test.orders.billing-logs"
    with pytest.raises(LeveeError, match="there are 2 carriers") as ended:
        choose(plan, None, "orders")
    assert "levee carry test billing-logs --stream orders" in ended.value.help
    with pytest.raises(LeveeError, match="no carrier billing-logs --stream refunds"):
        choose(plan, "billing-logs", "refunds")


def test_a_data_stream_that_is_not_there_is_told(files: AwsStack, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(files) == 1
    told = capsys.readouterr().err
    assert ("ResourceNotFoundException" in told, "levee up" in told) == (True, True)


def test_a_start_that_aws_puts_off_is_tried_again_by_the_carrier_itself(
    files: AwsStack, kinesis: Any, aws_api: AwsApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It leaves little of that to boto3, whose tries can't be interrupted."""
    monkeypatch.setattr(aws_failures, "pauses", lambda: repeat(0.0))
    make_stream(kinesis)
    aws_api.fail("kinesis:DescribeStreamSummary", "throttled", times=2)
    assert run(files) == 1
    told = capsys.readouterr().err
    assert ("ThrottlingException" in told, "trying again in 0 s" in told, "Kafka login" in told) == (True, True, True)


def test_a_data_stream_that_is_not_encrypted_is_not_read(
    files: AwsStack, kinesis: Any, aws_api: AwsApi, capsys: pytest.CaptureFixture[str]
) -> None:
    make_stream(kinesis, encrypted=False)
    assert run(files) == 1
    assert "isn't encrypted" in capsys.readouterr().err
    assert aws_api.calls()["kinesis:GetRecords"] == 0


def test_another_account_than_declared_is_refused(
    tmp_path: Path, aws_api: AwsApi, capsys: pytest.CaptureFixture[str]
) -> None:
    files = carried(AwsStack(tmp_path, aws_api), "checkout-logs")
    files.edit(files.stack, f'account: "{ACCOUNT}"', 'account: "210987654321"')
    assert run(files) == 1
    assert "210987654321" in capsys.readouterr().err


def test_a_login_that_is_not_there_is_told(
    files: AwsStack, kinesis: Any, aws_api: AwsApi, capsys: pytest.CaptureFixture[str]
) -> None:
    make_stream(kinesis)
    assert run(files) == 1
    told = capsys.readouterr().err
    assert ("the Kafka login of checkout-logs.g1 can't be read" in told, "levee up" in told) == (True, True)
    assert aws_api.calls()["secretsmanager:BatchGetSecretValue"] == 0


@pytest.mark.parametrize(
    "value",
    [
        f'"{PASSWORD}"',
        PASSWORD,
        json.dumps({"username": "somebody-else.g1", "password": PASSWORD}),
        json.dumps({"username": "checkout-logs.g1", "password": [PASSWORD]}),
        json.dumps({"revoked": "checkout-logs.g1"}),
    ],
)
def test_a_secret_of_somebody_else_is_no_login(
    files: AwsStack, kinesis: Any, aws_api: AwsApi, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make_stream(kinesis)
    name = "AmazonMSK_levee/test/checkout-logs.g1"
    aws_api.client("secretsmanager").create_secret(Name=name, SecretString=value)
    assert run(files) == 1
    told = capsys.readouterr().err
    assert (f"{name} doesn't hold the password" in told, PASSWORD in told) == (True, False)


def test_an_authority_that_cannot_be_read_is_told(
    files: AwsStack, kinesis: Any, aws_api: AwsApi, capsys: pytest.CaptureFixture[str]
) -> None:
    make_stream(kinesis)
    value = json.dumps({"username": "checkout-logs.g1", "password": PASSWORD})
    aws_api.client("secretsmanager").create_secret(Name="AmazonMSK_levee/test/checkout-logs.g1", SecretString=value)
    assert run(files) == 1
    told = capsys.readouterr().err
    assert ("certs/ca.pem can't be read" in told, PASSWORD in told) == (True, False)

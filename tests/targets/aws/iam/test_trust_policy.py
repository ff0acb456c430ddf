"""Who may take on a role."""

import pytest

from levee.targets.aws.iam.evaluate import Outcome, Policies, evaluate
from levee.targets.aws.iam.parsing import parse_document
from levee.targets.aws.iam.request import Request, service
from levee.targets.aws.iam.trust_policy import trust_policy
from tests.support.aws_request import ACCOUNT, OTHER_ACCOUNT, OTHER_ROLE, OUTSIDER, ROLE, request

LOGS = f"arn:aws:logs:eu-west-1:{ACCOUNT}:*"
GROUP = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:orders"
POLICY = trust_policy("logs.amazonaws.com", ACCOUNT, LOGS)


def assume(by: str = "logs.amazonaws.com", account: str | None = ACCOUNT, arn: str | None = GROUP) -> Request:
    keys = {"aws__SourceAccount": account, "aws__SourceArn": arn}
    given = {key: (value,) for key, value in keys.items() if value is not None}
    return request("sts:AssumeRole", ROLE, by=service(by), **given)  # type: ignore[arg-type]


def test_the_service_may_for_the_account() -> None:
    assert evaluate(assume(), Policies(resource=POLICY)).allowed
    assert parse_document(POLICY.compact()) == POLICY


@pytest.mark.parametrize(
    "asked",
    [
        assume(by="lambda.amazonaws.com"),
        assume(account=OTHER_ACCOUNT),
        assume(account=None),
        assume(arn=None),
        assume(arn=GROUP.replace(ACCOUNT, OTHER_ACCOUNT)),
        assume(arn=GROUP.replace("eu-west-1", "us-east-1")),
        request("sts:AssumeRole", ROLE, by=OTHER_ROLE, aws__SourceAccount=(ACCOUNT,), aws__SourceArn=(GROUP,)),
        request("sts:AssumeRole", ROLE, by=OUTSIDER, aws__SourceAccount=(ACCOUNT,), aws__SourceArn=(GROUP,)),
    ],
)
def test_nobody_else_may(asked: Request) -> None:
    assert evaluate(asked, Policies(resource=POLICY)).outcome is Outcome.DENIED_IMPLICITLY


@pytest.mark.parametrize("arn", [LOGS.replace(ACCOUNT, OTHER_ACCOUNT), "arn:aws:s3:::bucket", "arn:aws:logs:*:*:*"])
def test_an_arn_of_another_account_or_of_none_is_refused(arn: str) -> None:
    with pytest.raises(ValueError, match=f"is not of account {ACCOUNT}"):
        trust_policy("logs.amazonaws.com", ACCOUNT, arn)

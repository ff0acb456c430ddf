"""A secret is readable by its own role and by Amazon MSK only."""

import pytest

from levee.targets.aws.iam.document import Document, Effect, Statement
from levee.targets.aws.iam.evaluate import Policies, evaluate
from levee.targets.aws.iam.parsing import parse_document
from levee.targets.aws.iam.request import Request, service
from levee.targets.aws.iam.secret_policy import secret_policy
from tests.support.aws_request import ACCOUNT, OTHER_ACCOUNT, OTHER_ROLE, OUTSIDER, ROLE, SECRET, request

POLICY = secret_policy(ACCOUNT, [ROLE])
EVERYTHING = Document((Statement(effect=Effect.ALLOW, sid="All", actions=("*",), resources=("*",)),))
ADMIN = Policies(identity=(EVERYTHING,), resource=POLICY)
MSK = service("kafka.amazonaws.com")
READ = "secretsmanager:GetSecretValue"


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (request(READ, SECRET), True),
        (request(READ, SECRET, by=OTHER_ROLE), False),
        (request(READ, SECRET, by=f"arn:aws:iam::{ACCOUNT}:root"), False),
        (request(READ, SECRET, by=OUTSIDER), False),
        (request("secretsmanager:PutSecretValue", SECRET, by=OTHER_ROLE), True),
        (request("secretsmanager:PutSecretValue", SECRET, by=OUTSIDER), False),
        (request(READ, SECRET, by=MSK), True),
        (request(READ, SECRET, by=MSK, aws__SourceAccount=(ACCOUNT,)), True),
        (request(READ, SECRET, by=MSK, aws__SourceAccount=(OTHER_ACCOUNT,)), False),
        (request("secretsmanager:PutSecretValue", SECRET, by=MSK), False),
        (request(READ, SECRET, by=service("lambda.amazonaws.com")), False),
    ],
)
def test_who_may(asked: Request, *, allowed: bool) -> None:
    assert evaluate(asked, ADMIN).allowed == allowed


def test_it_grants_its_reader_nothing() -> None:
    assert not evaluate(request(READ, SECRET), Policies(resource=POLICY)).allowed
    assert parse_document(POLICY.compact()) == POLICY


@pytest.mark.parametrize("readers", [[], ["*"], [f"arn:aws:iam::{ACCOUNT}:role/*"], [ROLE, "arn:aws:iam::?:role/a"]])
def test_readers_are_named_whole(readers: list[str]) -> None:
    with pytest.raises(ValueError, match="whole ARNs"):
        secret_policy(ACCOUNT, readers)

"""How policies come together, as the IAM user guide's evaluation logic has it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.targets.aws.iam.document import EVERYONE, Condition, Document, Effect, Principal, Statement
from levee.targets.aws.iam.evaluate import FULL_ACCESS, Decision, Outcome, Policies, evaluate
from levee.targets.aws.iam.request import Request, identity, service
from tests.support.aws_request import ACCOUNT, KEY, OTHER_ACCOUNT, OUTSIDER, ROLE, only, request

OBJECT = "arn:aws:s3:::archive/orders/1"
GET = request("s3:GetObject", OBJECT)
ROOT = identity(f"arn:aws:iam::{ACCOUNT}:root")


def document(effect: Effect, sid: str = "It", **fields: Any) -> Document:
    fields = {"actions": ("s3:GetObject",), "resources": (OBJECT,)} | fields
    if "not_actions" in fields:
        del fields["actions"]
    return Document((Statement(effect=effect, sid=sid, **fields),))


def allow(*principals: Principal, **fields: Any) -> Document:
    return document(Effect.ALLOW, principals=principals, **fields)


def deny(*principals: Principal, **fields: Any) -> Document:
    return document(Effect.DENY, principals=principals, **fields)


UNKNOWN = (Condition("DateLessThan", "aws:CurrentTime", ("2026-01-01",)),)


@pytest.mark.parametrize(
    ("asked", "policies", "outcome"),
    [
        (GET, Policies(), Outcome.DENIED_IMPLICITLY),
        (GET, only(allow()), Outcome.ALLOWED),
        (GET, only(allow(actions=("S3:get*",))), Outcome.ALLOWED),
        (GET, only(allow(not_actions=("iam:*",))), Outcome.ALLOWED),
        (GET, only(allow(not_actions=("s3:Get*",))), Outcome.DENIED_IMPLICITLY),
        (GET, only(allow(resources=(), not_resources=("arn:aws:s3:::other/*",))), Outcome.ALLOWED),
        (GET, only(allow(resources=(), not_resources=(OBJECT,))), Outcome.DENIED_IMPLICITLY),
        (GET, Policies(identity=(allow(), deny())), Outcome.DENIED_EXPLICITLY),
        (GET, Policies(identity=(allow(),), resource=deny(EVERYONE)), Outcome.DENIED_EXPLICITLY),
        # Same account: either will do; naming the account alone leaves it to the account's own levee_policies.
        (GET, Policies(resource=allow(identity(ROLE))), Outcome.ALLOWED),
        (GET, Policies(resource=allow(EVERYONE)), Outcome.ALLOWED),
        (GET, Policies(resource=allow(ROOT)), Outcome.DENIED_IMPLICITLY),
        (GET, Policies(identity=(allow(),), resource=allow(ROOT)), Outcome.ALLOWED),
        # Cross-account: both must.
        (request("s3:GetObject", OBJECT, by=OUTSIDER), only(allow()), Outcome.DENIED_IMPLICITLY),
        (
            request("s3:GetObject", OBJECT, by=OUTSIDER),
            Policies(resource=allow(EVERYONE)),
            Outcome.DENIED_IMPLICITLY,
        ),
        (
            request("s3:GetObject", OBJECT, by=OUTSIDER),
            Policies(identity=(allow(),), resource=allow(identity(OTHER_ACCOUNT))),
            Outcome.ALLOWED,
        ),
        # Nobody that signed in: what a resource opens to everyone is public, and no account's limits bind who asks.
        (request("s3:GetObject", OBJECT, by=EVERYONE), only(allow()), Outcome.DENIED_IMPLICITLY),
        (request("s3:GetObject", OBJECT, by=EVERYONE), Policies(resource=allow(ROOT)), Outcome.DENIED_IMPLICITLY),
        (
            request("s3:GetObject", OBJECT, by=EVERYONE),
            Policies(resource=allow(EVERYONE), scps=(deny(),)),
            Outcome.ALLOWED,
        ),
        (
            request("s3:GetObject", OBJECT, by=EVERYONE),
            Policies(resource=allow(EVERYONE), rcps=(FULL_ACCESS, deny(EVERYONE))),
            Outcome.DENIED_EXPLICITLY,
        ),
        # A service has no identity policy; a key and a role are opened by their own policy only.
        (request("s3:GetObject", OBJECT, by=service("x.amazonaws.com")), only(allow()), Outcome.DENIED_IMPLICITLY),
        (
            request("s3:GetObject", OBJECT, by=service("x.amazonaws.com")),
            Policies(resource=allow(service("x.amazonaws.com"))),
            Outcome.ALLOWED,
        ),
        (
            request("kms:Decrypt", KEY),
            only(allow(actions=("kms:*",), resources=("*",))),
            Outcome.DENIED_IMPLICITLY,
        ),
        (
            request("kms:Decrypt", KEY),
            Policies(
                identity=(allow(actions=("kms:*",), resources=("*",)),),
                resource=allow(ROOT, actions=("kms:*",), resources=("*",)),
            ),
            Outcome.ALLOWED,
        ),
        # What only takes away.
        (GET, Policies(identity=(allow(),), boundaries=(FULL_ACCESS,)), Outcome.ALLOWED),
        (GET, Policies(identity=(allow(),), boundaries=(allow(actions=("s3:Put*",)),)), Outcome.DENIED_IMPLICITLY),
        (GET, Policies(identity=(allow(),), scps=(deny(actions=("iam:*",)),)), Outcome.DENIED_IMPLICITLY),
        (GET, Policies(identity=(allow(),), scps=(FULL_ACCESS, deny(actions=("iam:*",)))), Outcome.ALLOWED),
        (GET, Policies(identity=(allow(),), scps=(FULL_ACCESS, deny())), Outcome.DENIED_EXPLICITLY),
        (GET, Policies(identity=(allow(),), rcps=(FULL_ACCESS, deny(EVERYONE))), Outcome.DENIED_EXPLICITLY),
        (
            request("s3:GetObject", OBJECT, by=f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/X"),
            Policies(identity=(allow(),), scps=(deny(),), rcps=(deny(EVERYONE),)),
            Outcome.ALLOWED,
        ),
        # What can't be determined is never allowed, and a certain denial stays one.
        (GET, only(allow(conditions=UNKNOWN)), Outcome.UNKNOWN),
        (GET, Policies(identity=(allow(), deny(conditions=UNKNOWN))), Outcome.UNKNOWN),
        (GET, only(deny(conditions=UNKNOWN)), Outcome.DENIED_IMPLICITLY),
        (GET, Policies(identity=(allow(conditions=UNKNOWN), deny())), Outcome.DENIED_EXPLICITLY),
        (GET, Policies(identity=(allow(conditions=UNKNOWN), allow(sid="Sure"))), Outcome.ALLOWED),
        (GET, only(allow(resources=("arn:aws:s3:::archive/${aws:username}/*",))), Outcome.UNKNOWN),
        (GET, Policies(identity=(allow(),), scps=(allow(conditions=UNKNOWN),)), Outcome.UNKNOWN),
        # A deny that names the account is about everybody in it.
        (GET, Policies(identity=(allow(),), resource=deny(ROOT)), Outcome.DENIED_EXPLICITLY),
        (GET, Policies(identity=(allow(),), resource=deny(identity(OTHER_ACCOUNT))), Outcome.ALLOWED),
    ],
)
def test_the_logic(asked: Request, policies: Policies, outcome: Outcome) -> None:
    decision = evaluate(asked, policies)
    assert decision.outcome is outcome
    assert decision.allowed == (outcome is Outcome.ALLOWED)


def test_a_decision_tells_by_what() -> None:
    assert evaluate(GET, Policies(identity=(allow(sid="Get"),))) == Decision(Outcome.ALLOWED, "Get")
    assert evaluate(GET, Policies(identity=(allow(), deny(sid="No")))) == Decision(Outcome.DENIED_EXPLICITLY, "No")
    missing = evaluate(GET, Policies(identity=(allow(),), scps=(allow(actions=("s3:Put*",)),)))
    assert missing == Decision(Outcome.DENIED_IMPLICITLY, "service control policy")


def test_policies_in_the_wrong_place_are_refused() -> None:
    with pytest.raises(ValueError, match="an identity's policy names no principal"):
        Policies(identity=(allow(EVERYONE),))
    with pytest.raises(ValueError, match="every statement of a resource's policy names a principal"):
        Policies(resource=allow())


STATEMENTS = st.builds(
    Statement,
    effect=st.sampled_from(Effect),
    actions=st.sampled_from([("*",), ("s3:*",), ("s3:Get*",), ("iam:*",)]),
    resources=st.sampled_from([("*",), (OBJECT,), ("arn:aws:s3:::archive/*",), ("arn:aws:s3:::${x}/*",)]),
    conditions=st.sampled_from([(), UNKNOWN, (Condition("Bool", "aws:SecureTransport", ("false",)),)]),
)
DOCUMENTS = st.builds(lambda found: Document(tuple(found)), st.lists(STATEMENTS, max_size=4))


@given(DOCUMENTS, st.integers(0, 4))
def test_a_deny_wins_wherever_it_stands(found: Document, at: int) -> None:
    statements = (*found.statements[:at], *deny().statements, *found.statements[at:])
    assert evaluate(GET, only(Document(statements))).outcome is Outcome.DENIED_EXPLICITLY


@given(DOCUMENTS, DOCUMENTS)
def test_limits_never_allow_more(found: Document, limit: Document) -> None:
    limited = evaluate(GET, Policies(identity=(found,), scps=(limit,)))
    assert not limited.allowed or evaluate(GET, only(found)).allowed


@given(DOCUMENTS)
def test_the_order_of_statements_means_nothing(found: Document) -> None:
    turned = Document(found.statements[::-1])
    assert evaluate(GET, only(turned)).outcome is evaluate(GET, only(found)).outcome

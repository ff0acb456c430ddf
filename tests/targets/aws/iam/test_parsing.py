"""Policy documents: read strictly, written in one way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from levee.targets.aws.iam.document import Condition, Document, Effect, Principal, PrincipalKind, Statement
from levee.targets.aws.iam.parsing import parse_document

GOOD: dict[str, Any] = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "Read",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:root", "Service": ["logs.amazonaws.com"]},
            "Action": ["s3:GetObject", "s3:List*"],
            "Resource": "arn:aws:s3:::bucket/*",
            "Condition": {"Bool": {"aws:SecureTransport": True}, "StringLike": {"aws:PrincipalArn": ["b", "a"]}},
        },
        {"Effect": "Deny", "Principal": "*", "NotAction": "iam:*", "NotResource": ["b", "a"]},
    ],
}


def changed(**changes: object) -> dict[str, Any]:
    """The good policy, its first statement changed; None removes a key."""
    statement = {**GOOD["Statement"][0], **changes}
    return {**GOOD, "Statement": [{key: value for key, value in statement.items() if value is not None}]}


def test_what_is_read_is_written_back() -> None:
    document = parse_document(GOOD)
    assert parse_document(document.compact()) == parse_document(document.pretty()) == document
    first = document.statements[0]
    assert first.conditions == (
        Condition("Bool", "aws:SecureTransport", ("true",)),
        Condition("StringLike", "aws:PrincipalArn", ("a", "b")),
    )
    assert list(document.plain()["Statement"][0]) == ["Sid", "Effect", "Principal", "Action", "Resource", "Condition"]  # type: ignore[index]


def test_one_statement_needs_no_list() -> None:
    assert parse_document({**GOOD, "Id": "policy", "Statement": GOOD["Statement"][0]}).statements[0].sid == "Read"


def test_order_and_repeats_mean_nothing() -> None:
    other = changed(Action=["s3:List*", "s3:GetObject", "s3:List*"])
    assert parse_document(other).statements[0] == parse_document(GOOD).statements[0]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ("{", "the policy is not JSON: Expecting property name"),
        ("[]", "the policy must be an object"),
        ("[" * 100_000, "the policy is nested too deeply"),
        ('{"Version": "2012-10-17", "Version": "2012-10-17"}', "the policy has the key 'Version' twice in one place"),
        ({**GOOD, "Version": "2008-10-17"}, "Version must be 2012-10-17"),
        ({**GOOD, "Statements": []}, "the policy has Statements, which levee doesn't read"),
        ({"Version": "2012-10-17"}, "Statement[0] must be an object"),
        ({**GOOD, "Statement": [GOOD["Statement"][0]] * 2}, "Statement has two statements of the same Sid"),
        (changed(Effect="allow"), "Statement[0].Effect must be Allow or Deny"),
        (changed(NotPrincipal="*"), "Statement[0] has NotPrincipal, which levee doesn't read"),
        (changed(Principal={"Federated": "x"}), "Statement[0].Principal has principals of kind 'Federated'"),
        (
            changed(Principal={"AWS": "arn:aws:iam::1:role/*"}),
            "Statement[0].Principal.AWS has a wildcard inside a name",
        ),
        (changed(Principal="123456789012"), "Statement[0].Principal must be an object"),
        (changed(Action=None), "Statement[0] can't be read: a statement has either Action or NotAction"),
        (changed(NotAction="s3:*"), "Statement[0] can't be read: a statement has either Action or NotAction"),
        (changed(NotResource="*"), "Statement[0] can't be read: a statement has either Resource or NotResource"),
        (changed(Action="s3"), "Statement[0].Action must be * or service:Action"),
        (changed(Action=[]), "Statement[0].Action is an empty list"),
        (changed(Action=[1]), "Statement[0].Action must be text, not int"),
        (changed(Resource=True), "Statement[0].Resource must be text, not bool"),
        (changed(Effect=["Allow"]), "Statement[0].Effect must be Allow or Deny"),
        (changed(Condition=[]), "Statement[0].Condition must be an object"),
        (changed(Condition={"Bool": "true"}), "Statement[0].Condition.Bool must be an object"),
        (changed(Condition={"Bool": {"k": [["a"]]}}), "Statement[0].Condition.Bool.k must be text, not list"),
        (changed(Condition={"Bool": {"k": None}}), "Statement[0].Condition.Bool.k must be text, not NoneType"),
    ],
)
def test_what_is_refused(source: str | dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$") as refused:
        parse_document(source)
    assert str(refused.value).startswith(complaint)


def test_a_statement_tests_a_key_once() -> None:
    conditions = (Condition("Bool", "k", ("true",)), Condition("Bool", "k", ("false",)))
    with pytest.raises(ValueError, match="tests a key once by one operator"):
        Statement(effect=Effect.DENY, actions=("*",), conditions=conditions)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD["Statement"][0], "AWS"]), inner),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_refused_in_one_way(value: object) -> None:
    for source in (json.dumps(value), json.dumps({"Version": "2012-10-17", "Statement": value})):
        try:
            document = parse_document(source)
        except ValueError:
            continue
        assert parse_document(document.compact()) == document


def test_everyone_is_written_as_a_star() -> None:
    everyone = Statement(effect=Effect.DENY, actions=("s3:*",), principals=(Principal(PrincipalKind.AWS, "*"),))
    assert Document((everyone,)).plain()["Statement"][0]["Principal"] == "*"  # type: ignore[call-overload,index]

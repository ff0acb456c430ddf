"""Policies are compared by what they say."""

from __future__ import annotations

import json

import pytest

from levee_infra.targets.aws.kinds.json_text import same_json

STATEMENT = {"Effect": "Allow", "Principal": {"AWS": ["b", "a"]}, "Action": "s3:GetObject", "Resource": ["*"]}


def policy(*statements: object) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Principal": {"AWS": ["a", "b"]}},
        {"Action": ["s3:GetObject"]},
        {"Resource": "*"},
    ],
)
def test_another_form_says_the_same(changes: dict[str, object]) -> None:
    one, other = policy(STATEMENT), policy({**STATEMENT, **changes})
    assert same_json(one, other)
    assert same_json(one, json.dumps(json.loads(other), indent=2, sort_keys=True))


@pytest.mark.parametrize(
    "changes",
    [
        {"Principal": {"AWS": ["a", "b", "c"]}},
        {"Principal": {"AWS": "a"}},
        {"Action": ["s3:GetObject", "s3:PutObject"]},
        {"Effect": "Deny"},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
    ],
)
def test_another_policy_does_not(changes: dict[str, object]) -> None:
    assert not same_json(policy(STATEMENT), policy({**STATEMENT, **changes}))
    assert not same_json(policy(STATEMENT), policy(STATEMENT, {**STATEMENT, **changes}))


@pytest.mark.parametrize(("one", "other"), [("Allow all", "Deny all"), ("", policy()), (None, policy()), (1, 2)])
def test_what_is_no_json_is_compared_as_it_is(one: str | int | None, other: str | int) -> None:
    assert not same_json(one, other)
    assert same_json(one, one)
    assert same_json(other, other)

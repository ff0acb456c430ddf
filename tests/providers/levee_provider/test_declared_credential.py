from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from levee_infra.kafka.credential.declared_credential import read_credential, refuse_transition, with_defaults
from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.providers.protocol.properties import UNKNOWN, Properties
from levee_infra.targets.registry import STORES
from tests.support.credential_inputs import acl, credential_inputs


def problems_of(inputs: Properties) -> dict[str, str]:
    with pytest.raises(RefusedError) as caught:
        read_credential(inputs, STORES)
    return {problem.property: problem.reason for problem in caught.value.problems}


def usernames(**changes: Any) -> list[str]:
    declared = read_credential(credential_inputs(**changes), STORES)
    assert declared is not None
    return [name.username for name in declared.names]


def transition_problems(old: Properties, new: Properties) -> dict[str, str]:
    declared = read_credential(new, STORES)
    assert declared is not None
    try:
        refuse_transition(old, declared)
    except RefusedError as refusal:
        return {problem.property: problem.reason for problem in refusal.problems}
    return {}


def test_two_generations_are_valid_until_the_previous_one_is_revoked() -> None:
    assert usernames(generation=1) == ["billing.g1"]
    assert usernames(generation=1, previous="revoked") == ["billing.g1"]
    assert usernames(generation=3) == ["billing.g2", "billing.g3"]
    assert usernames(generation=3, previous="revoked") == ["billing.g3"]


def test_what_may_be_left_out_is_filled_in() -> None:
    filled = with_defaults(credential_inputs(generation="2", username=None))
    assert filled["previous"] == "valid"
    assert filled["iterations"] == 8_192
    assert filled["generation"] == 2
    assert "username" not in filled
    assert filled["acls"] == [
        {"resourceType": "topic", "name": "logs.audit", "pattern": "literal", "operation": operation, "host": "*"}
        for operation in ("Write", "Describe")
    ]
    assert read_credential(filled, STORES) == read_credential(credential_inputs(generation=2), STORES)


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"service": "Billing"}, "service", "lower-case"),
        ({"service": "billing.eu"}, "service", "lower-case"),
        ({"service": "../etc"}, "service", "lower-case"),
        ({"service": "-billing"}, "service", "lower-case"),
        ({"service": "x" * 49}, "service", "49 characters"),
        ({"service": ""}, "service", "needs service"),
        ({"generation": 0}, "generation", "1 or more"),
        ({"generation": -1}, "generation", "1 or more"),
        ({"generation": 1.5}, "generation", "whole number"),
        ({"generation": None}, "generation", "needs generation"),
        ({"previous": "gone"}, "previous", "valid, or revoked"),
        ({"iterations": 4096}, "iterations", "8192 to 16384"),
        ({"iterations": 100_000}, "iterations", "8192 to 16384"),
        ({"acls": []}, "acls", "at least one"),
        ({"acls": None}, "acls", "at least one"),
        ({"acls": [acl(), acl("x", "Read", "group"), acl()]}, "acls[2]", "repeats acls[0] (Write on topic logs.audit)"),
        ({"acls": [acl("*")]}, "acls[0].name", "wildcards"),
        ({"secretStore": None}, "secretStore", "needs secretStore"),
        ({"secretStore": {"kind": "vault"}}, "secretStore.kind", "one of file"),
        ({"secretStore": {"kind": "file"}}, "secretStore.directory", "needs directory"),
        ({"secretStore": {"kind": "file", "directory": "secrets"}}, "secretStore.directory", "absolute"),
        ({"secretStore": {"kind": "file", "directory": "/a/../etc"}}, "secretStore.directory", "absolute"),
        ({"secretStore": {"kind": "file", "directory": "/a", "mode": 7}}, "secretStore.mode", "no property"),
        ({"password": "hunter2"}, "password", "no property password"),
    ],
)
def test_an_input_with_one_thing_wrong_is_refused_there(changes: dict[str, Any], where: str, words: str) -> None:
    problems = problems_of(credential_inputs(**changes))
    assert words in problems[where]
    assert len(problems) == 1


def test_every_problem_is_told_at_once() -> None:
    problems = problems_of(credential_inputs(service="A", generation=0, iterations=1, acls=[acl("*"), acl("logs/x")]))
    assert set(problems) == {"service", "generation", "iterations", "acls[0].name", "acls[1].name"}


@pytest.mark.parametrize("name", ["service", "generation", "previous", "iterations", "acls", "secretStore"])
def test_a_value_that_is_not_known_yet_is_no_problem(name: str) -> None:
    assert read_credential({**credential_inputs(), name: UNKNOWN}, STORES) is None


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ({"service": "payments"}, {}, "service"),
        ({"generation": 2}, {"generation": 1}, "generation"),
        ({"generation": 1}, {"generation": 3}, "generation"),
        ({"generation": 1}, {"generation": 2, "previous": "revoked"}, "previous"),
        ({"generation": 2, "previous": "revoked"}, {"generation": 2}, "previous"),
    ],
)
def test_a_step_that_would_lose_a_credential_is_refused(old: dict[str, Any], new: dict[str, Any], where: str) -> None:
    assert list(transition_problems(credential_inputs(**old), credential_inputs(**new))) == [where]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({}, {}),
        ({}, {"previous": "revoked"}),
        ({"previous": "revoked"}, {}),
        ({}, {"generation": 2}),
        ({"generation": 2}, {"generation": 2, "previous": "revoked"}),
        ({"generation": 2, "previous": "revoked"}, {"generation": 3}),
        ({"generation": 2}, {"generation": 3}),
        ({}, {"acls": [acl("logs.other")], "iterations": 16_384}),
    ],
)
def test_a_step_that_keeps_the_overlap_is_taken(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert transition_problems(credential_inputs(**old), credential_inputs(**new)) == {}


def test_without_a_state_any_generation_can_be_declared() -> None:
    assert transition_problems({}, credential_inputs(generation=7)) == {}


@settings(deadline=None)
@given(
    st.integers(1, 6),
    st.sampled_from(["valid", "revoked"]),
    st.integers(1, 6),
    st.sampled_from(["valid", "revoked"]),
)
def test_no_accepted_step_cuts_off_the_newest_credential(before: int, had: str, after: int, has: str) -> None:
    old = credential_inputs(generation=before, previous=had)
    new = credential_inputs(generation=after, previous=has)
    if not transition_problems(old, new):
        assert f"billing.g{before}" in usernames(generation=after, previous=has)

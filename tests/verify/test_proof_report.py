"""A proof as a person and as a program read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from levee.plan.planned import Plan
from levee_infra.verify.access import Access, PlannedNames
from levee_infra.verify.answer import Answer, Observation, Outcome
from levee_infra.verify.check import Check, checks
from levee_infra.verify.discrepancy import Discrepancy, Kind
from levee_infra.verify.evidence import Evidence
from levee_infra.verify.probe import Probe, Subject
from levee_infra.verify.proof import NotProved, Proof
from levee_infra.verify.proof_json import render_json
from levee_infra.verify.proof_tables import MOST_USERS, render_tables
from tests.support.golden import assert_golden

ABOUT = Evidence(datetime(2026, 11, 21, tzinfo=UTC), "0", None, "somebody@somewhere", None, ("b-1:9096",))


def as_declared(check: Check) -> Outcome:
    return Outcome(check, Observation(Answer.ALLOWED if check.allowed else Answer.REFUSED, "evidence"))


def proof_of(outcomes: Iterable[Outcome], *discrepancies: Discrepancy) -> Proof:
    return Proof(
        stack="test",
        cluster_id="bGV2ZWUtbG9jYWwtMDAwMQ",
        wrote=False,
        outcomes=tuple(outcomes),
        discrepancies=discrepancies,
        topics=1,
        acls=12,
        users=4,
        brokers={1: "eu-west-1/a"},
    )


@pytest.fixture
def outcomes(plan: Plan) -> list[Outcome]:
    names = PlannedNames.of(plan)
    return [
        as_declared(check)
        for turn, credential in enumerate(plan.credentials)
        for check in checks(credential.usernames[0], Access.of(credential, names), names, turn=turn)
    ]


def spoiled(
    outcomes: list[Outcome], user: str, subject: Subject, probe: Probe, observation: Observation
) -> list[Outcome]:
    return [
        replace(each, observation=observation)
        if (each.check.username, each.check.subject, each.check.probe) == (user, subject, probe)
        else each
        for each in outcomes
    ]


def has_row(text: str, words: str) -> bool:
    """Whether a line begins with these words, however far apart."""
    return any(" ".join(line.split()).startswith(words) for line in text.splitlines())


def test_a_matrix_of_words_and_a_line_that_sums_up(outcomes: list[Outcome]) -> None:
    text = render_tables(proof_of(outcomes))
    assert_golden(Path(__file__).parent / "golden" / "matrix.txt", text)
    assert text.splitlines()[-1] == (
        "Proved: 1 topic, 12 ACLs and 4 users of the cluster compared; 4 credentials tried "
        f"{len(outcomes)} times: {len(outcomes)} as declared, 0 surprises, 0 unknown"
    )
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_a_surprise_is_in_the_matrix_and_told_below_it(outcomes: list[Outcome]) -> None:
    let_through = Observation(Answer.ALLOWED, "INVALID_RECORD")
    broken = spoiled(outcomes, "detection-engine.g1", Subject.OWN_STREAM, Probe.PRODUCE, let_through)
    text = render_tables(proof_of(broken))
    assert has_row(text, "detection-engine.g1 reader of 1 stream SURPRISE may")
    assert has_row(text, "SURPRISE detection-engine.g1 produce eu.orders.audit.v1 may not allowed: INVALID_RECORD")
    assert text.splitlines()[-1].startswith("NOT PROVED")


def test_what_is_unknown_for_one_reason_is_told_once(outcomes: list[Outcome]) -> None:
    unclear = Observation(Answer.UNCLEAR, "not tried: no such file")
    broken = [replace(o, observation=unclear) if o.check.username == "orders-api.g1" else o for o in outcomes]
    told = [line for line in render_tables(proof_of(broken)).splitlines() if "no such file" in line]
    assert len(told) == 1
    assert told[0].split()[:2] == ["UNKNOWN", "orders-api.g1"]
    assert not proof_of(broken).holds


def test_a_discrepancy_alone_is_enough_not_to_hold(outcomes: list[Outcome]) -> None:
    stranger = Discrepancy(Kind.UNEXPECTED, "User:mallory", "no right here", "Read on topic *, which covers all")
    proof = proof_of(outcomes, stranger)
    assert not proof.holds
    assert "User:mallory" in render_tables(proof)
    assert "1 surprise," in render_tables(proof).splitlines()[-1]


def test_of_many_users_those_with_a_surprise_are_always_shown(outcomes: list[Outcome]) -> None:
    some = [each for each in outcomes if each.check.username == "orders-api.g1"]
    many = [
        replace(each, check=replace(each.check, username=f"service{index:03}.g1"))
        for index in range(100)
        for each in some
    ]
    unclear = Observation(Answer.UNCLEAR, "no answer")
    text = render_tables(proof_of(spoiled(many, "service099.g1", Subject.CREDENTIAL, Probe.LOG_IN, unclear)))
    assert "service099.g1" in text
    assert f"service{MOST_USERS - 1:03}.g1" in text
    assert f"service{MOST_USERS:03}.g1" not in text
    assert f"... and {99 - MOST_USERS} more users, all as declared" in text


def test_what_cannot_be_tried_is_listed_and_fails_nothing(outcomes: list[Outcome]) -> None:
    untried = replace(proof_of(outcomes), not_proved=(NotProved("collector", "CN=collector", granted=True),))
    text = render_tables(untried)
    assert has_row(text, "collector CN=collector granted, not proved")
    assert text.splitlines()[-1].startswith("Proved but for 1 principal: ")
    assert text.splitlines()[-1].endswith(", 0 surprises, 0 unknown, 1 granted, not proved")
    assert untried.holds
    document = json.loads(render_json(untried, ABOUT))
    assert document["holds"] is True
    assert document["not_proved"] == [{"service": "collector", "principal": "CN=collector", "granted": True}]
    assert document["tried"] == {"as declared": len(outcomes), "surprise": 0, "unknown": 0}


def test_what_cannot_be_tried_excuses_nothing_else(outcomes: list[Outcome]) -> None:
    lost = Discrepancy(Kind.ACL, "User:CN=collector", "Write on topic x", "missing", thing="user CN=collector")
    untried = replace(proof_of(outcomes, lost), not_proved=(NotProved("collector", "CN=collector", granted=False),))
    text = render_tables(untried)
    assert not untried.holds
    assert has_row(text, "collector CN=collector NOT GRANTED AS DECLARED")
    assert text.splitlines()[-1].startswith("NOT PROVED: ")
    unclear = Observation(Answer.UNCLEAR, "no answer")
    broken = spoiled(outcomes, "orders-api.g1", Subject.CREDENTIAL, Probe.LOG_IN, unclear)
    assert not replace(untried, outcomes=tuple(broken), discrepancies=()).holds


def test_json_is_canonical_and_whole(outcomes: list[Outcome]) -> None:
    text = render_json(proof_of(outcomes), ABOUT)
    assert text == render_json(proof_of(reversed(outcomes)), ABOUT)
    document = json.loads(text)
    assert text == json.dumps(document, indent=2, sort_keys=True) + "\n"
    assert document["holds"] is True
    assert document["tried"] == {"as declared": len(outcomes), "surprise": 0, "unknown": 0}
    assert len(document["outcomes"]) == len(outcomes)
    assert document["outcomes"][0].keys() == {
        *("user", "subject", "scope", "name", "probe", "allowed", "answer", "done", "evidence", "verdict")
    }


def test_nothing_tried_is_said_plainly() -> None:
    assert "0 credentials tried 0 times" in render_tables(proof_of([]))

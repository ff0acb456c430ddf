"""From what a broker answers to a verdict."""

from __future__ import annotations

import pytest

from levee_infra.verify.answer import Answer, Observation, Outcome, Verdict
from levee_infra.verify.check import Check
from levee_infra.verify.cluster_probes import CLUSTER_REQUESTS
from levee_infra.verify.group_probes import GROUP_REQUESTS
from levee_infra.verify.probe import Probe, Subject
from levee_infra.verify.probe_request import PASSING, REFUSALS, ProbeRequest, read_code
from levee_infra.verify.stream_probes import STREAM_REQUESTS

INERT = {
    probe: make("levee-probe") for probe, make in {**STREAM_REQUESTS, **GROUP_REQUESTS, **CLUSTER_REQUESTS}.items()
}


def outcome(answer: Answer, *, allowed: bool) -> Outcome:
    check = Check("a.g1", Subject.OWN_STREAM, "writer of 1 stream", "t", Probe.PRODUCE, allowed)
    return Outcome(check, Observation(answer, "evidence"))


@pytest.mark.parametrize(
    ("allowed", "answer", "verdict"),
    [
        (True, Answer.ALLOWED, Verdict.AS_DECLARED),
        (False, Answer.REFUSED, Verdict.AS_DECLARED),
        (True, Answer.REFUSED, Verdict.SURPRISE),
        (False, Answer.ALLOWED, Verdict.SURPRISE),
        (True, Answer.UNCLEAR, Verdict.UNKNOWN),
        (False, Answer.UNCLEAR, Verdict.UNKNOWN),
    ],
)
def test_only_what_was_expected_and_seen_is_a_pass(allowed: bool, answer: Answer, verdict: Verdict) -> None:
    assert outcome(answer, allowed=allowed).verdict is verdict


@pytest.mark.parametrize("inert", INERT.values())
def test_no_answer_is_read_as_both_permission_and_refusal(inert: ProbeRequest) -> None:
    assert not inert.permitted & REFUSALS
    assert inert.permitted
    assert not REFUSALS & PASSING


@pytest.mark.parametrize("code", sorted({-1, *range(130)} - REFUSALS))
def test_an_error_that_no_request_foresees_is_unclear(code: int) -> None:
    for inert in INERT.values():
        if code not in inert.permitted:
            assert read_code(code, inert.permitted, done=inert.done).answer is Answer.UNCLEAR


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_kind_of_refusal_is_one(code: int) -> None:
    observation = read_code(code, frozenset({0}), done=True)
    assert observation.answer is Answer.REFUSED
    assert observation.evidence.endswith("AUTHORIZATION_FAILED")


def test_only_what_went_without_an_error_was_done() -> None:
    assert read_code(0, frozenset({0, 1}), done=True).done
    assert not read_code(1, frozenset({0, 1}), done=True).done
    assert not read_code(0, frozenset({0}), done=False).done

"""What was deleted and made again under its name fails the proof, whatever else is right of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from levee.clock import SYSTEM_CLOCK
from levee.plan import type_tokens
from levee.plan.planned import Plan
from levee_infra.targets.aws.kinds.archive_bucket.live import LiveBucket
from levee_infra.targets.aws.kinds.data_stream.live import LiveDataStream
from levee_infra.targets.aws.kinds.role.live import LiveRole
from levee_infra.targets.aws.live import Unread
from levee_infra.targets.aws.proof import things
from levee_infra.targets.aws.proof.identities import RecordedIdentities, identity_outcomes
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.targets.aws.proof.prove import judge_account
from levee_infra.verify.answer import Verdict
from tests.support.aws_account import compliant_account
from tests.support.aws_stack import AwsStack

MADE = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.fixture
def plan(aws_files: AwsStack) -> Plan:
    return aws_files.with_logs().plan()


def account(plan: Plan) -> LiveAccount:
    """In which everything can be determined from another of its name."""
    live = compliant_account(plan)
    assert not isinstance(live.roles, Unread)
    return replace(
        live,
        roles={name: replace(role, number="AROA1") for name, role in live.roles.items()},
        data_streams={
            name: LiveDataStream({**stream.about, "StreamCreationTimestamp": MADE})
            for name, stream in live.data_streams.items()
            if isinstance(stream, LiveDataStream)
        },
    )


def recorded(plan: Plan) -> dict[tuple[str, str], str]:
    """As a state has it that made all of that."""
    tokens = {
        things.ROLE: type_tokens.AWS_ROLE,
        things.DELIVERY: type_tokens.AWS_ROLE,
        things.SECRET: type_tokens.AWS_SECRET,
        things.KEY: type_tokens.AWS_KEY,
        things.ARCHIVE: type_tokens.AWS_ARCHIVE_BUCKET,
        things.DATA_STREAM: type_tokens.AWS_DATA_STREAM,
    }
    unknown = identity_outcomes(plan, account(plan), Unread("not now"))
    named = {(each.check.thing, each.name) for each in unknown}
    assert {thing for thing, _ in named} == {*tokens}
    found: dict[tuple[str, str], str] = {}
    for thing, name in named:
        key = tokens[thing], name.rpartition(":")[2] if thing is things.KEY else name
        (outcome,) = identity_outcomes(plan, account(plan), {key: "another"})
        assert outcome.verdict is Verdict.SURPRISE
        found[key] = outcome.found.partition("; recorded is another")[0]
    return found


def verdicts(plan: Plan, live: LiveAccount, known: RecordedIdentities | Unread | None) -> set[Verdict]:
    return {each.verdict for each in identity_outcomes(plan, live, known)}


def test_what_is_recorded_is_proved_and_what_is_not_is_left_out(plan: Plan) -> None:
    known = recorded(plan)
    assert verdicts(plan, account(plan), known) == {Verdict.AS_DECLARED}
    assert verdicts(plan, account(plan), {}) == set()
    assert verdicts(plan, account(plan), None) == set()


def test_a_record_that_can_not_be_read_proves_nothing(plan: Plan) -> None:
    assert verdicts(plan, account(plan), Unread("the journal is damaged")) == {Verdict.UNKNOWN}


def test_each_that_was_made_anew_is_a_surprise(plan: Plan) -> None:
    known, live, now = recorded(plan), account(plan), SYSTEM_CLOCK.now()
    (bucket,), (stream,) = live.buckets.values(), live.data_streams.values()
    assert isinstance(bucket, LiveBucket)
    assert isinstance(stream, LiveDataStream)
    assert not isinstance(live.roles, Unread)
    assert not isinstance(live.secrets, Unread)
    tagged = {**bucket.settings.answers, "get_bucket_tagging": {"TagSet": [{"Key": "levee:made", "Value": "anew"}]}}
    others = (
        replace(live, buckets={name: LiveBucket(bucket.region, replace(bucket.settings, answers=tagged))
                               for name in live.buckets}),
        replace(live, data_streams={name: LiveDataStream({**stream.about, "StreamCreationTimestamp": now})
                                    for name in live.data_streams}),
        replace(live, roles={name: _anew(role) for name, role in live.roles.items()}),
        replace(live, secrets={name: replace(each, arn=f"{each.arn[:-6]}zzzzzz")
                               for name, each in live.secrets.items()}),
        replace(live, keys={name: replace(key, arn=f"{key.arn}0") for name, key in live.keys.items()
                            if not isinstance(key, Unread)}),
    )  # fmt: skip
    for other in others:
        wrong = [each for each in judge_account(plan, other, (), known) if each.check.column == "recorded"]
        assert any(each.verdict is Verdict.SURPRISE and "what that held is gone" in each.found for each in wrong)


def _anew(role: LiveRole) -> LiveRole:
    return replace(role, number="AROA2")

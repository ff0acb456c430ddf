"""An account in which a log group's events are delivered, and what a proof finds wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from levee.plan.planned import Plan
from levee.targets.aws.iam.document import Document
from levee.targets.aws.iam.parsing import parse_document
from levee_infra.targets.aws.proof.live import LiveAccount
from levee_infra.targets.aws.proof.prove import judge_account
from levee_infra.verify.account import Thing
from levee_infra.verify.answer import Verdict
from tests.support.aws_account import joined, with_role
from tests.support.aws_stack import PLACE

STREAM = "test.orders.checkout-logs"
DRAINER = "test-checkout-logs"
ARN = f"arn:aws:kinesis:{PLACE}:stream/{STREAM}"


def wrong(plan: Plan, live: LiveAccount) -> dict[tuple[Thing, str], Verdict]:
    """What isn't as declared, by thing and the claim's column."""
    found = [each for each in judge_account(plan, live) if each.verdict is not Verdict.AS_DECLARED]
    return {(each.check.thing, each.check.column): each.verdict for each in found}


def surprises(thing: Thing, *columns: str) -> dict[tuple[Thing, str], Verdict]:
    return {(thing, column): Verdict.SURPRISE for column in columns}


def unknowns(thing: Thing, *columns: str) -> dict[tuple[Thing, str], Verdict]:
    return {(thing, column): Verdict.UNKNOWN for column in columns}


def allowing(**statement: Any) -> Document:
    return parse_document({"Version": "2012-10-17", "Statement": {"Effect": "Allow", **statement}})


def allowed_besides(live: LiveAccount, role: str, **statement: Any) -> LiveAccount:
    """The account in which a role's policy has one more statement."""
    assert isinstance(live.roles, Mapping)
    return with_role(live, role, inline={"levee": joined(live.roles[role].inline["levee"], allowing(**statement))})

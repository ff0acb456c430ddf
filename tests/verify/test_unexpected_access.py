"""Who else may touch what the plan holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from levee.model.name import NamePattern, PatternType
from levee.plan.planned import Plan
from levee_infra.verify.live_state import LiveAcl
from levee_infra.verify.unexpected_access import unexpected_access
from tests.support.stack_files import StackFiles
from tests.verify.conftest import compliant, plan_of

ORDERS = "eu.orders.audit.v1"
PREFIXED = PatternType.PREFIXED


def acl(kind: str, name: str, pattern: PatternType = PatternType.LITERAL, operation: str = "Read") -> LiveAcl:
    return LiveAcl("User:mallory", kind, NamePattern(name, pattern), operation, "*", allows=True)


def found(plan: Plan, *acls: LiveAcl) -> list[str]:
    return [stranger.found for stranger in unexpected_access(plan, acls)]


def test_the_plans_own_principals_are_none(plan: Plan) -> None:
    assert found(plan, *compliant(plan).acls) == []


@pytest.mark.parametrize(
    ("planted", "covers"),
    [
        (acl("topic", ORDERS), ORDERS),
        (acl("topic", "*"), ORDERS),
        (acl("topic", "eu.", PREFIXED), ORDERS),
        (acl("topic", "e", PREFIXED), ORDERS),
        (acl("topic", ORDERS, PREFIXED), ORDERS),
        (acl("group", "siem-shipper"), "siem-shipper"),
        (acl("group", "*"), "detection-engine, siem-shipper"),
        (acl("group", "siem-", PREFIXED), "siem-shipper"),
        (acl("transactionalId", "orders-api-7", operation="Write"), "orders-api-*"),
        (acl("transactionalId", "orders-", PREFIXED, "Write"), "orders-api-*"),
        (acl("transactionalId", "orders-api-eu-", PREFIXED, "Write"), "orders-api-*"),
        (acl("transactionalId", "*", operation="Write"), "orders-api-*"),
        (acl("cluster", "kafka-cluster", operation="Alter"), "every stream, since it may change the ACLs"),
        (acl("cluster", "kafka-cluster", operation="All"), "every stream, since it may change the ACLs"),
    ],
)
def test_a_stranger_is_named_with_what_it_reaches(plan: Plan, planted: LiveAcl, covers: str) -> None:
    assert found(plan, planted) == [f"{planted}, which covers {covers}"]


@pytest.mark.parametrize(
    "planted",
    [
        acl("topic", "eu.orders.audit.v2"),
        acl("topic", "eu.orders.audit.v1.", PREFIXED),
        acl("topic", "us.", PREFIXED),
        acl("group", "siem"),
        acl("transactionalId", "orders-api"),
        acl("cluster", "kafka-cluster", operation="Describe"),
        acl("delegationToken", "*"),
        replace(acl("topic", ORDERS), allows=False),
        replace(acl("topic", "*"), principal="User:admin"),
    ],
    ids=str,
)
def test_others_affairs_are_theirs(plan: Plan, planted: LiveAcl) -> None:
    assert found(plan, planted) == []


def test_a_service_that_left_the_plan_is_a_stranger(plan: Plan) -> None:
    left = replace(acl("topic", ORDERS), principal="User:old-service.g1")
    assert [stranger.what for stranger in unexpected_access(plan, [left])] == ["User:old-service.g1"]


def test_everybody_is_a_stranger_too(plan: Plan) -> None:
    everybody = replace(acl("topic", ORDERS), principal="User:*")
    assert [stranger.what for stranger in unexpected_access(plan, [everybody])] == ["User:*"]


def test_of_many_streams_a_few_are_shown_and_all_counted(files: StackFiles) -> None:
    for index in range(9):
        files.stream(f"other{index}")
    (text,) = found(plan_of(files), acl("topic", "*"))
    assert text.endswith("eu.orders.audit.v1, eu.other0.v1, eu.other1.v1 and 7 more")

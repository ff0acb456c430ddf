"""What is claimed of a credential, and on which names it is tried."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from levee.model.name import NamePattern, PatternType
from levee.model.role import Role
from levee.plan.planned import Plan
from levee_infra.verify.access import Access, PlannedNames
from levee_infra.verify.check import MARK, SAMPLE, Check, checks, example, sample
from levee_infra.verify.probe import STREAM_PROBES, Probe, Subject
from tests.support.stack_files import StackFiles
from tests.verify.conftest import plan_of

ORDERS = "eu.orders.audit.v1"


def claims_of(plan: Plan, service: str, turn: int = 0) -> list[Check]:
    names = PlannedNames.of(plan)
    credential = next(each for each in plan.credentials if each.service == service)
    return list(checks(credential.usernames[-1], Access.of(credential, names), names, turn=turn))


def may(found: Sequence[Check], subject: Subject) -> set[tuple[str, Probe]]:
    return {(check.name, check.probe) for check in found if check.subject is subject and check.allowed}


def test_a_writer_may_produce_to_its_stream_and_transact_and_nothing_more(plan: Plan) -> None:
    found = claims_of(plan, "orders-api")
    assert may(found, Subject.OWN_STREAM) == {(ORDERS, Probe.PRODUCE), (ORDERS, Probe.DESCRIBE)}
    assert may(found, Subject.OWN_TRANSACTION) == {(f"orders-api-{MARK}", Probe.TRANSACT)}
    others = {Subject.OTHER_STREAM, Subject.NEW_STREAM, Subject.OTHER_GROUP, Subject.OTHER_TRANSACTION, Subject.CLUSTER}
    assert not [check for check in found if check.subject in others and check.allowed]


def test_a_reader_may_consume_its_stream_in_its_own_groups_and_nothing_more(plan: Plan) -> None:
    found = claims_of(plan, "detection-engine")
    assert may(found, Subject.OWN_STREAM) == {(ORDERS, Probe.CONSUME), (ORDERS, Probe.DESCRIBE)}
    assert may(found, Subject.OWN_GROUP) == {("detection-engine", Probe.JOIN), ("detection-engine", Probe.READ_OFFSETS)}
    assert {check.name for check in found if check.subject is Subject.OTHER_GROUP} == {"siem-shipper"}


def test_a_manager_of_a_prefix_may_create_what_begins_with_it(plan: Plan) -> None:
    found = claims_of(plan, "orders-operator")
    created = {check.name: check.allowed for check in found if check.subject is Subject.NEW_STREAM}
    assert created == {f"eu.orders.{MARK}": True, MARK: False}
    assert (ORDERS, Probe.DELETE) in may(found, Subject.OWN_STREAM)


def test_every_operation_is_tried_on_own_and_on_foreign_streams(files: StackFiles) -> None:
    files.stream("other")
    found = claims_of(plan_of(files), "orders-api")
    for subject, name in ((Subject.OWN_STREAM, ORDERS), (Subject.OTHER_STREAM, "eu.other.v1")):
        assert [c.probe for c in found if c.subject is subject] == list(STREAM_PROBES)
        assert {check.name for check in found if check.subject is subject} == {name}


def test_where_no_stream_is_foreign_one_is_made_up(plan: Plan) -> None:
    foreign = {check.name for check in claims_of(plan, "orders-api") if check.subject is Subject.OTHER_STREAM}
    assert foreign == {MARK}


def test_other_services_are_tried_on_other_foreign_streams(files: StackFiles) -> None:
    for index in range(5):
        files.stream(f"other{index}")
    plan = plan_of(files)
    tried = {
        c.name for turn in range(6) for c in claims_of(plan, "orders-api", turn) if c.subject is Subject.OTHER_STREAM
    }
    assert tried == {f"eu.other{index}.v1" for index in range(5)}


def test_of_many_streams_a_sample_is_tried_and_counted(files: StackFiles) -> None:
    for index in range(50):
        files.stream(f"other{index:02}", consumers="[{service: shipper, groups: [shipper]}]")
    found = [c for c in claims_of(plan_of(files), "shipper") if c.subject is Subject.OWN_STREAM]
    assert {check.scope for check in found} == {"reader of 50 streams"}
    assert {check.name for check in found} == {"eu.other00.v1", "eu.other24.v1", "eu.other49.v1"}


def test_streams_with_other_roles_are_sampled_apart(files: StackFiles) -> None:
    files.stream("other", consumers="[{service: orders-api, groups: [orders-api]}]")
    scopes = {c.scope for c in claims_of(plan_of(files), "orders-api") if c.subject is Subject.OWN_STREAM}
    assert scopes == {"reader of 1 stream", "writer of 1 stream"}


def test_roles_on_a_stream_that_the_plan_does_not_hold_come_from_prefixes(plan: Plan) -> None:
    names = PlannedNames.of(plan)
    operator = next(each for each in plan.credentials if each.service == "orders-operator")
    access = Access.of(operator, names)
    assert access.roles_on("eu.orders.unplanned") == {Role.MANAGER}
    assert access.roles_on("eu.ordersx") == frozenset()


@pytest.mark.parametrize(
    ("length", "indexes"), [(0, []), (1, [0]), (3, [0, 1, 2]), (4, [0, 1, 3]), (10_000, [0, 4999, 9999])]
)
def test_a_sample_reaches_from_the_first_to_the_last(length: int, indexes: list[int]) -> None:
    assert list(sample(range(length))) == indexes
    assert len(indexes) <= SAMPLE


def test_a_prefix_is_tried_on_a_name_that_nobody_uses() -> None:
    assert example(NamePattern("shipper-", PatternType.PREFIXED)) == f"shipper-{MARK}"
    assert example(NamePattern("shipper")) == "shipper"

"""What grants reach of other stacks' things."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from confluent_kafka.admin import ResourcePatternType

from levee.diagnostics import Rejected
from levee.model.acl import ResourceType
from levee.model.name import NamePattern
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from levee_infra.kafka.admin.connection import Connection
from levee_infra.kafka.admin.session import Session
from levee_infra.kafka.held_by_others import held_by_others
from levee_infra.kafka.live_cluster import LiveCluster, contradictions, refuse_contradictions
from levee_infra.kafka.reach import Held, doubtful_grants, grants_anothers, reaches_beyond
from levee_infra.providers.protocol.ownership import Mark, MarksUnavailableError
from tests.support.stack_files import StackFiles

TOPIC, GROUP, TRANSACTIONAL_ID = ResourceType.TOPIC, ResourceType.GROUP, ResourceType.TRANSACTIONAL_ID
RACKS = {1: "eu-west-1/a", 2: "eu-west-1/b", 3: "eu-west-1/c"}


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """Its grants reach the topics eu.orders.*, two groups and the transactional ids orders-api-*."""
    return build_plan(StackFiles(tmp_path).load(), date(2026, 11, 21))


def held(kind: ResourceType, name: str, owner: str = "shop/staging") -> Held:
    return Held(kind, NamePattern.parse(name), owner)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (held(TOPIC, "eu.orders.events.v1"), ["grants-anothers-topic"]),
        (held(TOPIC, "eu.orders."), ["grants-anothers-topic"]),
        (held(TOPIC, "eu.orders"), []),
        (held(TOPIC, "eu.orders-2"), []),
        (held(TOPIC, "eu.orderz.v1"), []),
        (held(TOPIC, "eu.payments.v1"), []),
        (held(TOPIC, "eu.orders.audit.v1"), []),  # the declared topic itself is refused, not what is granted on it
        (held(GROUP, "siem-shipper"), ["grants-anothers-consumer-group"]),
        (held(GROUP, "siem-*"), ["grants-anothers-consumer-group"]),
        (held(GROUP, "siem-shipper-*"), []),
        (held(GROUP, "siem-shipper-2"), []),
        (held(GROUP, "eu.orders.events.v1"), []),
        (held(TRANSACTIONAL_ID, "orders-api-7"), ["grants-anothers-transactional-id"]),
        (held(TRANSACTIONAL_ID, "orders-api-*"), ["grants-anothers-transactional-id"]),
        (held(TRANSACTIONAL_ID, "orders-*"), ["grants-anothers-transactional-id"]),
        (held(TRANSACTIONAL_ID, "orders-api-eu-*"), ["grants-anothers-transactional-id"]),
        (held(TRANSACTIONAL_ID, "orders-api"), []),
    ],
)
def test_a_grant_that_reaches_what_is_anothers(plan: Plan, other: Held, expected: list[str]) -> None:
    assert [problem.id for problem in grants_anothers(plan, [other])] == expected


def test_the_refusal_names_what_is_reached_its_owner_and_where_the_grant_stands(plan: Plan, tmp_path: Path) -> None:
    others = (held(TOPIC, "eu.orders.events.v1"), held(TOPIC, "eu.orders.new.v1", "lab/dev"), held(GROUP, "siem-*"))
    with pytest.raises(Rejected) as rejected:
        refuse_contradictions(plan, LiveCluster(plan.cluster.id, RACKS, {}, others=others), tmp_path)
    topic, group = sorted(rejected.value.diagnostics, key=lambda each: each.id, reverse=True)
    assert topic.message == (
        "the grant of orders-operator (manager) on topic eu.orders.* reaches eu.orders.events.v1 of shop/staging, "
        "eu.orders.new.v1 of lab/dev, by the mark of its owner"
    )
    assert "siem-* of shop/staging" in group.message
    lines = (tmp_path / "stacks" / "test" / "stack.yaml").read_text().splitlines()
    for found, text in ((topic, "topics: eu.orders.*"), (group, "groups: [siem-shipper]")):
        assert found.location is not None
        assert text in lines[found.location.line - 1]


def test_what_has_no_known_owner_is_a_doubt_and_no_refusal(plan: Plan) -> None:
    others = (held(TOPIC, "eu.orders.events.v1", ""), held(TOPIC, "eu.orders.audit.v1", ""), held(TOPIC, "eu.x", ""))
    live = LiveCluster(plan.cluster.id, RACKS, {}, others=others)
    assert list(contradictions(plan, live)) == []
    (doubt,) = doubtful_grants(plan, others)
    assert "reaches eu.orders.events.v1, which this stack doesn't declare" in doubt


def test_only_a_grant_beyond_the_declared_topics_needs_marks(tmp_path: Path) -> None:
    files = StackFiles(tmp_path)
    assert reaches_beyond(build_plan(files.load(), date(2026, 11, 21)))
    files.edit(files.stack, "topics: eu.orders.*", "streams: [orders]")
    assert not reaches_beyond(build_plan(files.load(), date(2026, 11, 21)))


class Compared(str):
    """A name that counts how often it is compared."""

    __slots__ = ()
    times = 0

    def __lt__(self, other: str) -> bool:
        Compared.times += 1
        return str.__lt__(self, other)


def test_no_grant_is_compared_with_every_topic(plan: Plan) -> None:
    def names(count: int) -> Iterator[Held]:
        for number in range(count):
            yield Held(TOPIC, NamePattern(Compared(f"eu.orders.{number:05}")), "shop/staging")

    operator = next(each for each in plan.credentials if each.service == "orders-operator")
    many = replace(operator, grants=operator.grants * 500)
    wide = replace(plan, credentials=(many,))
    Compared.times = 0
    problems = list(grants_anothers(wide, names(2_000)))
    assert len(problems) == 500
    assert "and 1997 more" in problems[0].message
    assert Compared.times < 2_000 * 40  # 500 * 2,000 would be a million


@pytest.mark.parametrize("seen", [True, False])
async def test_without_marks_what_others_hold_has_no_owner(
    plan: Plan, monkeypatch: pytest.MonkeyPatch, seen: bool
) -> None:
    marks = {"eu.orders.x": frozenset({Mark("shop/staging")}), "own.g1": frozenset({Mark(plan.qualified_stack)})}

    class Unseen:
        async def every(self) -> Mapping[str, frozenset[Mark]]:
            if not seen:
                raise MarksUnavailableError("the cluster has no authorizer")
            return marks

    class Asked:
        async def ask(self, _request: object) -> list[SimpleNamespace]:
            pattern = ResourcePatternType.LITERAL
            names = ("own.g1", "by-hand", "siem-shipper.g1")
            return [SimpleNamespace(name="g", principal=f"User:{x}", resource_pattern_type=pattern) for x in names]

    monkeypatch.setattr("levee_infra.kafka.held_by_others.marks_of", lambda *_: Unseen())
    session = cast("Session", Asked())
    found = await held_by_others(session, Connection(("127.0.0.1:1",)), plan, ["eu.orders.x", "eu.y"])
    topics = {(each.pattern.name, each.owner) for each in found if each.type is TOPIC}
    assert topics == ({("eu.orders.x", "shop/staging")} if seen else {("eu.orders.x", ""), ("eu.y", "")})
    assert {each.owner for each in found if each.type is GROUP} == (set() if seen else {""})

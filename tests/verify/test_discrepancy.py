"""Where a cluster isn't as the plan has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from levee.model.name import NamePattern
from levee.plan.planned import Plan
from levee_infra.verify.discrepancy import Discrepancy, Kind, discrepancies, identities
from levee_infra.verify.live_state import LiveAcl, LiveSetting, LiveState
from tests.support.proving import revoking_previous
from tests.support.stack_files import StackFiles
from tests.verify.conftest import compliant, plan_of

ORDERS = "eu.orders.audit.v1"


@pytest.fixture
def live(plan: Plan) -> LiveState:
    return compliant(plan)


def found(plan: Plan, live: LiveState) -> list[Discrepancy]:
    return list(discrepancies(plan, live))


def users_of(live: LiveState) -> Mapping[str, Mapping[str, int]]:
    assert live.users is not None
    return live.users


def with_topic(live: LiveState, **changes: object) -> LiveState:
    return replace(live, topics={ORDERS: replace(live.topics[ORDERS], **changes)})  # type: ignore[arg-type]


def with_setting(live: LiveState, key: str, setting: LiveSetting | None) -> LiveState:
    settings = {k: v for k, v in live.topics[ORDERS].settings.items() if k != key}
    return with_topic(live, settings=settings | ({key: setting} if setting else {}))


def test_a_compliant_cluster_has_none(plan: Plan, live: LiveState) -> None:
    assert found(plan, live) == []


def test_a_broker_that_is_down(plan: Plan, live: LiveState) -> None:
    racks = {broker: rack for broker, rack in live.racks.items() if broker != 2}
    assert found(plan, replace(live, racks=racks)) == [Discrepancy(Kind.CLUSTER, "brokers that are up", "3", "2")]


def test_a_broker_outside_the_region_and_one_that_could_be_anywhere(plan: Plan, live: LiveState) -> None:
    racks = {**live.racks, 2: "us-east-1/us-east-1a", 3: None, 4: "eu-west-1/eu-west-1d"}
    assert [(d.what, d.found) for d in found(plan, replace(live, racks=racks))] == [
        ("region of broker 2", "us-east-1 (rack us-east-1/us-east-1a)"),
        ("region of broker 3", "unknown: its rack is None"),
    ]


def test_a_missing_topic(plan: Plan, live: LiveState) -> None:
    assert found(plan, replace(live, topics={})) == [
        Discrepancy(Kind.TOPIC, f"{ORDERS}: the topic", "exists", "missing")
    ]


def test_other_partitions(plan: Plan, live: LiveState) -> None:
    assert found(plan, with_topic(live, partitions=4)) == [Discrepancy(Kind.TOPIC, f"{ORDERS}: partitions", "3", "4")]


def test_one_partition_with_fewer_replicas(plan: Plan, live: LiveState) -> None:
    assert found(plan, with_topic(live, replication=frozenset({2, 3}))) == [
        Discrepancy(Kind.TOPIC, f"{ORDERS}: replicas of a partition", "3", "2 and 3")
    ]


def test_another_value_of_a_declared_setting(plan: Plan, live: LiveState) -> None:
    changed = with_setting(live, "compression.type", LiveSetting("gzip", on_topic=True))
    assert found(plan, changed) == [Discrepancy(Kind.TOPIC, f"{ORDERS}: compression.type", "zstd", "gzip")]


def test_a_setting_that_the_broker_did_not_answer_for(plan: Plan, live: LiveState) -> None:
    assert [d.found for d in found(plan, with_setting(live, "retention.ms", None))] == ["unknown"]


def test_a_setting_that_only_happens_to_be_right(plan: Plan, live: LiveState) -> None:
    fallen_back = with_setting(live, "compression.type", LiveSetting("zstd", on_topic=False))
    (only,) = found(plan, fallen_back)
    assert "broker's default" in only.found


def test_a_setting_that_is_not_declared_is_nobodys_business(plan: Plan, live: LiveState) -> None:
    assert found(plan, with_setting(live, "flush.ms", LiveSetting("1", on_topic=True))) == []


def test_another_spelling_of_a_declared_value(plan: Plan, live: LiveState) -> None:
    assert found(plan, with_setting(live, "retention.ms", LiveSetting("07776000000", on_topic=True))) == []


def test_tiering_that_nobody_declared(plan: Plan, live: LiveState) -> None:
    tiered = with_setting(live, "remote.storage.enable", LiveSetting("true", on_topic=True))
    assert [(d.what, d.declared, d.found) for d in found(plan, tiered)] == [
        (f"{ORDERS}: remote.storage.enable", "false", "true")
    ]


def test_a_broker_that_knows_no_tiering(plan: Plan, live: LiveState) -> None:
    assert found(plan, with_setting(live, "remote.storage.enable", None)) == []


def test_a_topic_that_was_made_anew(plan: Plan, live: LiveState) -> None:
    (only,) = identities(plan, with_topic(live, id="anew"), {ORDERS: "first", "elsewhere": "x"})
    assert (only.what, only.declared) == (f"{ORDERS}: the topic itself", "the recorded one, first")
    assert "another one, anew" in only.found


@pytest.mark.parametrize("recorded", [{ORDERS: "first"}, {}])
def test_a_topic_that_is_the_recorded_one_or_of_which_nothing_is_recorded(
    plan: Plan, live: LiveState, recorded: dict[str, str]
) -> None:
    assert list(identities(plan, with_topic(live, id="first"), recorded)) == []


def test_a_missing_user_and_a_weak_one(plan: Plan, live: LiveState) -> None:
    users = {**users_of(live), "orders-api.g1": {}, "siem-shipper.g1": {"SCRAM-SHA-512": 4096}}
    assert [(d.what, d.found) for d in found(plan, replace(live, users=users))] == [
        ("orders-api.g1", "has no such password"),
        ("siem-shipper.g1", "4096 rounds"),
    ]


def test_a_second_mechanism(plan: Plan, live: LiveState) -> None:
    users = {**users_of(live), "orders-api.g1": {"SCRAM-SHA-512": 8192, "SCRAM-SHA-256": 8192}}
    assert [d.found for d in found(plan, replace(live, users=users))] == ["has a password for SCRAM-SHA-256 too"]


def test_a_user_of_a_generation_that_is_not_valid(plan: Plan, live: LiveState) -> None:
    users = {**users_of(live), "orders-api.g7": {"SCRAM-SHA-512": 8192}, "somebody": {"SCRAM-SHA-512": 8192}}
    assert found(plan, replace(live, users=users)) == [
        Discrepancy(Kind.USER, "orders-api.g7", "revoked, or never made", "can log in")
    ]


def test_during_an_overlap_both_generations_are_valid_and_then_one(files: StackFiles) -> None:
    files.edit(files.stack, "rotate_every: 90d", "rotate_every: 90d\n    generation: 2\n    previous: valid")
    plan = plan_of(files)
    live = compliant(plan)
    assert "siem-shipper.g1" in users_of(live)
    assert found(plan, live) == []
    revoking = replace(
        plan,
        credentials=tuple(revoking_previous(credential) for credential in plan.credentials),
    )
    assert {(d.kind, d.what) for d in found(revoking, live)} == {
        (Kind.USER, "siem-shipper.g1"),
        (Kind.ACL, "User:siem-shipper.g1"),
    }


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"operation": "Read"}, f"Read on topic {ORDERS}"),
        ({"host": "10.0.0.1"}, f"Write on topic {ORDERS} from 10.0.0.1"),
        ({"allows": False}, f"no Write on topic {ORDERS}"),
        ({"pattern": NamePattern("*")}, "Write on topic *"),
        ({"principal": "User:orders-api.g9"}, f"Write on topic {ORDERS}"),
    ],
)
def test_an_acl_too_many(plan: Plan, live: LiveState, changes: dict[str, object], text: str) -> None:
    write = LiveAcl("User:orders-api.g1", "topic", NamePattern(ORDERS), "Write", "*", allows=True)
    extra = replace(write, **changes)  # type: ignore[arg-type]
    assert found(plan, replace(live, acls=live.acls | {extra})) == [
        Discrepancy(Kind.ACL, extra.principal, "nothing such", text)
    ]


def test_an_acl_too_few(plan: Plan, live: LiveState) -> None:
    write = LiveAcl("User:orders-api.g1", "topic", NamePattern(ORDERS), "Write", "*", allows=True)
    assert found(plan, replace(live, acls=live.acls - {write})) == [
        Discrepancy(Kind.ACL, "User:orders-api.g1", f"Write on topic {ORDERS}", "missing")
    ]


def test_users_that_a_cluster_takes_from_elsewhere_are_not_looked_for_on_the_brokers(
    plan: Plan, live: LiveState
) -> None:
    assert found(plan, replace(live, users=None)) == []

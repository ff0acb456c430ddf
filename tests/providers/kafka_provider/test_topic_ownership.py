"""Whose a topic is, on real brokers: two stacks' providers, and one that is nobody's, on one cluster."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any, cast

import pytest
import pytest_asyncio

from levee_infra.providers.kafka.provider import KafkaProvider
from levee_infra.providers.protocol.properties import Properties, Value
from tests.providers.kafka_provider.test_acl import ACL
from tests.providers.kafka_provider.test_acl import declared as declared_acl
from tests.providers.kafka_provider.test_topic import TOPIC, declared
from tests.providers.kafka_provider.test_user_scram_credential import CREDENTIAL
from tests.support.cluster import LocalCluster
from tests.support.live_marks import mark_by_hand, marks_on, unmark_by_hand
from tests.support.live_topics import create_by_hand, delete_by_hand, partitions_of, records_in, write_records
from tests.support.provider_host import failure_of
from tests.support.resource_engine import CheckFailedError, Resource, ResourceEngine, resource_engine

pytestmark = pytest.mark.integration

SETTINGS = {"retention.ms": "86400000", "cleanup.policy": "delete"}


def of(cluster: LocalCluster, owner: str | None) -> Any:
    config = {**cluster.provider_config(), **({} if owner is None else {"owner": owner})}
    return resource_engine(KafkaProvider(), cast("Any", config))


@pytest_asyncio.fixture
async def dev(cluster: LocalCluster) -> AsyncIterator[ResourceEngine]:
    async with of(cluster, "one/dev") as engine:
        yield engine


@pytest_asyncio.fixture
async def staging(cluster: LocalCluster) -> AsyncIterator[ResourceEngine]:
    async with of(cluster, "other/staging") as engine:
        yield engine


async def delete_later(cluster: LocalCluster, topic: Resource) -> None:
    """Delete in another run: in one, whoever takes a topic over and deletes it moves it to another resource."""
    async with of(cluster, "one/dev") as later:
        await later.delete(topic)


async def refusals(engine: ResourceEngine, inputs: Properties) -> list[str]:
    """What a preview and a creation without one say."""
    checked = await engine.check(TOPIC, "t", inputs)
    errors = [
        await failure_of(engine.preview_create(TOPIC, "t", inputs)),
        await failure_of(engine.create_checked(TOPIC, "t", checked)),
    ]
    return [str(error.details()) for error in errors]


async def test_a_topic_is_marked_and_the_mark_goes_with_it(
    dev: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    foreseen = await dev.preview_create(TOPIC, "t", declared(unique))
    assert "adopted" not in foreseen
    assert marks_on(cluster, unique) == set(), "a preview marks nothing"
    topic = await dev.create(TOPIC, "t", declared(unique))
    assert marks_on(cluster, unique) == {("Levee:one/dev", "DESCRIBE")}
    assert (topic.outputs["owner"], topic.outputs.get("adopted")) == ("one/dev", None)
    assert await dev.refresh(topic) == topic
    assert await dev.changed(topic, declared(unique)) == set()
    await dev.delete(topic)
    assert (partitions_of(cluster, unique), marks_on(cluster, unique)) == (0, set())


async def test_another_stacks_topic_is_never_taken_changed_or_deleted(
    dev: ResourceEngine, staging: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    theirs = await staging.create(TOPIC, "t", declared(unique))
    write_records(cluster, unique, 3)
    for inputs in (declared(unique), declared(unique, adopt=True)):
        for told in await refusals(dev, inputs):
            assert "belongs to other/staging" in told
            assert "kafka-acls.sh" in told
            assert f"--allow-principal Levee:other/staging --operation Describe --topic {unique}" in told
    in_both = Resource(TOPIC, "t", unique, declared(unique, owner="one/dev"), declared(unique, owner="one/dev"))
    refreshed = await dev.refresh(in_both)
    assert refreshed is not None
    assert refreshed.outputs["owner"] == "other/staging"
    assert await dev.changed(refreshed, declared(unique)) == {"owner"}
    error = await failure_of(dev.update(refreshed, declared(unique, partitions=5)))
    assert "belongs to other/staging" in str(error.details())
    await dev.delete(in_both)
    assert (partitions_of(cluster, unique), records_in(cluster, unique)) == (3, 3)
    assert await staging.refresh(theirs) == theirs


async def test_a_mark_is_respected_before_its_topic_is_made(
    dev: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    mark_by_hand(cluster, unique, "other/staging")
    for told in await refusals(dev, declared(unique)):
        assert "belongs to other/staging" in told
    assert partitions_of(cluster, unique) == 0
    assert marks_on(cluster, unique) == {("Levee:other/staging", "DESCRIBE")}


async def test_what_a_killed_run_left_is_taken_over_and_is_no_adoption(
    dev: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    mark_by_hand(cluster, unique, "one/dev")
    create_by_hand(cluster, unique, 3, SETTINGS)
    topic = await dev.create(TOPIC, "t", declared(unique))
    assert topic.outputs.get("adopted") is None
    await delete_later(cluster, topic)
    assert (partitions_of(cluster, unique), marks_on(cluster, unique)) == (0, set())


async def test_a_mark_that_outlived_its_topic_vouches_for_no_records(
    dev: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    await dev.create(TOPIC, "t", declared(unique))
    delete_by_hand(cluster, unique)
    create_by_hand(cluster, unique, 3, SETTINGS)
    write_records(cluster, unique, 5)
    async with of(cluster, "one/dev") as later:  # whose state was lost
        for told in await refusals(later, declared(unique)):
            assert "a mark outlives its topic" in told
            assert "adopt: {on: …" in told
        assert marks_on(cluster, unique) == {("Levee:one/dev", "DESCRIBE")}
        topic = await later.create(TOPIC, "t", declared(unique, adopt=True))
    assert topic.outputs["adopted"] is True
    assert marks_on(cluster, unique) == {("Levee:one/dev", "DESCRIBE_CONFIGS")}
    await delete_later(cluster, topic)
    assert (records_in(cluster, unique), marks_on(cluster, unique)) == (5, set())


async def test_a_deletion_that_was_killed_before_the_mark_went_is_finished(
    dev: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    topic = await dev.create(TOPIC, "t", declared(unique))
    delete_by_hand(cluster, unique)
    await dev.delete(topic)
    assert marks_on(cluster, unique) == set()


class TestAdoption:
    """A topic that bears no mark."""

    async def test_an_equal_one_without_records_is_adopted_and_outlives_its_record(
        self, dev: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        create_by_hand(cluster, unique, 3, SETTINGS)
        assert (await dev.preview_create(TOPIC, "t", declared(unique)))["adopted"] is True
        topic = await dev.create(TOPIC, "t", declared(unique))
        assert topic.outputs["adopted"] is True
        assert marks_on(cluster, unique) == {("Levee:one/dev", "DESCRIBE_CONFIGS")}
        grown = await dev.update(topic, declared(unique, partitions=4))
        refreshed = await dev.refresh(grown)
        assert refreshed is not None
        assert refreshed.outputs["adopted"] is True
        write_records(cluster, unique, 2)
        await delete_later(cluster, refreshed)
        assert (records_in(cluster, unique), marks_on(cluster, unique)) == (2, set())

    async def test_a_state_that_was_lost_does_not_turn_it_into_a_topic_of_our_own(
        self, dev: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        create_by_hand(cluster, unique, 3, SETTINGS)
        await dev.create(TOPIC, "t", declared(unique))
        async with of(cluster, "one/dev") as again:
            assert (await again.create(TOPIC, "t", declared(unique))).outputs["adopted"] is True

    @pytest.mark.parametrize("emptied", [False, True])
    async def test_one_that_holds_records_or_held_some_takes_an_approval(
        self, dev: ResourceEngine, cluster: LocalCluster, unique: str, *, emptied: bool
    ) -> None:
        create_by_hand(cluster, unique, 3, SETTINGS)
        write_records(cluster, unique, 5)
        if emptied:
            await_emptied(cluster, unique)
        for told in await refusals(dev, declared(unique)):
            assert "holds records, or did" in told
            assert "adopt: {on: …" in told
        assert marks_on(cluster, unique) == set()
        approved = declared(unique, adopt=True)
        assert (await dev.preview_create(TOPIC, "t", approved))["adopted"] is True
        topic = await dev.create(TOPIC, "t", approved)
        assert await dev.changed(topic, declared(unique)) == set(), "the entry may go once it has served"
        await delete_later(cluster, topic)
        assert partitions_of(cluster, unique) == 3

    async def test_one_that_differs_is_refused_with_an_approval_too(
        self, dev: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        create_by_hand(cluster, unique, 2, SETTINGS)
        for told in await refusals(dev, declared(unique, adopt=True)):
            assert "has 2 partitions, not 3" in told
        assert marks_on(cluster, unique) == set()

    async def test_it_goes_only_by_an_entry_that_is_in_the_state(
        self, dev: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        create_by_hand(cluster, unique, 3, SETTINGS)
        topic = await dev.create(TOPIC, "t", declared(unique))
        named = declared(unique, onRemoval="delete-adopted")
        assert await dev.changed(topic, named) == {"onRemoval"}
        topic = await dev.update(topic, named)
        await delete_later(cluster, topic)
        assert (partitions_of(cluster, unique), marks_on(cluster, unique)) == (0, set())


async def test_a_topic_of_before_there_were_marks_gets_one_and_a_lost_mark_is_drift(
    dev: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    create_by_hand(cluster, unique, 3, SETTINGS)
    write_records(cluster, unique, 1)
    old = Resource(TOPIC, "t", unique, declared(unique), declared(unique))
    seen = await dev.refresh(old)
    assert seen is not None
    assert seen.outputs == {**old.outputs, "topicId": seen.outputs["topicId"]}
    assert await dev.changed(old, declared(unique)) == {"owner"}
    topic = await dev.update(old, declared(unique))
    assert topic.outputs["owner"] == "one/dev"
    unmark_by_hand(cluster, unique, "one/dev")
    async with of(cluster, "one/dev") as later:
        drifted = await later.refresh(topic)
        assert drifted is not None
        assert "owner" not in drifted.outputs
        assert await later.changed(drifted, declared(unique)) == {"owner"}
        await later.update(drifted, declared(unique))
    assert marks_on(cluster, unique) == {("Levee:one/dev", "DESCRIBE")}


async def test_two_owners_at_once_are_both_refused(dev: ResourceEngine, cluster: LocalCluster, unique: str) -> None:
    topic = await dev.create(TOPIC, "t", declared(unique))
    mark_by_hand(cluster, unique, "other/staging")
    async with of(cluster, "one/dev") as one, of(cluster, "other/staging") as two:
        for engine in (one, two):
            error = await failure_of(engine.update(topic, declared(unique, partitions=4)))
            assert "belongs to" in str(error.details())
            assert "kafka-acls.sh" in str(error.details())
            error = await failure_of(engine.delete(topic))
            assert "belongs to" in str(error.details())
    assert partitions_of(cluster, unique) == 3


async def test_of_two_that_claim_together_at_most_one_makes_the_topic(cluster: LocalCluster, unique: str) -> None:
    async with AsyncExitStack() as stack:
        engines = [await stack.enter_async_context(of(cluster, f"p{number}/dev")) for number in range(3)]
        checked = [await engine.check(TOPIC, "t", declared(unique)) for engine in engines]
        works = [engine.create_checked(TOPIC, "t", one) for engine, one in zip(engines, checked, strict=True)]
        outcomes = await asyncio.gather(*works, return_exceptions=True)
    made = [one for one in outcomes if isinstance(one, Resource)]
    assert len(made) <= 1
    assert {principal for principal, _ in marks_on(cluster, unique)} == {
        f"Levee:{one.outputs['owner']}" for one in made
    }


class TestNobodysProvider:
    """The provider outside levee, with no owner configured: it marks nothing, and respects every mark."""

    async def test_it_neither_takes_nor_deletes_what_is_marked(
        self, engine: ResourceEngine, dev: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        topic = await dev.create(TOPIC, "t", declared(unique))
        for told in await refusals(engine, declared(unique)):
            assert "belongs to one/dev" in told
        imported = await engine.import_(TOPIC, "t", unique)
        assert imported is not None
        error = await failure_of(engine.delete(imported))
        assert "belongs to one/dev" in str(error.details())
        assert await dev.refresh(topic) == topic

    async def test_it_doesnt_reset_the_password_of_a_marked_user(
        self, engine: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        inputs: dict[str, Value] = {"username": unique, "scramMechanism": "SCRAM-SHA-512", "password": "first"}
        user = await engine.create(CREDENTIAL, "u", inputs)
        mark_by_hand(cluster, unique, "one/dev", user=True)
        async with of(cluster, None) as later:
            for attempt in (
                later.preview_create(CREDENTIAL, "u", inputs),
                later.update(user, {**inputs, "password": "second"}),
                later.delete(user),
            ):
                assert "belongs to one/dev" in str((await failure_of(attempt)).details())

    async def test_its_entries_are_as_ever_beside_marks_and_no_mark_is_forged(
        self, engine: ResourceEngine, dev: ResourceEngine, cluster: LocalCluster, unique: str
    ) -> None:
        mark_by_hand(cluster, unique, "one/dev", user=True)
        await dev.create(TOPIC, "t", declared(unique))
        acl = await engine.create(ACL, "a", declared_acl(unique))
        assert await engine.refresh(acl) == acl
        await engine.delete(acl)
        assert marks_on(cluster, unique) == {("Levee:one/dev", "DESCRIBE")}
        with pytest.raises(CheckFailedError) as caught:
            await engine.check(ACL, "a", declared_acl(unique, aclPrincipal="Levee:one/dev"))
        assert "marks what a stack owns" in caught.value.reasons["aclPrincipal"]


async def test_a_mark_lets_nobody_do_anything(
    engine: ResourceEngine, dev: ResourceEngine, cluster: LocalCluster, unique: str
) -> None:
    """A user of the owner's very name sees nothing of what is marked with it."""
    await dev.create(TOPIC, "t", declared(unique))
    await engine.create(
        CREDENTIAL, "u", {"username": "one/dev", "scramMechanism": "SCRAM-SHA-512", "password": "a-password"}
    )
    visible = until_seen(lambda: cluster_topics(cluster, "one/dev", "a-password"))
    assert unique not in visible
    assert unique in cluster_topics(cluster, None, None)


def until_seen(ask: Callable[[], set[str]]) -> set[str]:
    from tests.support.everywhere import answered

    return answered(ask)


def cluster_topics(cluster: LocalCluster, username: str | None, password: str | None) -> set[str]:
    from confluent_kafka.admin import AdminClient

    admin = AdminClient(cluster.client_config(username, password))
    return set(admin.list_topics(timeout=20).topics)


def await_emptied(cluster: LocalCluster, topic: str) -> None:
    """Delete all records; the offsets go on from where they were."""
    from confluent_kafka import TopicPartition

    admin = cluster.admin()
    ends = [TopicPartition(topic, number, -1) for number in range(partitions_of(cluster, topic))]
    for future in admin.delete_records(ends).values():
        future.result()
    assert records_in(cluster, topic) == 0


@pytest.mark.parametrize("owner", ["dev", "a/b/c", "a b/dev", "/dev", "ä/dev"])
async def test_what_is_no_owner(cluster: LocalCluster, owner: str) -> None:
    from levee_infra.providers.protocol.failures import RefusedError

    with pytest.raises(RefusedError, match="<project>/<stack>"):
        KafkaProvider().check_config(cast("Any", {**cluster.provider_config(), "owner": owner}))

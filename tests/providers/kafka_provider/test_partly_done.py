"""An update that stops half way says what it did: what no real broker can be made to do on demand."""

from collections.abc import Callable
from typing import cast

import pytest

from levee_infra.kafka.admin.acls import AclEntry, Acls
from levee_infra.kafka.admin.broker_error import BrokerError
from levee_infra.kafka.admin.topics import ConfigChange, Growth, LiveTopic, Shape, Topics
from levee_infra.providers.kafka.acl import Acl
from levee_infra.providers.kafka.topic import Topic
from levee_infra.providers.kafka.topic_ownership import TopicOwnership
from levee_infra.providers.protocol.failures import FailedError, PartlyDoneError
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties
from tests.providers.kafka_provider.test_acl import declared as declared_acl
from tests.providers.kafka_provider.test_topic import declared
from tests.support.kept_marks import KeptMarks

REFUSED = BrokerError("POLICY_VIOLATION", "no more partitions today")


class TopicsThatDoNotGrow:
    """A cluster whose rehearsal of a growth passes and whose growth then fails."""

    def __init__(self) -> None:
        self.live = LiveTopic("t", Shape(3, 3), {"retention.ms": "86400000", "cleanup.policy": "delete"})
        self.rehearsed: list[object] = []

    async def live_now(self, name: str) -> LiveTopic:
        return self.live

    async def configure(self, change: ConfigChange, *, rehearse: bool = False) -> None:
        if rehearse:
            self.rehearsed.append(change)
        else:
            self.live = LiveTopic("t", self.live.shape, {**self.live.config, **change.put})

    async def grow(self, growth: Growth, *, rehearse: bool = False) -> None:
        if not rehearse:
            raise REFUSED
        self.rehearsed.append(growth)

    async def until_shown(self, name: str, wanted: Callable[[Shape | None], bool]) -> None:
        assert wanted(self.live.shape)


def unowned(topics: object) -> Topic:
    return Topic(cast("Topics", topics), TopicOwnership(KeptMarks(), cast("Topics", topics)))


async def test_settings_changed_and_partitions_not() -> None:
    topics = TopicsThatDoNotGrow()
    recorded = Recorded("t", declared("t"), declared("t"))
    new = declared("t", partitions=6, config={"retention.ms": "5", "cleanup.policy": "delete"})
    with pytest.raises(PartlyDoneError) as caught:
        await unowned(topics).update(recorded, new)
    done, not_done = caught.value.reasons
    assert "settings of topic t were changed: retention.ms to 5" in done
    assert "stays at 3 partitions instead of 6: POLICY_VIOLATION" in not_done
    # What the state gets is what is live: the next run sees that the partitions are still missing.
    assert caught.value.outputs == declared("t", config={"retention.ms": "5", "cleanup.policy": "delete"})
    assert topics.rehearsed == [ConfigChange("t", {"retention.ms": "5"}), Growth("t", 6)]


async def test_partitions_alone_failing_changed_nothing() -> None:
    recorded = Recorded("t", declared("t"), declared("t"))
    with pytest.raises(FailedError, match="Nothing was changed"):
        await unowned(TopicsThatDoNotGrow()).update(recorded, declared("t", partitions=6))


async def test_growth_whose_answer_was_lost_has_succeeded() -> None:
    topics = TopicsThatDoNotGrow()

    async def grow(growth: Growth, *, rehearse: bool = False) -> None:
        topics.live = LiveTopic("t", Shape(growth.partitions, 3), topics.live.config)
        raise BrokerError("INVALID_PARTITIONS", "the topic currently has 6 partitions; 6 would not be an increase")

    topics.grow = grow  # type: ignore[method-assign]
    recorded = Recorded("t", declared("t"), declared("t"))
    outputs = await unowned(topics).update(recorded, declared("t", partitions=6))
    assert outputs["partitions"] == 6


class AclsThatStay:
    """A cluster that makes entries and does not remove them."""

    def __init__(self) -> None:
        self.made: list[AclEntry] = []

    async def create(self, entry: AclEntry) -> None:
        self.made.append(entry)

    async def delete(self, entry: AclEntry) -> None:
        raise BrokerError("CLUSTER_AUTHORIZATION_FAILED", "Request(processor=1, ...) is not authorized.")


async def test_new_entry_made_and_old_one_not_removed() -> None:
    old: Properties = {**declared_acl("app"), "resourcePatternTypeFilter": "Literal"}
    with pytest.raises(PartlyDoneError) as caught:
        await Acl(cast("Acls", AclsThatStay())).update(Recorded("id", old, old), {**old, "aclOperation": "Read"})
    made, stands = caught.value.reasons
    assert "the entry User:app|*|Read|Allow|Topic|app|Literal was made" in made
    assert "the entry User:app|*|Write|Allow|Topic|app|Literal still stands: CLUSTER_AUTHORIZATION_FAILED" in stands
    assert "Request(" not in stands
    # With the old entry in the state, the next update removes it and a delete removes both.
    assert caught.value.outputs["aclOperation"] == "Write"

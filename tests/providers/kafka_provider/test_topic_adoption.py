"""Whether a topic that exists may be taken over, by its marks and by what it ever held."""

from typing import cast

import pytest

from levee_infra.kafka.admin.broker_error import BrokerError
from levee_infra.kafka.admin.topics import LiveTopic, Shape, Topics
from levee_infra.providers.kafka.topic_declaration import TopicDeclaration
from levee_infra.providers.kafka.topic_ownership import TopicOwnership
from levee_infra.providers.protocol.failures import FailedError, RefusedError
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.ownership import Mark, Thing, ThingKind
from levee_infra.providers.protocol.properties import Properties
from tests.support.kept_marks import KeptMarks

TOPIC = Thing(ThingKind.TOPIC, "t")
LIVE = LiveTopic("t", Shape(1, 3), {})
OURS, THEIRS = Mark("one/dev"), Mark("other/staging")


class Ends:
    """The ends of a topic's partitions: at 0, anywhere else, or not to be told."""

    def __init__(self, *, held: bool | BrokerError) -> None:
        self.held = held

    async def ever_held_records(self, live: LiveTopic) -> bool:
        if isinstance(self.held, BrokerError):
            raise self.held
        return self.held


def ownership(marks: KeptMarks, *, held: bool | BrokerError = False) -> TopicOwnership:
    return TopicOwnership(marks, cast("Topics", Ends(held=held)))


async def adopted(marks: KeptMarks, *, held: bool | BrokerError = False, adopt: bool = False) -> bool:
    owner = ownership(marks, held=held)
    found = await owner.refuse_others("t")
    return await owner.is_adoption(TopicDeclaration("t", 1, 3, adopt=adopt), LIVE, found)


@pytest.mark.parametrize("adopt", [True, False])
async def test_what_a_killed_run_left_empty_is_as_its_mark_says(adopt: bool) -> None:
    marks = KeptMarks("one/dev")
    marks.put(TOPIC, OURS)
    assert await adopted(marks, adopt=adopt) is False
    marks.put(TOPIC, Mark("one/dev", adopted=True))
    assert await adopted(marks, adopt=adopt) is True


@pytest.mark.parametrize("was_adopted", [True, False])
@pytest.mark.parametrize("held", [True, BrokerError("LEADER_NOT_AVAILABLE", "no leader")])
async def test_the_own_mark_vouches_for_no_records(held: bool | BrokerError, was_adopted: bool) -> None:
    """It outlives its topic: somebody else may have made the one that is there."""
    marks = KeptMarks("one/dev")
    marks.put(TOPIC, Mark("one/dev", was_adopted))
    with pytest.raises(RefusedError, match="approved_by"):
        await adopted(marks, held=held)
    assert await adopted(marks, held=held, adopt=True) is True


@pytest.mark.parametrize("adopt", [True, False])
async def test_anothers_is_refused_with_an_approval_too(adopt: bool) -> None:
    marks = KeptMarks("one/dev")
    marks.put(TOPIC, THEIRS)
    with pytest.raises(RefusedError, match=r"belongs to other/staging, .*remove other/staging from topic t"):
        await adopted(marks, adopt=adopt)
    marks.put(TOPIC, OURS, THEIRS)
    with pytest.raises(RefusedError, match="belongs to other/staging and one/dev"):
        await adopted(marks, adopt=adopt)


@pytest.mark.parametrize("held", [True, BrokerError("LEADER_NOT_AVAILABLE", "no leader")])
async def test_records_or_not_knowing_of_any_take_an_approval(held: bool | BrokerError) -> None:
    with pytest.raises(RefusedError, match="approved_by"):
        await adopted(KeptMarks("one/dev"), held=held)
    assert await adopted(KeptMarks("one/dev"), held=held, adopt=True) is True


async def test_where_there_are_no_marks_an_empty_topic_takes_an_approval_too() -> None:
    with pytest.raises(RefusedError, match="no authorizer"):
        await adopted(KeptMarks("one/dev", "no authorizer"))
    assert await adopted(KeptMarks("one/dev", "no authorizer"), adopt=True) is True
    owner = ownership(KeptMarks("one/dev", "no authorizer"))
    await owner.claim("t", adopted=False)
    await owner.release("t")
    assert await owner.declared_owner() is None


async def test_nobodys_provider_adopts_what_is_empty_and_not_what_is_marked() -> None:
    for unavailable in ("", "no authorizer"):
        assert await adopted(KeptMarks(unavailable=unavailable), held=False) is True
        with pytest.raises(RefusedError, match="pulumi import kafka:index/topic:Topic NAME t"):
            await adopted(KeptMarks(unavailable=unavailable), held=True)
        assert await adopted(KeptMarks(unavailable=unavailable), held=True, adopt=True) is True
    marks = KeptMarks()
    marks.put(TOPIC, THEIRS)
    with pytest.raises(RefusedError, match="belongs to other/staging"):
        await adopted(marks)
    with pytest.raises(FailedError, match="belongs to other/staging"):
        await ownership(marks).may_delete(Recorded("t", {}, {}))


@pytest.mark.parametrize(
    ("inputs", "outputs", "marked", "goes"),
    [
        ({}, {}, (OURS,), True),
        ({}, {}, (), True),
        ({}, {"adopted": True}, (OURS,), False),
        ({}, {}, (Mark("one/dev", adopted=True),), False),
        ({"onRemoval": "delete-adopted"}, {"adopted": True}, (OURS,), True),
        ({"onRemoval": "delete"}, {"adopted": True}, (OURS,), False),
        ({"onRemoval": "let-go"}, {}, (OURS,), False),
        ({"onRemoval": "delete-adopted"}, {"adopted": True}, (THEIRS,), False),
        ({}, {}, (THEIRS,), False),
    ],
)
async def test_what_a_removal_deletes(
    inputs: dict[str, object], outputs: dict[str, object], marked: tuple[Mark, ...], goes: bool
) -> None:
    marks = KeptMarks("one/dev")
    marks.put(TOPIC, *marked)
    recorded = Recorded("t", inputs, outputs)  # type: ignore[arg-type]
    assert await ownership(marks).may_delete(recorded) is goes


async def test_contradicting_marks_are_refused() -> None:
    marks = KeptMarks("one/dev")
    marks.put(TOPIC, OURS, THEIRS)
    with pytest.raises(FailedError, match="belongs to other/staging and one/dev"):
        await ownership(marks).may_delete(Recorded("t", {}, {}))


@pytest.mark.parametrize(
    ("recorded", "marked", "told"),
    [
        ("one/dev", (OURS,), "one/dev"),
        ("one/dev", (Mark("one/dev", adopted=True),), "one/dev"),
        ("one/dev", (), None),  # somebody took the mark away
        ("one/dev", (THEIRS,), "other/staging"),
        ("one/dev", (OURS, THEIRS), "other/staging, one/dev"),
        (None, (THEIRS,), "other/staging"),
        (None, (OURS,), None),  # a state of before there were marks learns of it with the next update
        (None, (), None),
    ],
)
async def test_the_owner_of_a_topic_is_told_by_its_marks(
    recorded: str | None, marked: tuple[Mark, ...], told: str | None
) -> None:
    marks = KeptMarks("one/dev")
    marks.put(TOPIC, *marked)
    outputs: Properties = {} if recorded is None else {"owner": recorded}
    assert await ownership(marks).live_owner(Recorded("t", {}, outputs)) == told


@pytest.mark.parametrize("marks", [KeptMarks(), KeptMarks("one/dev", "no authorizer")])
async def test_where_nobody_can_tell_the_owner_is_as_recorded(marks: KeptMarks) -> None:
    assert await ownership(marks).live_owner(Recorded("t", {}, {"owner": "one/dev"})) == "one/dev"
    assert await ownership(marks).live_owner(Recorded("t", {}, {})) is None


class LateMarks(KeptMarks):
    """Brokers that show the own mark only to whoever waits for it."""

    async def on(self, thing: Thing, *, expected: Mark | None = None) -> frozenset[Mark]:
        found = await super().on(thing)
        return found if expected in found else found - {OURS}


async def test_the_own_mark_of_a_topic_that_is_there_is_waited_for() -> None:
    """Else what a killed run of this stack made would be adopted, and never deleted again."""
    marks = LateMarks("one/dev")
    marks.put(TOPIC, OURS)
    assert (await ownership(marks).refuse_others("t", exists=True)).own == OURS


async def test_the_mark_goes_with_the_topic_and_only_the_own_one() -> None:
    for owner, left in (("one/dev", {THEIRS}), (None, {OURS, THEIRS})):
        marks = KeptMarks(owner)
        marks.put(TOPIC, OURS, THEIRS)
        await ownership(marks).release("t")
        assert marks.kept[TOPIC] == left


async def test_a_provider_of_nobodys_marks_nothing() -> None:
    marks = KeptMarks()
    await ownership(marks).claim("t", adopted=False)
    assert not marks.kept


def test_one_that_is_not_as_declared_is_taken_over_as_its_owner_can() -> None:
    told = str(ownership(KeptMarks("one/dev")).not_as_declared("t", ["it has 1 partitions, not 3"]))
    assert "it has 1 partitions, not 3" in told
    assert "change the stream's file to what the topic is" in told
    assert "`adopt: {on: " in told
    assert "import" not in told
    nobodys = str(ownership(KeptMarks()).not_as_declared("t", ["it has 1 partitions, not 3"]))
    assert "pulumi import kafka:index/topic:Topic NAME t" in nobodys

"""What counts as the recorded topic, by ids alone: before an update, before a deletion, and in what a refresh notes."""

import pytest

from levee_infra.providers.kafka.topic_identity import is_recorded, require_known, seen_identity
from levee_infra.providers.protocol.failures import RefusedError
from levee_infra.providers.protocol.identity import ACKNOWLEDGED, RECREATED, recreated_difference
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties


def recorded(topic_id: str | None, inputs: Properties | None = None) -> Recorded:
    return Recorded("t", inputs or {}, {} if topic_id is None else {"topicId": topic_id})


@pytest.mark.parametrize(
    ("known", "live"),
    [
        ("a", "a"),
        (None, "b"),  # a state of before ids were kept
        ("a", None),  # brokers that tell none
        (None, None),
    ],
)
def test_the_recorded_one_may_be_deleted(known: str | None, live: str | None) -> None:
    assert is_recorded(recorded(known), live)


def test_one_that_somebody_made_anew_is_never_deleted_acknowledged_or_not() -> None:
    acknowledged: Properties = {ACKNOWLEDGED: ["b"]}
    for inputs in ({}, acknowledged):
        assert not is_recorded(recorded("a", inputs), "b")


@pytest.mark.parametrize("known", [None, "a"])
def test_the_recorded_one_may_be_updated(known: str | None) -> None:
    require_known(recorded(known), {}, "t", "a")


@pytest.mark.parametrize("acknowledged", [[], ["c"], ["a"]])
@pytest.mark.parametrize("live", ["b", None])
def test_another_one_is_updated_only_if_its_own_id_is_acknowledged(live: str | None, acknowledged: list[str]) -> None:
    with pytest.raises(RefusedError, match="made again by somebody else"):
        require_known(recorded("a"), {ACKNOWLEDGED: [*acknowledged]}, "t", live)
    require_known(recorded("a"), {ACKNOWLEDGED: ["b", *acknowledged]}, "t", "b")


def test_what_was_recorded_is_remembered_beside_what_is_there() -> None:
    assert seen_identity(recorded("a"), "a") == {"topicId": "a"}
    assert seen_identity(recorded(None), "b") == {"topicId": "b"}
    assert seen_identity(recorded("a"), "b") == {"topicId": "a", RECREATED: "b"}
    assert seen_identity(recorded("a"), None) == {"topicId": "a", RECREATED: "a topic without an id"}


def test_only_another_one_is_a_difference() -> None:
    assert recreated_difference(recorded("a")) == {}
    assert recreated_difference(Recorded("t", {}, {"topicId": "a", RECREATED: "b"})).keys() == {RECREATED}

"""A topic's identity is the id that Kafka gave it (KIP-516); see :mod:`levee_infra.providers.protocol.identity`."""

from typing import Final

from levee_infra.providers.protocol.identity import ACKNOWLEDGED, RECREATED, MadeAnew, approval_of
from levee_infra.providers.protocol.kind import Recorded
from levee_infra.providers.protocol.properties import Properties, reveal

TOPIC_ID: Final = "topicId"


def recorded_id(recorded: Recorded) -> str | None:
    """The id of the topic that was made or first seen; None in a state of before ids were kept."""
    found = reveal(recorded.outputs.get(TOPIC_ID))
    return found if isinstance(found, str) else None


def identity(topic_id: str | None) -> Properties:
    """The outputs of a topic that is the recorded one from now on."""
    return {} if topic_id is None else {TOPIC_ID: topic_id}


def seen_identity(recorded: Recorded, live_id: str | None) -> Properties:
    """The outputs of a topic that was read. One whose state has no id is seen for the first time."""
    known_id = recorded_id(recorded) or live_id
    outputs = identity(known_id)
    return outputs if live_id == known_id else {**outputs, RECREATED: live_id or "a topic without an id"}


def require_known(recorded: Recorded, new: Properties, name: str, live_id: str | None) -> None:
    """Raises RefusedError for a topic that isn't the recorded one and that the inputs don't acknowledge."""
    if recorded_id(recorded) not in (None, live_id):
        _made_anew(recorded, new, name, live_id).require_acknowledged(new, "name")


def is_recorded(recorded: Recorded, live_id: str | None) -> bool:
    """Whether a topic is the recorded one, as far as ids tell: another one isn't this stack's to delete."""
    return live_id is None or recorded_id(recorded) in (None, live_id)


def _made_anew(recorded: Recorded, inputs: Properties, name: str, live_id: str | None) -> MadeAnew:
    is_levees = ACKNOWLEDGED in inputs  # as its own program writes it
    way_out = approval_of(live_id, "the stream's file") if is_levees else _BY_HAND.format(name)
    return MadeAnew(f"topic {name}", recorded_id(recorded), live_id, way_out)


_BY_HAND: Final = (
    "To go on with it, take the old one out of the state and the new one in: pulumi state delete URN, then "
    "pulumi import kafka:index/topic:Topic NAME {}"
)

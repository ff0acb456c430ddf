"""Whether a topic is still the one that was recorded: its name, shape and settings outlive it, its id does not.

The recorded id stays in the state whatever a refresh finds, so that the difference lasts until it is acknowledged.
Source of ids: KIP-516.
"""

from typing import Final

from infra.providers.differences import Change, Difference
from infra.providers.failures import FailedError, refused
from infra.providers.fields import Fields, known
from infra.providers.kind import Recorded
from infra.providers.properties import Properties, reveal

TOPIC_ID: Final = "topicId"
RECREATED: Final = "recreatedAs"
"""The output that is there as long as another topic answers to the name: its id."""

ACKNOWLEDGED: Final = "acknowledgedIds"
"""The input that lists the ids of topics that may be taken for the recorded one."""


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


def identity_difference(recorded: Recorded) -> dict[str, Difference]:
    """A topic that was made anew is one, until an update has recorded it."""
    return {RECREATED: Difference(Change.DELETE, declared=False)} if recorded.outputs.get(RECREATED) else {}


def require_known(recorded: Recorded, new: Properties, name: str, live_id: str | None) -> None:
    """Raises RefusedError for a topic that isn't the recorded one and that the inputs don't acknowledge."""
    known_id = recorded_id(recorded)
    if known_id in (None, live_id) or live_id in (known(Fields(new, what="a Topic").texts(ACKNOWLEDGED)) or ()):
        return
    raise refused("name", f"{_made_anew(name, known_id, live_id)} Nothing was changed. {_way_out(new, name, live_id)}")


def require_recorded(recorded: Recorded, name: str, live_id: str | None) -> None:
    """Raises FailedError before a topic is deleted that isn't the recorded one."""
    known_id = recorded_id(recorded)
    if live_id is not None and known_id not in (None, live_id):
        raise FailedError(
            f"{_made_anew(name, known_id, live_id)} It is not deleted: whoever made it may need it. "
            f"{_way_out(recorded.inputs, name, live_id)}"
        )


def _made_anew(name: str, known_id: str | None, live_id: str | None) -> str:
    return (
        f"topic {name} was deleted and made again by somebody else: the recorded one had the id {known_id}, the one "
        f"that is there has {live_id or 'none'}. What the recorded one held is gone."
    )


def _way_out(inputs: Properties, name: str, live_id: str | None) -> str:
    if ACKNOWLEDGED in inputs:  # as levee's own program writes it
        return (
            f"To go on with it, write into the stream's file: approve: [{{change: recreated, identity: {live_id}, "
            "until: YYYY-MM-DD, approved_by: …, reason: …, ticket: …}], then run levee up"
        )
    return (
        f"To go on with it, take the old one out of the state and the new one in: pulumi state delete URN, then "
        f"pulumi import kafka:index/topic:Topic NAME {name}"
    )
